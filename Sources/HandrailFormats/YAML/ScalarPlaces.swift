/// Finds the place in the file of a piece of a scalar's text: what a CEL or selector issue points at.
///
/// YAML folds lines, strips indentation and reads escapes, but of what is no white space it drops and moves nothing. So the
/// raw bytes and the text are walked in step, and only white space is skipped on either side.
struct ScalarPlaces {
    private let node: YAMLNode
    private let scalar: YAMLScalar

    init?(_ node: YAMLNode) {
        guard case .scalar(let scalar) = node.content else { return nil }
        self.node = node
        self.scalar = scalar
    }

    /// - Parameter range: UTF-8 offsets in the text. The whole scalar where the piece cannot be found exactly.
    func span(_ range: Range<Int>) -> SourceSpan {
        rawRange(range).map { SourceSpan(source: node.source, range: $0) } ?? node.span
    }

    private func rawRange(_ range: Range<Int>) -> Range<Int>? {
        var pieces = RawPieces(of: node, scalar.style)
        let text = Array(scalar.text.utf8)
        var position = 0
        var lastEnd: Int?
        var start: Int?
        while position < range.upperBound || start == nil, let piece = pieces.next() {
            guard piece.width > 0 else { continue }
            // What a fold or the chomping of a block made has no place of its own.
            while position < text.count, text[position] != piece.firstByte, Self.isBlank(text[position]) {
                position += 1
            }
            guard position < text.count else { break }
            guard piece.firstByte == text[position] else { return nil }
            if position + piece.width > range.lowerBound, start == nil { start = piece.raw.lowerBound }
            if start != nil, position >= range.upperBound { break }
            position += piece.width
            lastEnd = piece.raw.upperBound
        }
        // An issue about the end of the text points behind its last byte.
        guard let start = start ?? lastEnd, range.upperBound <= text.count else { return nil }
        return start..<max(start, range.isEmpty ? start : lastEnd ?? start)
    }

    static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\t")
            || byte == UInt8(ascii: "\r")
    }
}

/// The raw bytes of a scalar, cut into what each stands for.
private struct RawPieces {
    struct Piece {
        let raw: Range<Int>
        /// In the text, in bytes. None: white space that YAML may drop or change.
        let width: Int
        /// Of the text.
        let firstByte: UInt8
    }

    private let bytes: [UInt8]
    private let style: YAMLScalar.Style
    private let end: Int
    private var position: Int

    init(of node: YAMLNode, _ style: YAMLScalar.Style) {
        bytes = node.source.bytes
        self.style = style
        switch style {
        case .plain: (position, end) = (node.start.byte, node.end.byte)
        case .singleQuoted, .doubleQuoted: (position, end) = (node.start.byte + 1, node.end.byte - 1)
        // What is meant by `|2-  # comment` is over with the line.
        case .literal, .folded:
            let isLast = node.start.line >= node.source.lineCount
            (position, end) = (isLast ? node.end.byte : node.source.lineStart(node.start.line), node.end.byte)
        }
    }

    mutating func next() -> Piece? {
        guard position < min(end, bytes.count) else { return nil }
        let start = position
        let byte = bytes[position]
        if style == .doubleQuoted, byte == UInt8(ascii: "\\") { return takeEscape() }
        let isDoubled = style == .singleQuoted && byte == UInt8(ascii: "'")
        position += isDoubled ? 2 : 1
        return Piece(raw: start..<position, width: ScalarPlaces.isBlank(byte) ? 0 : 1, firstByte: byte)
    }

    private mutating func takeEscape() -> Piece {
        let start = position
        let mark = position + 1 < bytes.count ? bytes[position + 1] : 0
        let digits = [UInt8(ascii: "x"): 2, UInt8(ascii: "u"): 4, UInt8(ascii: "U"): 8][mark] ?? 0
        position = min(position + 2 + digits, end)
        // A line break behind a backslash is dropped, and so is one that nothing is known about.
        let text = Self.escapes[mark].map { [$0] } ?? Array(escapedScalar(start + 2, digits)?.utf8 ?? "".utf8)
        let (width, first) = (text.count, text.first ?? 0)
        return Piece(raw: start..<position, width: width, firstByte: first)
    }

    private func escapedScalar(_ start: Int, _ digits: Int) -> String? {
        let named: [UInt8: Unicode.Scalar] = [
            UInt8(ascii: "N"): "\u{85}", UInt8(ascii: "_"): "\u{A0}", UInt8(ascii: "L"): "\u{2028}",
            UInt8(ascii: "P"): "\u{2029}",
        ]
        if let scalar = named[bytes[start - 1]] { return String(Character(scalar)) }
        guard digits > 0, start + digits <= bytes.count else { return nil }
        let value = UInt32(String(decoding: bytes[start..<(start + digits)], as: UTF8.self), radix: 16)
        return value.flatMap(Unicode.Scalar.init).map { String(Character($0)) }
    }

    /// YAML 1.1, section 5.6.
    private static let escapes: [UInt8: UInt8] = [
        UInt8(ascii: "0"): 0x00, UInt8(ascii: "a"): 0x07, UInt8(ascii: "b"): 0x08, UInt8(ascii: "t"): 0x09,
        0x09: 0x09, UInt8(ascii: "n"): 0x0A, UInt8(ascii: "v"): 0x0B, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "r"): 0x0D, UInt8(ascii: "e"): 0x1B, UInt8(ascii: " "): 0x20, UInt8(ascii: "\""): 0x22,
        UInt8(ascii: "'"): 0x27, UInt8(ascii: "/"): 0x2F, UInt8(ascii: "\\"): 0x5C,
    ]
}
