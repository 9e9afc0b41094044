internal import Glibc

/// A string of a JSON text as it is written there, already checked; nothing is copied until it is asked for.
///
/// Usable only as long as the bytes that its reader was made with.
public struct JSONText {
    let start: UnsafePointer<UInt8>
    /// Bytes between the quotes.
    let count: Int
    let hasEscapes: Bool

    /// Compares bytes, for `switch key { case "labels": … }`.
    @inline(__always)
    public static func ~= (pattern: StaticString, text: JSONText) -> Bool {
        text.equals(pattern)
    }

    @inline(__always)
    public func equals(_ other: StaticString) -> Bool {
        if hasEscapes { return equalsUnescaped(other) }
        return count == other.utf8CodeUnitCount && memcmp(start, other.utf8Start, count) == 0
    }

    /// The text, with escapes resolved.
    public var string: String {
        guard hasEscapes else { return String(decoding: written, as: UTF8.self) }
        return String(unsafeUninitializedCapacity: count) { unescape(into: $0) }
    }

    /// The UTF-8 bytes of the text, with escapes resolved.
    public var bytes: [UInt8] {
        guard hasEscapes else { return Array(written) }
        return Array(unsafeUninitializedCapacity: count) { buffer, filled in filled = unescape(into: buffer) }
    }

    /// Lends the UTF-8 bytes of the text, with escapes resolved, and copies only where there are escapes.
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        hasEscapes ? bytes.withUnsafeBufferPointer(body) : body(written)
    }

    private var written: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

    @inline(never)
    private func equalsUnescaped(_ other: StaticString) -> Bool {
        bytes.elementsEqual(UnsafeBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }

    /// An escape is never shorter than what it stands for, so `count` bytes are always enough.
    private func unescape(into buffer: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var filled = 0
        var position = start
        let end = start + count
        while position < end {
            if position.pointee != ASCII.backslash {
                buffer[filled] = position.pointee
                filled += 1
                position += 1
            } else if let byte = Self.unescaped(position[1]) {
                buffer[filled] = byte
                filled += 1
                position += 2
            } else {
                let (scalar, length) = Self.escapedScalar(position)
                for unit in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                    buffer[filled] = unit
                    filled += 1
                }
                position += length
            }
        }
        return filled
    }

    /// The scalar of the `\uXXXX` at `position`, or of the pair of them, and how many bytes it is written with.
    private static func escapedScalar(_ position: UnsafePointer<UInt8>) -> (Unicode.Scalar, Int) {
        let first = hexadecimalValue(position + 2) ?? 0xFFFD
        if let scalar = Unicode.Scalar(first) { return (scalar, 6) }
        let second = hexadecimalValue(position + 8) ?? 0xFFFD
        let value = 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
        return (Unicode.Scalar(value) ?? "\u{FFFD}", 12)
    }

    /// What the escape of one letter stands for; nil for `u` and all that is no escape.
    static func unescaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case ASCII.quote, ASCII.backslash, ASCII.slash: byte
        case 0x62: 0x08
        case ASCII.f: 0x0C
        case ASCII.n: 0x0A
        case 0x72: 0x0D
        case ASCII.t: 0x09
        default: nil
        }
    }

    /// Four hexadecimal digits, which the caller has made sure are there.
    static func hexadecimalValue(_ digits: UnsafePointer<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for index in 0..<4 {
            guard let digit = ASCII.hexadecimalValue(digits[index]) else { return nil }
            value = value << 4 | digit
        }
        return value
    }
}
