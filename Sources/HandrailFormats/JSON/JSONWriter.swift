/// Writes JSON in the order of the calls, so that the same calls always make the same bytes.
///
/// ```swift
/// var writer = JSONWriter(style: .pretty)
/// writer.object { object in
///     object.member("name", "storm")
///     object.member("alerts") { $0.array { list in for alert in alerts { list.value(alert.name) } } }
/// }
/// ```
public struct JSONWriter: Sendable {
    public enum Style: CaseIterable, Sendable {
        case compact
        /// One member or element a line, two spaces for each level.
        case pretty
    }

    /// What has been written, UTF-8. A pretty document does not end with a newline.
    public private(set) var bytes: [UInt8] = []
    private let style: Style
    private var depth = 0
    /// Whether the next value is the first of its container, needs no comma, and stands on a line of its own.
    private var position = Position.start

    private enum Position { case start, first, later, afterName }

    /// - Parameter capacity: in bytes; what is likely to be written needs no more memory then.
    public init(style: Style = .compact, capacity: Int = 0) {
        self.style = style
        bytes.reserveCapacity(capacity)
    }

    public var string: String { String(decoding: bytes, as: UTF8.self) }

    // MARK: Containers

    public mutating func object<Failure>(
        _ members: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(ASCII.leftBrace, ASCII.rightBrace, members)
    }

    public mutating func array<Failure>(
        _ elements: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try container(ASCII.leftBracket, ASCII.rightBracket, elements)
    }

    /// A member of the object that is being written; `value` writes exactly one value.
    public mutating func member<Failure>(
        _ name: String, _ value: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginValue()
        appendString(name)
        bytes.append(ASCII.colon)
        if style == .pretty { bytes.append(ASCII.space) }
        position = .afterName
        try value(&self)
    }

    public mutating func member(_ name: String, _ value: String) { member(name) { $0.value(value) } }
    public mutating func member(_ name: String, _ value: Int) { member(name) { $0.value(value) } }
    public mutating func member(_ name: String, _ value: Int64) { member(name) { $0.value(value) } }
    public mutating func member(_ name: String, _ value: Double) { member(name) { $0.value(value) } }
    public mutating func member(_ name: String, _ value: Bool) { member(name) { $0.value(value) } }
    public mutating func member(_ name: String, _ value: JSONValue) { member(name) { $0.value(value) } }

    // MARK: Values

    public mutating func value(_ text: String) {
        beginValue()
        appendString(text)
    }

    /// Text that needs no escapes, such as digits and dashes, of so many bytes.
    mutating func value(plain count: Int, _ write: (UnsafeMutableBufferPointer<UInt8>) -> Void) {
        beginValue()
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { buffer in
            write(buffer)
            appendString(UnsafeBufferPointer(buffer))
        }
    }

    public mutating func value(_ number: Int) { append(String(number)) }
    public mutating func value(_ number: Int64) { append(String(number)) }
    public mutating func value(_ flag: Bool) { append(flag ? "true" : "false") }
    public mutating func null() { append("null") }

    /// The shortest digits that read back as the same number; `null` where it is not finite.
    public mutating func value(_ number: Double) {
        append(number.isFinite ? number.description : "null")
    }

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let flag): self.value(flag)
        case .integer(let number): self.value(number)
        case .fraction(let number): self.value(number)
        case .string(let text): self.value(text)
        case .array(let elements):
            array { writer in
                for element in elements { writer.value(element) }
            }
        case .object(let members):
            object { writer in
                for member in members { writer.member(member.name, member.value) }
            }
        }
    }

    // MARK: Inside

    private mutating func container<Failure>(
        _ opening: UInt8, _ closing: UInt8, _ contents: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        beginValue()
        bytes.append(opening)
        depth += 1
        position = .first
        try contents(&self)
        depth -= 1
        if position == .later { breakLine() }
        bytes.append(closing)
        position = depth == 0 ? .start : .later
    }

    /// The comma, line and indentation before a value or a name.
    private mutating func beginValue() {
        switch position {
        case .start, .afterName: break
        case .first: breakLine()
        case .later:
            bytes.append(ASCII.comma)
            breakLine()
        }
        position = depth == 0 ? .start : .later
    }

    private mutating func breakLine() {
        guard style == .pretty else { return }
        bytes.append(ASCII.newline)
        bytes.append(contentsOf: repeatElement(ASCII.space, count: 2 * depth))
    }

    private mutating func append(_ literal: String) {
        beginValue()
        bytes.append(contentsOf: literal.utf8)
    }

    /// Escapes the quote, the backslash and control characters; everything else stays as it is.
    private mutating func appendString(_ text: String) {
        var text = text
        text.withUTF8 { appendString($0) }
    }

    /// The same for text that is known to be UTF-8.
    private mutating func appendString(_ text: UnsafeBufferPointer<UInt8>) {
        bytes.append(ASCII.quote)
        var rest = text[...]
        while let special = Self.firstToEscape(in: UnsafeBufferPointer(rebasing: rest)) {
            let index = rest.startIndex + special
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest[..<index]))
            appendEscape(of: rest[index])
            rest = rest[(index + 1)...]
        }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: rest))
        bytes.append(ASCII.quote)
    }

    /// Eight bytes at a time, since nearly no text has any: most of what the journal keeps comes through here.
    private static func firstToEscape(in text: UnsafeBufferPointer<UInt8>) -> Int? {
        let raw = UnsafeRawBufferPointer(text)
        var offset = 0
        while offset + 8 <= raw.count, !mayHaveToEscape(raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) {
            offset += 8
        }
        return text[offset...].firstIndex(where: mustBeEscaped)
    }

    /// Whether one of eight bytes is below a space, a quote or a backslash; "Determine if a word has a byte less than n" and
    /// "has a zero byte" of Anderson's Bit Twiddling Hacks.
    private static func mayHaveToEscape(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(ASCII.quote))
        let backslashes = word ^ (ones &* UInt64(ASCII.backslash))
        let below = (word &- ones &* UInt64(ASCII.space)) & ~word
        let zeros = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes
        return (below | zeros) & (ones << 7) != 0
    }

    private static func mustBeEscaped(_ byte: UInt8) -> Bool {
        byte < ASCII.space || byte == ASCII.quote || byte == ASCII.backslash
    }

    private mutating func appendEscape(of byte: UInt8) {
        bytes.append(ASCII.backslash)
        switch byte {
        case ASCII.newline: bytes.append(ASCII.n)
        case ASCII.carriageReturn: bytes.append(0x72)
        case 0x09: bytes.append(ASCII.t)
        case 0x00..<ASCII.space:
            bytes.append(contentsOf: (byte < 0x10 ? "u000" : "u00").utf8)
            bytes.append(contentsOf: String(byte, radix: 16).utf8)
        default: bytes.append(byte)
        }
    }
}

extension JSONValue {
    /// The document as text, in the order of its members.
    public func text(style: JSONWriter.Style = .compact) -> String {
        var writer = JSONWriter(style: style)
        writer.value(self)
        return writer.string
    }
}
