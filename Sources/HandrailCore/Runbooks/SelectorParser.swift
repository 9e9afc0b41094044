internal import CEL

/// Reads a selector as Prometheus writes it: `WorkerStuck{severity=~"warning|critical", "a label"!="x"}`.
public struct SelectorParser {
    private static let matcherLimit = 100

    private let source: String
    private let bytes: [UInt8]
    private var position = 0

    private init(_ source: String) {
        self.source = source
        bytes = Array(source.utf8)
    }

    /// A selector that every alert would match is refused: it says nothing, and is a mistake.
    public static func parse(_ source: String) throws(SelectorIssue) -> Selector {
        var parser = SelectorParser(source)
        return try parser.selector()
    }

    private mutating func selector() throws(SelectorIssue) -> Selector {
        skipBlanks()
        var matchers: [Matcher] = []
        let nameStart = position
        let name = takeName(colons: true)
        if !name.isEmpty { matchers.append(try alertname(name, nameStart..<position)) }
        skipBlanks()
        if byte == UInt8(ascii: "{") {
            matchers += try braced(hasName: !name.isEmpty)
        } else if name.isEmpty {
            throw issue(position < bytes.count ? "a selector begins with a name or `{`" : "the selector is empty")
        }
        skipBlanks()
        guard position == bytes.count else { throw afterTheEnd() }
        try checkSelective(matchers)
        return Selector(source: source, matchers: matchers)
    }

    private func afterTheEnd() -> SelectorIssue {
        switch byte {
        case UInt8(ascii: "["), UInt8(ascii: "@"): issue("a selector of alerts has no range and no time")
        case UInt8(ascii: "="), UInt8(ascii: "!"): issue("matchers stand in braces, as in `Name{label=\"value\"}`")
        default: issue("the selector ends before this")
        }
    }

    private func alertname(_ name: String, _ range: Range<Int>) throws(SelectorIssue) -> Matcher {
        try matcher(ExactText("alertname"), .equal, ExactText(name), range)
    }

    private func checkSelective(_ matchers: [Matcher]) throws(SelectorIssue) {
        let isSelective = matchers.contains { matcher in
            switch matcher.comparison {
            case .equal: !matcher.value.isEmpty
            case .notEqual: matcher.value.isEmpty
            // Prometheus too looks at the empty text only: what accepts a missing label does not select.
            case .matches: !(matcher.regex?.matchesWhole("") ?? true)
            case .doesNotMatch: matcher.regex?.matchesWhole("") ?? false
            }
        }
        guard !isSelective else { return }
        let message =
            matchers.isEmpty
            ? "an empty selector matches every alert"
            : "at least one matcher must refuse a missing label, or the selector matches nearly every alert"
        throw SelectorIssue(message: message, range: 0..<bytes.count)
    }

    // MARK: - Matchers

    private mutating func braced(hasName: Bool) throws(SelectorIssue) -> [Matcher] {
        let opening = position
        var hasName = hasName
        var matchers: [Matcher] = []
        position += 1
        skipBlanks()
        while byte != UInt8(ascii: "}") {
            guard byte != nil else { throw unclosed(opening) }
            matchers.append(try matcher(hasName: &hasName))
            guard matchers.count <= Self.matcherLimit else {
                throw issue("a selector has at most \(Self.matcherLimit) matchers")
            }
            skipBlanks()
            if byte == UInt8(ascii: ",") {
                position += 1
                skipBlanks()
            } else if byte == nil {
                throw unclosed(opening)
            } else if byte != UInt8(ascii: "}") {
                throw issue("a `,` or `}` is missing before this")
            }
        }
        position += 1
        return matchers
    }

    private func unclosed(_ opening: Int) -> SelectorIssue {
        SelectorIssue(message: "this `{` has no end", range: opening..<bytes.count)
    }

