/// A Swift file with its code, comments and texts told apart, so that rules about code do not trip over prose.
///
/// Lexical only: it knows nested comments, raw and multi-line strings with code interpolated in them, and regex
/// literals as far as they can be told from a division without parsing.
struct MaskedSource {
    let path: String
    /// One element a line; whatever is not code, or not comment, is blank. Columns stay as they are.
    let codeLines: [[UInt8]]
    let commentLines: [[UInt8]]

    init(_ text: String, path: String = "Snippet.swift") {
        var scanner = Scanner(bytes: Array(text.utf8))
        scanner.scanCode(untilClosingParenthesis: false)
        self.path = path
        codeLines = scanner.lines(of: .code)
        commentLines = scanner.lines(of: .comment)
    }

    /// A file that ends with a newline has no empty line after it.
    var lineCount: Int { codeLines.last?.isEmpty == true ? codeLines.count - 1 : codeLines.count }
}

private enum Part: UInt8 { case code, comment, text }

private struct Scanner {
    private let bytes: [UInt8]
    private var parts: [Part]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
        parts = Array(repeating: .code, count: bytes.count)
    }

    func lines(of part: Part) -> [[UInt8]] {
        var lines: [[UInt8]] = [[]]
        for (byte, itsPart) in zip(bytes, parts) {
            switch byte {
            case .newline: lines.append([])
            default: lines[lines.count - 1].append(itsPart == part ? byte : .space)
            }
        }
        return lines
    }

    /// The code of an interpolation ends with the parenthesis that its beginning opened.
    mutating func scanCode(untilClosingParenthesis: Bool) {
        var depth = 1
        while position < bytes.count {
            if startsWith("//") {
                mark(.comment, upTo: endOfLine)
            } else if startsWith("/*") {
                scanBlockComment()
            } else if let hashes = hashesBefore("\"") {
                scanString(hashes: hashes)
            } else if let hashes = hashesBefore("/"), hashes > 0 || looksLikeRegex {
                scanRegex(hashes: hashes)
            } else {
                if bytes[position] == .openParenthesis { depth += 1 }
                if bytes[position] == .closeParenthesis { depth -= 1 }
                position += 1
                if untilClosingParenthesis && depth == 0 { return }
            }
        }
    }

    private mutating func scanBlockComment() {
        var depth = 0
        repeat {
            if startsWith("/*") {
                depth += 1
                mark(.comment, count: 2)
            } else if startsWith("*/") {
                depth -= 1
                mark(.comment, count: 2)
            } else {
                mark(.comment, count: 1)
            }
        } while depth > 0 && position < bytes.count
    }

    private mutating func scanString(hashes: Int) {
        let fence = String(repeating: "#", count: hashes)
        mark(.text, count: hashes)
        let quotes = startsWith("\"\"\"") ? "\"\"\"" : "\""
        mark(.text, count: quotes.utf8.count)
        while position < bytes.count, !startsWith(quotes + fence) {
            if startsWith("\\\(fence)(") {
                mark(.text, count: hashes + 2)
                scanCode(untilClosingParenthesis: true)
            } else if startsWith("\\\(fence)") {
                mark(.text, count: hashes + 2)
            } else if quotes == "\"", bytes[position] == .newline {
                return
            } else {
                mark(.text, count: 1)
            }
        }
        mark(.text, count: quotes.utf8.count + hashes)
    }

    private mutating func scanRegex(hashes: Int) {
        let end = "/" + String(repeating: "#", count: hashes)
        mark(.text, count: hashes + 1)
        while position < bytes.count, !startsWith(end) {
            mark(.text, count: startsWith("\\") ? 2 : 1)
        }
        mark(.text, count: hashes + 1)
    }

    /// A slash that begins an operand, has no space after it, and is closed on its line.
    private var looksLikeRegex: Bool {
        guard let before = bytes[..<position].last(where: { $0 != .space && $0 != .newline }) else { return false }
        guard "(,[=:{".utf8.contains(before), position + 1 < bytes.count else { return false }
        let rest = bytes[(position + 1)..<endOfLine]
        return rest.first != .space && rest.contains(.slash)
    }

    // MARK: Bytes

    /// How many `#` stand between here and `delimiter`, if nothing else does.
    private func hashesBefore(_ delimiter: StaticString) -> Int? {
        var end = position
        while end < bytes.count, bytes[end] == .hash { end += 1 }
        return end < bytes.count && bytes[end] == delimiter.utf8Start.pointee ? end - position : nil
    }

    private func startsWith(_ text: String) -> Bool {
        bytes[position...].starts(with: text.utf8)
    }

    private var endOfLine: Int { bytes[position...].firstIndex(of: .newline) ?? bytes.count }

    private mutating func mark(_ part: Part, count: Int) {
        mark(part, upTo: min(position + count, bytes.count))
    }

    private mutating func mark(_ part: Part, upTo end: Int) {
        for index in position..<end { parts[index] = part }
        position = end
    }
}

extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let space = UInt8(ascii: " ")
    static let slash = UInt8(ascii: "/")
    static let hash = UInt8(ascii: "#")
    static let openParenthesis = UInt8(ascii: "(")
    static let closeParenthesis = UInt8(ascii: ")")
}
