internal import Glibc
internal import HandrailCore
internal import HandrailEngine

/// Secrets from a folder with a file for each, named like it. Names with a dot in front are no secrets.
///
/// The folder is read once. So commands get nothing but what the redactor knows: a file that is changed later counts from
/// the next reading on; see ``LiveSecrets``. A file that anybody but its owner may read is refused: it is no secret. White space at its end does
/// not count.
struct SecretFiles: SecretStore {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    static let longestBytes = 64 << 10

    /// Nil where no folder was given.
    private let contents: [ExactText: [UInt8]]?
    /// In the order of their names.
    let all: [Redactor.Secret]
    /// Of all there are, so that everything is rid of them wherever they turn up.
    let redactor: Redactor

    /// - Parameter folder: nil where there are no secrets.
    init(folder: String?) throws {
        contents = try folder.map(Self.contents)
        all = (contents ?? [:]).sorted { $0.key < $1.key }.map {
            Redactor.Secret(name: $0.key.string, bytes: $0.value)
        }
        redactor = Redactor(secrets: all)
        if let short = redactor.findings.first { throw Refusal(description: "\(short): make it longer") }
    }

    /// An environment holds texts: bytes that are none would be changed on the way.
    func values(of names: [String]) throws -> [String: String] {
        var values: [String: String] = [:]
        for name in names {
            guard let text = String(validating: try content(of: name), as: UTF8.self) else {
                throw Refusal(
                    description: "the secret `\(name)` is not UTF-8, and cannot be given to a command unchanged")
            }
            values[name] = text
        }
        return values
    }

    func content(of name: String) throws -> [UInt8] {
        guard let contents else {
            throw Refusal(description: "the secret `\(name)` is not known: no folder of secrets was given")
        }
        guard let content = contents[ExactText(name)] else {
            throw Refusal(description: "the secret `\(name)` was not in the folder of secrets when it was read")
        }
        return content
    }

    // MARK: - The folder

    private static func contents(of folder: String) throws -> [ExactText: [UInt8]] {
        var contents: [ExactText: [UInt8]] = [:]
        for name in try names(in: folder) { contents[ExactText(name)] = try content(of: name, in: folder) }
        return contents
    }

    private static func names(in folder: String) throws -> [String] {
        guard let directory = opendir(folder) else { throw unreadable(folder) }
        defer { closedir(directory) }
        var names: [String] = []
        while true {
            // Nil is the end, or an error; only this tells them apart.
            errno = 0
            guard let entry = readdir(directory) else { break }
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in Array(bytes.prefix { $0 != 0 }) }
            guard name.first != UInt8(ascii: ".") else { continue }
            guard let text = String(validating: name, as: UTF8.self) else {
                throw Refusal(description: "a file in the folder of secrets has a name that is not UTF-8")
            }
            names.append(text)
        }
        guard errno == 0 else { throw unreadable(folder) }
        return names
    }

    private static func unreadable(_ folder: String) -> Refusal {
        Refusal(description: "the folder of secrets cannot be read: \(String(cString: strerror(errno)))")
    }

    private static func content(of name: String, in folder: String) throws -> [UInt8] {
        let descriptor = open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw Refusal(description: "the secret `\(name)` cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= longestBytes
        else { throw Refusal(description: "the secret `\(name)` is not a file of at most \(longestBytes) bytes") }
        guard status.st_mode & 0o077 == 0 else {
            throw Refusal(description: "the secret `\(name)` may be read by others than its owner: chmod 600 it")
        }
        guard let bytes = DescriptorContent.bytes(of: descriptor, atMost: longestBytes), bytes.count <= longestBytes
        else { throw Refusal(description: "the secret `\(name)` could not be read to its end") }
        return try trimmed(bytes, name)
    }

    private static func trimmed(_ bytes: [UInt8], _ name: String) throws -> [UInt8] {
        var bytes = bytes
        while let last = bytes.last, last == 0x0A || last == 0x0D || last == 0x20 { bytes.removeLast() }
        guard !bytes.isEmpty, !bytes.contains(0) else {
            throw Refusal(description: "the secret `\(name)` is empty, or holds a NUL")
        }
        return bytes
    }
}

/// Takes all secrets that are known out of what children print.
struct OutputRedactor: Redacting {
    let redactor: Redactor

    func redact(_ output: [UInt8], secrets: [String], isCut: Bool) -> (text: String, isRedacted: Bool) {
        // What a child was given is from the same reading of the folder as the redactor.
        let redacted = redactor.redact(output, isCut: isCut)
        return (String(decoding: redacted, as: UTF8.self), redacted != output)
    }
}
