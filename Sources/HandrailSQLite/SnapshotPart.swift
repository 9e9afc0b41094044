internal import CZlib
internal import HandrailEngine

/// A piece of a snapshot's content as it is stored: deflated, since alerts resemble each other. Most of what an engine writes in a
/// storm would be snapshots otherwise.
struct SnapshotPart: Sendable {
    /// Of content, wherever a record ends.
    static let bytes = 256 << 10
    /// The fastest. The others take longer and gain little.
    private static let level: CInt = 1

    let stored: [UInt8]
    let inflatedBytes: Int

    /// - Throws: where there is not enough memory.
    init(_ content: [UInt8]) throws(JournalError) {
        inflatedBytes = content.count
        stored = [UInt8](unsafeUninitializedCapacity: Int(compressBound(uLong(content.count)))) { buffer, count in
            var length = uLong(buffer.count)
            let code = content.withUnsafeBufferPointer {
                compress2(buffer.baseAddress, &length, $0.baseAddress, uLong($0.count), Self.level)
            }
            count = code == Z_OK ? Int(length) : 0
        }
        guard !stored.isEmpty else { throw .failed("a part of a snapshot could not be deflated") }
    }

    func withStored<Result>(_ body: (StoredPart) -> Result) -> Result {
        stored.withUnsafeBytes { body(StoredPart(bytes: $0, inflatedBytes: inflatedBytes)) }
    }
}

/// Where it is stored.
struct StoredPart {
    /// Of any version: what would be more is no part.
    private static let mostBytes = 1 << 20

    let bytes: UnsafeRawBufferPointer
    /// Nil where it is stored as it is.
    let inflatedBytes: Int?

    /// Returns nil where it has none, and else what the body returns.
    func withContent<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
        guard let inflatedBytes else { return body(bytes) }
        return Self.inflate(bytes, to: inflatedBytes)?.withUnsafeBytes(body)
    }

    /// Nil where the bytes are not what becomes of so many.
    private static func inflate(_ stored: UnsafeRawBufferPointer, to bytes: Int) -> [UInt8]? {
        guard (1...mostBytes).contains(bytes) else { return nil }
        let inflated = [UInt8](unsafeUninitializedCapacity: bytes) { buffer, count in
            var length = uLong(bytes)
            var source = uLong(stored.count)
            let code = uncompress2(
                buffer.baseAddress, &length, stored.assumingMemoryBound(to: UInt8.self).baseAddress, &source)
            count = code == Z_OK && source == stored.count ? Int(length) : 0
        }
        return inflated.count == bytes ? inflated : nil
    }
}
