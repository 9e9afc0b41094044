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

    public init(style: Style = .compact) {
        self.style = style
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
        bytes.append(ASCII.quote)
        var rest = text.utf8[...]
        while let special = rest.firstIndex(where: Self.mustBeEscaped) {
            bytes.append(contentsOf: rest[..<special])
            appendEscape(of: rest[special])
            rest = rest[rest.index(after: special)...]
        }
        bytes.append(contentsOf: rest)
        bytes.append(ASCII.quote)
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
