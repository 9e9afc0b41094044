/// Reads a JSON text (RFC 8259) piece by piece, in place, and copies nothing that is not asked for.
///
/// Everything is checked, also what is skipped: UTF-8, escapes, numbers, literals, commas, nesting. A value that was
/// read or skipped without an error is valid JSON; `finish()` checks that nothing follows it.
///
/// The caller keeps the bytes alive and unchanged as long as it uses the reader, or a `JSONText` that came from it.
/// A copy of a reader continues from the same place on its own.
public struct JSONReader {
    /// Arrays and objects may be nested this deep.
    public static let maximumDepth = 64

    public enum Kind: Sendable { case object, array, string, number, bool, null }

    let base: UnsafePointer<UInt8>
    let end: UnsafePointer<UInt8>
    var position: UnsafePointer<UInt8>
    private var depth = 0
    /// A value of the innermost container has ended, so only a comma or the container's end may follow.
    var hasEndedValue = false

    public init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let empty: StaticString = ""
        base = bytes.baseAddress ?? empty.utf8Start
        position = base
        end = base + bytes.count
    }

    /// Bytes from the beginning of the text to where the reader is.
    public var offset: Int { position - base }

    /// What the next value is. Reads nothing but the white space before it.
    public mutating func nextKind() throws(JSONError) -> Kind {
        switch try significantByte() {
        case ASCII.leftBrace: return .object
        case ASCII.leftBracket: return .array
        case ASCII.quote: return .string
        case ASCII.minus, ASCII.zero...ASCII.nine: return .number
        case ASCII.t, ASCII.f: return .bool
        case ASCII.n: return .null
        default: throw failure("expected a value")
        }
    }

    // MARK: Containers

    public mutating func beginObject() throws(JSONError) {
        guard try significantByte() == ASCII.leftBrace else { throw failure("expected an object") }
        try open()
    }

    /// The next key, after which its value must be read or skipped, or nil where the object has ended.
    public mutating func nextKey() throws(JSONError) -> JSONText? {
        var byte = try significantByte()
        if byte == ASCII.rightBrace {
            close()
            return nil
        }
        if hasEndedValue {
            guard byte == ASCII.comma else { throw failure("expected `,` or `}`") }
            position += 1
            byte = try significantByte()
        }
        guard byte == ASCII.quote else { throw failure("expected a key in double quotes") }
        let key = try scanString()
        guard try significantByte() == ASCII.colon else { throw failure("expected `:` after the key") }
        position += 1
        return key
    }

    public mutating func beginArray() throws(JSONError) {
        guard try significantByte() == ASCII.leftBracket else { throw failure("expected an array") }
        try open()
    }

    /// Whether another element follows, which must then be read or skipped; false where the array has ended.
    public mutating func nextElement() throws(JSONError) -> Bool {
        let byte = try significantByte()
        if byte == ASCII.rightBracket {
            close()
            return false
        }
        if hasEndedValue {
            guard byte == ASCII.comma else { throw failure("expected `,` or `]`") }
            position += 1
            hasEndedValue = false
            guard try significantByte() != ASCII.rightBracket else { throw failure("expected a value after `,`") }
        }
        return true
    }

    /// Call it after the outermost value: only white space may follow.
    public mutating func finish() throws(JSONError) {
        while position < end, ASCII.isWhiteSpace(position.pointee) { position += 1 }
        guard position == end else { throw failure("unexpected text after the end of the value") }
    }

    // MARK: Skipping

    /// Steps over the next value, whatever it is, and checks all of it. Allocates nothing.
    public mutating func skipValue() throws(JSONError) {
        let outerDepth = depth
        // One bit for each container that is open here, the innermost lowest: is it an object?
        var containers: UInt64 = 0
        repeat {
            switch try significantByte() {
            case ASCII.leftBrace:
                try open()
                containers = containers << 1 | 1
            case ASCII.leftBracket:
                try open()
                containers = containers << 1
            default: try skipScalar()
            }
            while depth > outerDepth {
                let hasMore = try (containers & 1 == 1 ? nextKey() != nil : nextElement())
                if hasMore { break }
                containers >>= 1
            }
        } while depth > outerDepth
    }

    /// Steps over the next value like `skipValue`, and says where it was: offsets from the beginning of the text.
    public mutating func skipValueForRange() throws(JSONError) -> Range<Int> {
        _ = try significantByte()
        let start = offset
        try skipValue()
        return start..<offset
    }

    // MARK: Inside

    /// The byte after the white space at `position`, not consumed.
    @inline(__always)
    mutating func significantByte() throws(JSONError) -> UInt8 {
        while position < end {
            let byte = position.pointee
            if byte > ASCII.space || !ASCII.isWhiteSpace(byte) { return byte }
            position += 1
        }
        throw failure("the text ends too early")
    }

    @inline(never)
    func failure(_ message: String) -> JSONError {
        JSONError(message, offset: offset)
    }

    private mutating func open() throws(JSONError) {
        guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth)") }
        depth += 1
        position += 1
        hasEndedValue = false
    }

    private mutating func close() {
        depth -= 1
        position += 1
        hasEndedValue = true
    }
}

/// The bytes that the grammar names.
enum ASCII {
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let slash: UInt8 = 0x2F
    static let zero: UInt8 = 0x30
    static let nine: UInt8 = 0x39
    static let colon: UInt8 = 0x3A
    static let leftBracket: UInt8 = 0x5B
    static let backslash: UInt8 = 0x5C
    static let rightBracket: UInt8 = 0x5D
    static let e: UInt8 = 0x65
    static let f: UInt8 = 0x66
    static let n: UInt8 = 0x6E
    static let t: UInt8 = 0x74
    static let u: UInt8 = 0x75
    static let leftBrace: UInt8 = 0x7B
    static let rightBrace: UInt8 = 0x7D
    static let newline: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D

    static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == space || byte == newline || byte == carriageReturn || byte == 0x09
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        byte &- zero < 10
    }

    /// The value of a hexadecimal digit, or nil.
    static func hexadecimalValue(_ byte: UInt8) -> UInt32? {
        switch byte {
        case 0x30...0x39: UInt32(byte &- 0x30)
        case 0x41...0x46: UInt32(byte &- 0x37)
        case 0x61...0x66: UInt32(byte &- 0x57)
        default: nil
        }
    }
}
