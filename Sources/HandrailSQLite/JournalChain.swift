internal import Crypto
internal import HandrailCore
internal import HandrailEngine

/// The hashes that tie each entry to all before it.
///
/// ```
/// hash(0) = SHA-256("handrail journal 1\n" identity)
/// hash(n) = SHA-256(hash(n-1) sequence at kind.count kind payload.count payload)
/// ```
///
/// `identity` is the journal's own 16 random bytes, so that no entry of one journal fits into another. `hash(n-1)` is 32
/// bytes; `sequence`, `at` (milliseconds since 1970) and both counts are 8 bytes, big-endian, two's complement; `kind` is
/// UTF-8. Counts go before what they count, so two different entries never make the same bytes.
struct JournalChain: Hashable, Sendable {
    static let hashBytes = 32
    static let identityBytes = 16

    let identity: [UInt8]
    let genesis: [UInt8]

    /// - Parameter identity: 16 bytes.
    init(identity: [UInt8]) {
        precondition(identity.count == Self.identityBytes, "an identity has 16 bytes")
        self.identity = identity
        genesis = Self.sha256(Array("handrail journal 1\n".utf8) + identity)
    }

    static func hash(after previous: [UInt8], sequence: Int64, record: JournalRecord) -> [UInt8] {
        var hasher = ChainHasher(previous: previous)
        var kind = record.kind
        return kind.withUTF8 { kind in
            record.payload.withUnsafeBytes { payload in
                hasher.hash(
                    sequence: sequence, at: record.at.milliseconds, kind: UnsafeRawBufferPointer(kind),
                    payload: payload)
                return hasher.previous
            }
        }
    }

    static func sha256(_ bytes: [UInt8]) -> [UInt8] {
        var function = SHA256()
        bytes.withUnsafeBytes { function.update(bufferPointer: $0) }
        return Array(function.finalize())
    }
}

/// Hashes one entry after the other, reusing its memory.
struct ChainHasher {
    /// The hash of the entry that was hashed last.
    private(set) var previous: [UInt8]
    private var frame: [UInt8] = []

    init(previous: [UInt8]) {
        self.previous = previous
        frame.reserveCapacity(256)
    }

    /// Hashes the entry that follows.
    mutating func hash(
        sequence: Int64, at milliseconds: Int64, kind: UnsafeRawBufferPointer, payload: UnsafeRawBufferPointer
    ) {
        frame.removeAll(keepingCapacity: true)
        frame += previous
        frame.append(bigEndian: sequence)
        frame.append(bigEndian: milliseconds)
        frame.append(bigEndian: Int64(kind.count))
        frame += kind
        frame.append(bigEndian: Int64(payload.count))
        var function = SHA256()
        frame.withUnsafeBytes { function.update(bufferPointer: $0) }
        function.update(bufferPointer: payload)
        previous.removeAll(keepingCapacity: true)
        function.finalize().withUnsafeBytes { previous.append(contentsOf: $0) }
    }
}

extension [UInt8] {
    mutating func append(bigEndian number: Int64) {
        Swift.withUnsafeBytes(of: number.bigEndian) { append(contentsOf: $0) }
    }
}
