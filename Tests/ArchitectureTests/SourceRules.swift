/// A place where a source file breaks a rule.
struct Violation: Hashable, CustomStringConvertible {
    let path: String
    let line: Int
    let message: String

    var description: String { "\(path):\(line): error: \(message)" }
}

/// Rules that the compiler does not check. Each takes any file and says where it breaks the rule.
enum SourceRules {
    static let longestFileLines = 500

    /// The modules that a file imports, each with its line.
    static func imports(of source: MaskedSource) -> [(module: String, line: Int)] {
        source.codeLines.enumerated().flatMap { index, code in
            String(decoding: code, as: UTF8.self).split(separator: ";").compactMap(importedModule)
                .map { (module: $0, line: index + 1) }
        }
    }

    private static func importedModule(by statement: Substring) -> String? {
        let words = statement.split(whereSeparator: { $0 == " " || $0 == "\t" })
        guard let place = words.firstIndex(of: "import") else { return nil }
        let name = words[(place + 1)...].first { !kindsOfDeclaration.contains($0) }
        return name?.split(separator: ".").first.map { String($0) }
    }

    private static let kindsOfDeclaration: Set<Substring> = [
        "typealias", "struct", "class", "enum", "protocol", "let", "var", "func",
    ]

    /// - Parameter allowed: nil where the module has no fence yet, which is a violation of its own.
    static func strayImports(in source: MaskedSource, module: String, allowed: Set<String>?) -> [Violation] {
        guard let allowed else {
            return [violation(in: source, line: 1, "module `\(module)` has no fence; write down what it may import")]
        }
        return imports(of: source).filter { !allowed.contains($0.module) }
            .map { violation(in: source, line: $0.line, "`\(module)` must not import `\($0.module)`") }
    }

    /// `try!`, `as!`, and `!` behind a value or a type.
    static func traps(in source: MaskedSource) -> [Violation] {
        source.codeLines.enumerated().flatMap { index, code in
            code.indices.compactMap { trap(at: $0, of: code) }.map { violation(in: source, line: index + 1, $0) }
        }
    }

    private static func trap(at place: Int, of code: [UInt8]) -> String? {
        guard code[place] == UInt8(ascii: "!"), place > 0, endsOperand(code[place - 1]) else { return nil }
        let next = place + 1 < code.count ? code[place + 1] : .space
        // `value!=other` compares.
        guard next != UInt8(ascii: "=") else { return nil }
        switch String(decoding: code[..<place].reversed().prefix(while: isWordByte).reversed(), as: UTF8.self) {
        case "try": return "`try!` traps where it could report"
        case "as": return "`as!` traps where it could report"
        default: return "`!` traps where it could report"
        }
    }

    private static func endsOperand(_ byte: UInt8) -> Bool {
        isWordByte(byte) || ")]}>?`".utf8.contains(byte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
            true
        default: false
        }
    }

    /// `@unchecked Sendable` whose comment has no proof in it.
    static func unprovenSendable(in source: MaskedSource) -> [Violation] {
        source.codeLines.indices.filter { line in
            let words = String(decoding: source.codeLines[line], as: UTF8.self).split(separator: " ")
            return zip(words, words.dropFirst()).contains { $0.hasSuffix("@unchecked") && $1.hasPrefix("Sendable") }
                && !comment(above: line, in: source).lowercased().contains("proof")
        }
        .map {
            violation(in: source, line: $0 + 1, "`@unchecked Sendable` has no comment with the word `proof`")
        }
    }

    /// The comment directly above the declaration that `line` is part of, or on the line itself.
    private static func comment(above line: Int, in source: MaskedSource) -> String {
        var text = String(decoding: source.commentLines[line], as: UTF8.self)
        var hasText = false
        for index in (0..<line).reversed() {
            let isComment = source.commentLines[index].contains { $0 != .space }
            let isCode = source.codeLines[index].contains { $0 != .space }
            guard isComment || isCode, !(hasText && !isComment) else { break }
            hasText = hasText || isComment
            text += String(decoding: source.commentLines[index], as: UTF8.self)
        }
        return text
    }

    static func excessLength(of source: MaskedSource) -> [Violation] {
        guard source.lineCount > longestFileLines else { return [] }
        let message =
            "the file has \(source.lineCount) lines, more than \(longestFileLines): look for a second idea in it"
        return [violation(in: source, line: source.lineCount, message)]
    }

    private static func violation(in source: MaskedSource, line: Int, _ message: String) -> Violation {
        Violation(path: source.path, line: line, message: message)
    }
}
