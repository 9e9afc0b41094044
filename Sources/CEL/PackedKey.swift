/// The key of a map in two words, for finding it among a few others without going through their bytes.
///
/// A text of up to 15 bytes stands there as it is. Of a longer one it is a digest, so that equal ones are only probably
/// the same.
struct PackedKey: Hashable, Sendable {
    private static let longestExactBytes = 15

    private let first: UInt64
    /// What it is in the highest byte: the length of a short text, or one of the marks.
    private let second: UInt64

    private enum Mark: UInt64 {
        case longText = 0xF0
        case bool, int, uint, none
    }

    /// Of what cannot be a key, and so is never found.
    static let none = PackedKey(first: 0, .none)

    private init(first: UInt64, _ second: UInt64) {
        self.first = first
        self.second = second
    }

    private init(first: UInt64, _ mark: Mark, _ rest: UInt64 = 0) {
        self.init(first: first, rest | mark.rawValue << 56)
    }

    init(_ key: CELMapKey) {
        switch key {
        case .bool(let bool): self.init(first: bool ? 1 : 0, .bool)
        case .int(let int): self.init(first: UInt64(bitPattern: int), .int)
        case .uint(let uint): self.init(first: uint, .uint)
        case .string(let text): self.init(text)
        }
    }

    init(_ text: String) {
        self = text.withBytes { Self($0) }
    }

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard bytes.count <= Self.longestExactBytes else {
            // Names that begin and end alike are told apart by their bytes.
            let ends = Self.word(bytes.prefix(8)) ^ Self.word(bytes.suffix(8)) &* 0x9E37_79B9_7F4A_7C15
            self.init(first: ends, .longText, UInt64(truncatingIfNeeded: bytes.count) & 0xFFFF_FFFF)
            return
        }
        self.init(first: Self.word(bytes.prefix(8)), Self.word(bytes.dropFirst(8)) | UInt64(bytes.count) << 56)
    }

    /// At most eight bytes as a number, the first one lowest.
    private static func word(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> UInt64 {
        var word: UInt64 = 0
        withUnsafeMutableBytes(of: &word) {
            $0.copyMemory(from: UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes)))
        }
        return UInt64(littleEndian: word)
    }

    /// Whether equal ones are the same key for sure.
    var isExact: Bool { second >> 56 != Mark.longText.rawValue }
}

/// A name that is looked for again and again, such as a field in an expression.
struct Name: Sendable {
    let text: String
    let packed: PackedKey

    init(_ text: String) {
        self.text = text
        packed = PackedKey(text)
    }
}
