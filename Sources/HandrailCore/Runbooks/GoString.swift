/// A string as Go and Prometheus write it: double- or single-quoted with escapes, or raw between backticks.
struct GoString {
    private let bytes: [UInt8]
    /// Behind the string once it has been read.
    private(set) var position: Int
    private let start: Int

    init(_ bytes: [UInt8], at position: Int) {
        self.bytes = bytes
        self.position = position
        start = position
    }

    mutating func text() throws(SelectorIssue) -> String {
        let quote = bytes[position]
        position += 1
        var text: [UInt8] = []
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") {
                text += try escape(in: quote)
            } else if bytes[position] == UInt8(ascii: "\n"), quote != UInt8(ascii: "`") {
                throw SelectorIssue(message: "a string ends on the line it begins on", range: start..<position)
            } else {
                text.append(bytes[position])
                position += 1
            }
        }
        guard position < bytes.count else {
            throw SelectorIssue(message: "this string has no end", range: start..<bytes.count)
        }
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
            throw SelectorIssue(message: "this string is not UTF-8", range: start..<position)
        }
        return string
    }

    private mutating func escape(in quote: UInt8) throws(SelectorIssue) -> [UInt8] {
        let begin = position
        let letter = position + 1 < bytes.count ? bytes[position + 1] : 0
        position = min(position + 2, bytes.count)
        switch letter {
        case UInt8(ascii: "a"): return [0x07]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "v"): return [0x0B]
        case UInt8(ascii: "\\"): return [letter]
        case quote: return [letter]
        case UInt8(ascii: "x"): return [UInt8(try number(digits: 2, radix: 16, since: begin) & 0xFF)]
        case UInt8(ascii: "u"): return try scalar(digits: 4, since: begin)
        case UInt8(ascii: "U"): return try scalar(digits: 8, since: begin)
        case UInt8(ascii: "0")...UInt8(ascii: "7"):
            position -= 1
            let value = try number(digits: 3, radix: 8, since: begin)
            guard value <= 0xFF else { throw unknown(since: begin) }
            return [UInt8(value)]
        default: throw unknown(since: begin)
        }
    }

    private mutating func number(digits: Int, radix: Int, since begin: Int) throws(SelectorIssue) -> UInt32 {
        let end = position + digits
        guard end <= bytes.count, bytes[position..<end].allSatisfy({ isHexadecimal($0) }),
            let value = UInt32(String(decoding: bytes[position..<end], as: UTF8.self), radix: radix)
        else { throw unknown(since: begin) }
        position = end
        return value
    }

    private func isHexadecimal(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private mutating func scalar(digits: Int, since begin: Int) throws(SelectorIssue) -> [UInt8] {
        let value = try number(digits: digits, radix: 16, since: begin)
        guard let scalar = Unicode.Scalar(value) else { throw unknown(since: begin) }
        return Array(String(scalar).utf8)
    }

    private func unknown(since begin: Int) -> SelectorIssue {
        SelectorIssue(
            message: "unknown escape: in a regex write `\\\\` for each `\\`, or quote with backticks",
            range: begin..<max(begin, min(position, bytes.count)))
    }
}
