internal import Glibc
internal import HandrailCore
internal import HandrailFormats

/// Options of `serve` that stand in a file or in the environment instead of on the command line.
///
/// The command line comes before the environment, and the environment before the file. `--act` stands on the command line
/// only: acting is a word that a person has to type.
enum ServeConfiguration {
    enum Kind { case value, list, flag }

    /// By the option's name, which is the key in the file; the variable is `HANDRAIL_` and the name in upper case.
    static let settings: [(name: String, kind: Kind)] = [
        ("state", .value), ("workspace", .value), ("secrets", .value), ("pass", .list), ("alertmanager", .value),
        ("notify-command", .value), ("notify-webhook", .value), ("notify-key", .value), ("signing-key", .value),
        ("listen", .value), ("delivery-key", .list), ("unauthenticated", .flag), ("open-metrics", .flag),
        ("queue", .value), ("drain", .value),
    ]

    static func variable(of name: String) -> String {
        "HANDRAIL_" + name.uppercased().replacing("-", with: "_")
    }

    /// The arguments of the program with what they leave out.
    ///
    /// - Parameter environment: the value of a variable; nil where there is none.
    static func expanded(
        _ arguments: [String], environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
    ) throws -> [String] {
        guard arguments.first?.hasSameBytes(as: "serve") == true else { return arguments }
        let file = value(of: "config", in: arguments) ?? environment("HANDRAIL_CONFIG")
        let written = try file.map { try read($0) } ?? [:]
        guard environment("HANDRAIL_ACT") == nil else { throw actsByItself("HANDRAIL_ACT") }
        var expanded = arguments
        for (name, kind) in settings where !isGiven(name, in: arguments) {
            if let text = environment(variable(of: name)), !text.utf8.isEmpty {
                let values = kind == .list ? text.split(separator: ",").map(String.init) : [text]
                expanded += try options(name, kind, values, at: variable(of: name))
            } else if let values = written[ExactText(name)] {
                expanded += try options(name, kind, values, at: "\(file ?? ""): \(name)")
            }
        }
        return expanded
    }

    private static func isGiven(_ name: String, in arguments: [String]) -> Bool {
        arguments.contains { $0.hasSameBytes(as: "--" + name) || $0.utf8.starts(with: "--\(name)=".utf8) }
    }

    private static func value(of name: String, in arguments: [String]) -> String? {
        for (place, argument) in arguments.enumerated() {
            if argument.utf8.starts(with: "--\(name)=".utf8) {
                return String(decoding: argument.utf8.dropFirst(name.utf8.count + 3), as: UTF8.self)
            }
            if argument.hasSameBytes(as: "--" + name), arguments.indices.contains(place + 1) {
                return arguments[place + 1]
            }
        }
        return nil
    }

    private static func options(
        _ name: String, _ kind: Kind, _ values: [String], at place: String
    ) throws -> [String] {
        guard kind == .flag else { return values.map { "--\(name)=\($0)" } }
        switch values {
        case ["true"]: return ["--\(name)"]
        case ["false"]: return []
        default: throw Failure(Failure.wrongUsage, "\(TerminalText.escaped(place)) takes true or false")
        }
    }

    private static func actsByItself(_ place: String) -> Failure {
        Failure(
            Failure.wrongUsage,
            "\(TerminalText.escaped(place)) is not taken: whether it acts is said on the command line only, by --act")
    }

    // MARK: - The file

    /// By key, the values in their order.
    private static func read(_ path: String) throws -> [ExactText: [String]] {
        let source = SourceText(path: path, bytes: try WholeInput.bytes(of: path))
        let (documents, findings) = YAMLReader.read(source)
        if let finding = findings.first { throw Failure(Failure.findings, finding.rendered) }
        guard documents.count <= 1 else { throw fault("it has more than one document", path, nil) }
        guard let document = documents.first else { return [:] }
        guard case .mapping(let entries) = document.content else {
            throw fault("it has to be a mapping of options", path, document)
        }
        var written: [ExactText: [String]] = [:]
        for entry in entries {
            if entry.key.hasSameBytes(as: "act") { throw actsByItself("\(path): act") }
            guard let kind = settings.first(where: { $0.name.hasSameBytes(as: entry.key) })?.kind else {
                let names = settings.map(\.name).joined(separator: ", ")
                throw fault("`\(entry.key)` is none of \(names)", path, entry.keyNode)
            }
            written[ExactText(entry.key)] = try values(of: entry, kind, path)
        }
        return written
    }

    private static func values(of entry: YAMLEntry, _ kind: Kind, _ path: String) throws -> [String] {
        switch (entry.value.content, kind) {
        case (.scalar(let scalar), _) where !scalar.isNull: return [scalar.text]
        case (.sequence(let nodes), .list):
            return try nodes.map { node in
                guard case .scalar(let scalar) = node.content, !scalar.isNull else {
                    throw fault("`\(entry.key)` takes texts", path, node)
                }
                return scalar.text
            }
        case (.scalar, _), (.sequence, _), (.mapping, _):
            let wanted = kind == .list ? "a text or a list of texts" : "a text"
            throw fault("`\(entry.key)` takes \(wanted)", path, entry.value)
        }
    }

    private static func fault(_ message: String, _ path: String, _ node: YAMLNode?) -> Failure {
        let place = node.map { ":\($0.start.line):\($0.start.column)" } ?? ""
        return Failure(Failure.findings, TerminalText.escaped("\(path)\(place): \(message)"))
    }
}
