/// String and bytes literals: `"…"`, `'…'`, three quotes for several lines, prefixes `r` (no escapes) and `b` (bytes).
extension Lexer {
    /// Nil if no literal begins here.
    mutating func takeQuoted() throws(CELIssue) -> Token.Kind? {
        guard let prefix = quotePrefix() else { return nil }
        let start = position
        skip(prefix.length)
        guard let quote = peek() else { return nil }
        let delimiter = starts(with: [quote, quote, quote]) ? [quote, quote, quote] : [quote]
        skip(delimiter.count)
        var content: [UInt8] = []
        while !starts(with: delimiter) {
            guard let byte = peek(), delimiter.count == 3 || !isLineBreak(byte) else {
                throw CELIssue(message: "this string has no end", range: start..<position)
            }
            if byte == UInt8(ascii: "\\"), !prefix.isRaw {
                try takeEscape(isBytes: prefix.isBytes, into: &content)
            } else if byte == UInt8(ascii: "\r") {
                // A line ends with one line feed, whatever the file's editor made of it.
                content.append(UInt8(ascii: "\n"))
                skip(peek(1) == UInt8(ascii: "\n") ? 2 : 1)
            } else {
                content.append(byte)
                skip(1)
            }
        }
        skip(delimiter.count)
        return prefix.isBytes ? .bytes(content) : .string(String(decoding: content, as: UTF8.self))
    }

    private func isLineBreak(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private func quotePrefix() -> (length: Int, isRaw: Bool, isBytes: Bool)? {
        var isRaw = false
        var isBytes = false
        for length in 0...2 {
            guard let byte = peek(length) else { return nil }
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "'"): return (length, isRaw, isBytes)
            case UInt8(ascii: "r") where !isRaw, UInt8(ascii: "R") where !isRaw: isRaw = true
            case UInt8(ascii: "b") where !isBytes, UInt8(ascii: "B") where !isBytes: isBytes = true
            case _: return nil
            }
        }
        return nil
    }

    private mutating func takeEscape(isBytes: Bool, into content: inout [UInt8]) throws(CELIssue) {
        let start = position
        skip(1)
        let mark = peek() ?? 0
        skip(1)
        if let plain = Self.plainEscapes[mark] { return content.append(plain) }
        let value: UInt32?
        switch mark {
        case UInt8(ascii: "x"), UInt8(ascii: "X"): value = takeDigits(2, radix: 16)
        case UInt8(ascii: "u") where !isBytes: value = takeDigits(4, radix: 16)
        case UInt8(ascii: "U") where !isBytes: value = takeDigits(8, radix: 16)
        case UInt8(ascii: "0")...UInt8(ascii: "3"):
            stepBack(1)
            value = takeDigits(3, radix: 8)
        case _: value = nil
        }
        guard let value, let encoded = Self.encoded(value, isBytes: isBytes) else {
            let end = min(max(position, start + 1), bytes.count)
            let text = String(decoding: bytes[start..<end], as: UTF8.self)
            throw CELIssue(message: "unknown escape `\(text)`", range: start..<end)
        }
        content += encoded
    }

    private static let plainEscapes: [UInt8: UInt8] = [
        UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "\\"): 0x5C,
        UInt8(ascii: "?"): 0x3F, UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27, UInt8(ascii: "`"): 0x60,
    ]

    private mutating func takeDigits(_ count: Int, radix: UInt32) -> UInt32? {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let byte = peek(), let digit = HexadecimalDigit.value(byte), digit < radix else { return nil }
            value = value &* radix &+ digit
            skip(1)
        }
        return value
    }

    /// In bytes an escape is one byte, in strings one code point.
    private static func encoded(_ value: UInt32, isBytes: Bool) -> [UInt8]? {
        if isBytes { return UInt8(exactly: value).map { [$0] } }
        return Unicode.Scalar(value).map { Array(String(Character($0)).utf8) }
    }
}
