/// A text with one kind of escape undone, which still knows where each byte comes from.
///
/// Undoing escapes finds a secret whichever of its characters were escaped, in whatever spelling; a list of all escaped
/// spellings would have to know every program's taste.
struct DecodedView {
    private(set) var bytes: [UInt8]
    /// For each byte, where in the source it begins and ends; nil where each is its own.
    private var places: [Range<Int>]?

    init(_ source: [UInt8]) {
        bytes = source
    }

    private init() {
        bytes = []
        places = []
    }

    func sourceRange(of range: Range<Int>) -> Range<Int> {
        guard let places, !range.isEmpty else { return range }
        return places[range.lowerBound].lowerBound..<places[range.upperBound - 1].upperBound
    }

    enum Escape: CaseIterable {
        case lineBreak, percent, form, backslash, shellQuote
    }

    /// Nil where the escape does not occur, or is the same as another.
    func decoded(_ escape: Escape) -> DecodedView? {
        guard bytes.contains(where: { Self.begins(escape, $0) }) else { return nil }
        switch escape {
        case .lineBreak: return decoded(by: Self.lineBreak)
        case .percent: return decoded(by: Self.percent)
        case .form: return decoded(by: Self.form)
        case .backslash: return decoded(by: Self.backslash)
        case .shellQuote: return decoded(by: Self.shellQuote)
        }
    }

    /// What stands at a place: how many bytes it takes, and what they stand for.
    private typealias Unit = (length: Int, meaning: [UInt8])

    private func decoded(by unit: (ArraySlice<UInt8>) -> Unit?) -> DecodedView? {
        var view = DecodedView()
        var isDifferent = false
        var position = 0
        while position < bytes.count {
            let found = unit(bytes[position...])
            isDifferent = isDifferent || found != nil
            let (length, meaning) = found ?? (1, [bytes[position]])
            let place = sourceRange(of: position..<(position + length))
            for byte in meaning { view.append(byte, from: place) }
            position += length
        }
        return isDifferent ? view : nil
    }

    private mutating func append(_ byte: UInt8, from place: Range<Int>) {
        bytes.append(byte)
        places?.append(place)
    }

    // MARK: Escapes

    private static func begins(_ escape: Escape, _ byte: UInt8) -> Bool {
        switch escape {
        case .lineBreak: byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
        case .percent: byte == UInt8(ascii: "%")
        // Without it, a form is like a URL.
        case .form: byte == UInt8(ascii: "+")
        case .backslash: byte == UInt8(ascii: "\\")
        case .shellQuote: byte == UInt8(ascii: "'")
        }
    }

    /// Line breaks, which `base64` and mail put into long values.
    private static func lineBreak(_ rest: ArraySlice<UInt8>) -> Unit? {
        rest.first == UInt8(ascii: "\n") || rest.first == UInt8(ascii: "\r") ? (1, []) : nil
    }

    private static func percent(_ rest: ArraySlice<UInt8>) -> Unit? {
        guard rest.first == UInt8(ascii: "%"), let byte = byte(rest.dropFirst().prefix(2)) else { return nil }
        return (3, [byte])
    }

    /// As a web form is sent: like a URL, with `+` for a space.
    private static func form(_ rest: ArraySlice<UInt8>) -> Unit? {
        rest.first == UInt8(ascii: "+") ? (1, [UInt8(ascii: " ")]) : percent(rest)
    }

    /// Of JSON, of C with its octal numbers, and of a shell's `\` before any character.
    private static func backslash(_ rest: ArraySlice<UInt8>) -> Unit? {
        guard rest.first == UInt8(ascii: "\\"), let letter = rest.dropFirst().first else { return nil }
        switch letter {
        case UInt8(ascii: "n"): return (2, [0x0A])
        case UInt8(ascii: "t"): return (2, [0x09])
        case UInt8(ascii: "r"): return (2, [0x0D])
        case UInt8(ascii: "b"): return (2, [0x08])
        case UInt8(ascii: "f"): return (2, [0x0C])
        case UInt8(ascii: "x"): return byte(rest.dropFirst(2).prefix(2)).map { (4, [$0]) } ?? (2, [letter])
        case UInt8(ascii: "u"): return scalar(rest) ?? (2, [letter])
        case UInt8(ascii: "0")...UInt8(ascii: "3"): return octal(rest.dropFirst().prefix(3)) ?? (2, [letter])
        default: return (2, [letter])
        }
    }

    /// `'\''` and `'"'"'`, which are how a quote is written within quotes.
    private static func shellQuote(_ rest: ArraySlice<UInt8>) -> Unit? {
        for spelling in ["'\\''", "'\"'\"'"] where rest.starts(with: spelling.utf8) {
            return (spelling.utf8.count, [UInt8(ascii: "'")])
        }
        return nil
    }

    /// `\303`. Fewer digits are a shell's `\` before a digit.
    private static func octal(_ digits: ArraySlice<UInt8>) -> Unit? {
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }) else {
            return nil
        }
        return (4, [digits.reduce(0) { $0 << 3 | ($1 - UInt8(ascii: "0")) }])
    }

    /// `\u00e9`, or two of them for what is beyond 16 bits.
    private static func scalar(_ rest: ArraySlice<UInt8>) -> Unit? {
        guard let first = number(rest.dropFirst(2).prefix(4), digits: 4) else { return nil }
        if let scalar = Unicode.Scalar(first) { return (6, Array(String(Character(scalar)).utf8)) }
        let next = rest.dropFirst(6)
        guard (0xD800..<0xDC00).contains(first), next.starts(with: "\\u".utf8),
            let second = number(next.dropFirst(2).prefix(4), digits: 4), (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { return nil }
        return (12, Array(String(Character(scalar)).utf8))
    }

    private static func byte(_ digits: ArraySlice<UInt8>) -> UInt8? {
        number(digits, digits: 2).map { UInt8(truncatingIfNeeded: $0) }
    }

    private static func number(_ text: ArraySlice<UInt8>, digits: Int) -> UInt32? {
        guard text.count == digits else { return nil }
        var number: UInt32 = 0
        for byte in text {
            guard let digit = hexadecimalValue(byte) else { return nil }
            number = number << 4 | digit
        }
        return number
    }

    private static func hexadecimalValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
