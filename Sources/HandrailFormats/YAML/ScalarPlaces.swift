/// Finds the place in the file of a piece of a scalar's text: what a CEL or selector issue points at.
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
        let found: Range<Int>?
        switch scalar.style {
        case .plain: found = isOneLine ? within(range, from: node.start.byte) : nil
        case .singleQuoted: found = isOneLine ? quotedRange(range, width: singleQuotedWidth) : nil
        case .doubleQuoted: found = isOneLine ? quotedRange(range, width: doubleQuotedWidth) : nil
        case .literal: found = literalRange(range)
        case .folded: found = nil
        }
        return found.map { SourceSpan(source: node.source, range: $0) } ?? node.span
    }

    private var isOneLine: Bool { node.start.line == node.end.line }

    private func within(_ range: Range<Int>, from start: Int) -> Range<Int>? {
        let found = (start + range.lowerBound)..<(start + range.upperBound)
        return found.upperBound <= node.end.byte ? found : nil
    }

    // MARK: - Quoted text

    /// Walks the raw bytes and the text in step.
    private func quotedRange(_ range: Range<Int>, width: (Int) -> (raw: Int, text: Int)) -> Range<Int>? {
        var raw = node.start.byte + 1
        var text = 0
        var start: Int?
        while raw < node.end.byte {
            if text >= range.lowerBound, start == nil { start = raw }
            if text >= range.upperBound, let start { return start..<max(start, raw) }
            let step = width(raw)
            raw += step.raw
            text += step.text
        }
        return start.map { $0..<max($0, node.end.byte - 1) }
    }

    private func singleQuotedWidth(_ raw: Int) -> (raw: Int, text: Int) {
        byte(raw) == UInt8(ascii: "'") ? (2, 1) : (1, 1)
    }

    private func doubleQuotedWidth(_ raw: Int) -> (raw: Int, text: Int) {
        guard byte(raw) == UInt8(ascii: "\\") else { return (1, 1) }
        switch byte(raw + 1) {
        case UInt8(ascii: "x"): return (4, escapedWidth(raw + 2, digits: 2))
        case UInt8(ascii: "u"): return (6, escapedWidth(raw + 2, digits: 4))
        case UInt8(ascii: "U"): return (10, escapedWidth(raw + 2, digits: 8))
        case UInt8(ascii: "N"), UInt8(ascii: "_"): return (2, 2)
        case UInt8(ascii: "L"), UInt8(ascii: "P"): return (2, 3)
        default: return (2, 1)
        }
    }

    private func escapedWidth(_ raw: Int, digits: Int) -> Int {
        let value = UInt32(node.source.text(raw..<(raw + digits)), radix: 16).flatMap(Unicode.Scalar.init)
        return value.map { String($0).utf8.count } ?? 1
    }

    private func byte(_ offset: Int) -> UInt8 {
        node.source.bytes.indices.contains(offset) ? node.source.bytes[offset] : 0
    }

    // MARK: - Literal blocks

    /// Line n of the text is line n after the `|`, behind its indentation.
    private func literalRange(_ range: Range<Int>) -> Range<Int>? {
        let text = Array(scalar.text.utf8)
        guard range.lowerBound <= text.count else { return nil }
        let newline = UInt8(ascii: "\n")
        let lineOfText = text[..<range.lowerBound].count { $0 == newline }
        let lineStart = text[..<range.lowerBound].lastIndex(of: newline).map { $0 + 1 } ?? 0
        let lineEnd = text[lineStart...].firstIndex(of: newline) ?? text.count
        let line = node.start.line + lineOfText
        guard line < node.source.lineCount else { return nil }
        let raw = node.source.line(line)
        let indentation = raw.count - (lineEnd - lineStart)
        guard indentation >= 0, node.source.bytes[raw].dropFirst(indentation).elementsEqual(text[lineStart..<lineEnd])
        else { return nil }
        let offset = raw.lowerBound + indentation - lineStart
        return (offset + range.lowerBound)..<(offset + max(range.lowerBound, min(range.upperBound, lineEnd)))
    }
}
