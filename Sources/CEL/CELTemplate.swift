/// A string with `${expression}` holes, such as `workers:${target.id}`. `$${` is a literal `${`.
public struct CELTemplate: Sendable {
    private enum Part: Sendable {
        case text(String)
        case hole(CELProgram, offset: Int)
    }

    /// As compiled.
    public let source: String
    private let parts: [Part]

    /// A template, or all issues of all holes, with ranges relative to the whole source.
    public static func compile(_ source: String, in environment: CELEnvironment) -> CELTemplateCompilation {
        var issues: [CELIssue] = []
        var parts: [Part] = []
        do {
            var cutter = TemplateCutter(source)
            while let piece = try cutter.next() {
                switch piece {
                case .text(let text): parts.append(.text(text))
                case .hole(let text, let offset):
                    switch environment.compile(text) {
                    case .program(let program):
                        parts.append(.hole(program, offset: offset))
                        if let issue = unprintable(program) { issues.append(issue.moved(by: offset)) }
                    case .issues(let found): issues += found.map { $0.moved(by: offset) }
                    }
                }
            }
        } catch {
            issues.append(error)
        }
        return issues.isEmpty ? .template(CELTemplate(source: source, parts: parts)) : .issues(issues)
    }

    private static func unprintable(_ program: CELProgram) -> CELIssue? {
        let printable: [CELType] = [.string, .int, .uint, .bool, .double]
        guard !printable.contains(where: { program.resultType.fits($0) }) else { return nil }
        return CELIssue(
            message: "a value of type \(program.resultType) cannot be part of a text",
            range: 0..<program.source.utf8.count)
    }

    /// Whether there are no holes.
    public var isLiteral: Bool { programs.isEmpty }

    /// The holes in order.
    public var programs: [CELProgram] {
        parts.compactMap { part in
            switch part {
            case .text: nil
            case .hole(let program, _): program
            }
        }
    }

    /// The text with its holes filled. What fills them is never read as a template or an expression again.
    public func render(_ facts: CELFacts, costLimit: Int = 100_000) throws(CELError) -> String {
        var result = ""
        for part in parts {
            switch part {
            case .text(let text): result += text
            case .hole(let program, let offset):
                do throws(CELError) {
                    result += try Self.text(of: try program.evaluate(facts, costLimit: costLimit))
                } catch {
                    throw error.located(at: 0..<program.source.utf8.count).moved(by: offset)
                }
            }
        }
        return result
    }

    private static func text(of value: CELValue) throws(CELError) -> String {
        switch value {
        case .string(let string): return string
        case .int(let int): return String(int)
        case .uint(let uint): return String(uint)
        case .bool(let bool): return bool ? "true" : "false"
        case .double(let double): return DecimalText.text(double)
        case .null, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw CELError("a value of type \(value.typeName.name) cannot be part of a text")
        }
    }
}

/// What compiling a template gives.
public enum CELTemplateCompilation: Sendable {
    case template(CELTemplate)
    case issues([CELIssue])
}

/// Cuts a template into texts and holes.
private struct TemplateCutter {
    enum Piece {
        case text(String)
        /// `offset`: where the expression begins in the template.
        case hole(String, offset: Int)
    }

    private static let opening = Array("${".utf8)
    private let bytes: [UInt8]
    private var position = 0

    init(_ source: String) {
        bytes = Array(source.utf8)
    }

    mutating func next() throws(CELIssue) -> Piece? {
        guard position < bytes.count else { return nil }
        return isAt(Self.opening) ? try takeHole() : .text(takeText())
    }

    private func isAt(_ mark: [UInt8]) -> Bool {
        bytes[position...].starts(with: mark)
    }

    private mutating func takeText() -> String {
        var text: [UInt8] = []
        while position < bytes.count, !isAt(Self.opening) {
            let dollar = UInt8(ascii: "$")
            if bytes[position] == dollar, bytes[(position + 1)...].starts(with: Self.opening) {
                text += Self.opening
                position += 3
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The expression ends at the brace that closes the hole; those in strings and in maps do not.
    private mutating func takeHole() throws(CELIssue) -> Piece {
        let start = position
        let offset = start + Self.opening.count
        var lexer = Lexer(bytes, from: offset)
        var depth = 0
        while true {
            let token = try lexer.next()
            switch token.kind {
            case .symbol(.openBrace): depth += 1
            case .symbol(.closeBrace) where depth > 0: depth -= 1
            case .symbol(.closeBrace):
                position = token.range.upperBound
                let text = String(decoding: bytes[offset..<token.range.lowerBound], as: UTF8.self)
                return .hole(text, offset: offset)
            case .end: throw CELIssue(message: "this `${` has no end", range: start..<bytes.count)
            case .symbol, .name, .quotedName, .int, .uint, .double, .string, .bytes: continue
            }
        }
    }
}