    private mutating func matcher(hasName: inout Bool) throws(SelectorIssue) -> Matcher {
        let start = position
        let isQuoted = isQuote(byte)
        let label = isQuoted ? try takeString() : takeName(colons: false)
        let labelRange = start..<position
        guard !label.isEmpty else {
            throw position < bytes.count || !isQuoted
                ? issue("a label's name is missing") : SelectorIssue(message: "a label has no name", range: labelRange)
        }
        skipBlanks()
        if isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") {
            guard !hasName else {
                throw SelectorIssue(message: "the alert's name is given twice", range: labelRange)
            }
            hasName = true
            return try alertname(label, labelRange)
        }
        let comparison = try takeOperator(after: label)
        skipBlanks()
        guard isQuote(byte) else { throw unquotedValue() }
        let valueStart = position
        let value = try takeString()
        return try matcher(ExactText(label), comparison, ExactText(value), valueStart..<position)
    }

    private func matcher(
        _ name: ExactText, _ comparison: Matcher.Operator, _ value: ExactText, _ range: Range<Int>
    ) throws(SelectorIssue) -> Matcher {
        do throws(CELIssue) {
            return try Matcher(name: name, comparison: comparison, value: value)
        } catch {
            throw SelectorIssue(message: error.message, range: range)
        }
    }

    private mutating func takeOperator(after label: String) throws(SelectorIssue) -> Matcher.Operator {
        let start = position
        while let byte, [UInt8(ascii: "="), UInt8(ascii: "!"), UInt8(ascii: "~")].contains(byte) { position += 1 }
        let written = String(decoding: bytes[start..<position], as: UTF8.self)
        if let comparison = Matcher.Operator(rawValue: written) { return comparison }
        let known: [String: String] = ["==": "=", "~": "=~", "~=": "=~", "!": "!=", "!==": "!=", "~!": "!~"]
        let message =
            written.isEmpty
            ? "an operator `=`, `!=`, `=~` or `!~` is missing after `\(label)`"
            : "unknown operator `\(written)`"
        throw SelectorIssue(
            message: message, range: start..<max(position, min(start + 1, bytes.count)), suggestion: known[written])
    }

    private func unquotedValue() -> SelectorIssue {
        var end = position
        while end < bytes.count, bytes[end] != UInt8(ascii: ","), bytes[end] != UInt8(ascii: "}") { end += 1 }
        let written = String(decoding: bytes[position..<end], as: UTF8.self)
        return SelectorIssue(
            message: written.isEmpty ? "a value is missing here" : "a value must be quoted", range: position..<end,
            suggestion: written.isEmpty ? nil : "\"\(written)\"")
    }

    // MARK: - Words

    private var byte: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func isQuote(_ byte: UInt8?) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") || byte == UInt8(ascii: "`")
    }

    private mutating func skipBlanks() {
        while let byte, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    private mutating func takeName(colons: Bool) -> String {
        let start = position
        while let byte, isNamePart(byte, isFirst: position == start, colons: colons) { position += 1 }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    private func isNamePart(_ byte: UInt8, isFirst: Bool, colons: Bool) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): !isFirst
        case UInt8(ascii: ":"): colons
        default: false
        }
    }

    private mutating func takeString() throws(SelectorIssue) -> String {
        var reader = GoString(bytes, at: position)
        let text = try reader.text()
        position = reader.position
        return text
    }

    private func issue(_ message: String) -> SelectorIssue {
        SelectorIssue(message: message, range: min(position, bytes.count)..<min(position + 1, bytes.count))
    }
}

/// Why a text is no selector.
public struct SelectorIssue: Error, Hashable, Sendable {
    /// One lowercase sentence without a final stop.
    public let message: String
    /// UTF-8 byte offsets in the source.
    public let range: Range<Int>
    public let suggestion: String?

    public init(message: String, range: Range<Int>, suggestion: String? = nil) {
        self.message = message
        self.range = range
        self.suggestion = suggestion
    }
}
