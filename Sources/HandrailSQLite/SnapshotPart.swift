internal import CZlib
internal import Crypto

/// A piece of a snapshot's content as it is stored: deflated, since alerts resemble each other. Most of what an engine writes in a
/// storm would be snapshots otherwise.
struct SnapshotPart: Sendable {
    /// Of content, wherever a record ends.
    static let bytes = 256 << 10
    /// The fastest. The others take longer and gain little.
    private static let level: CInt = 1

    let stored: [UInt8]
    /// Nil where it is stored as it is.
    let inflatedBytes: Int?

    init(_ content: [UInt8]) {
        let deflated = Self.deflate(content)
        stored = deflated ?? content
        inflatedBytes = deflated.map { _ in content.count }
    }

    /// Nil where that makes it no smaller.
    private static func deflate(_ content: [UInt8]) -> [UInt8]? {
        let deflated = [UInt8](unsafeUninitializedCapacity: content.count) { buffer, count in
            var length = uLong(buffer.count)
            let code = content.withUnsafeBufferPointer {
                compress2(buffer.baseAddress, &length, $0.baseAddress, uLong($0.count), level)
            }
            count = code == Z_OK ? Int(length) : 0
        }
        return deflated.isEmpty || deflated.count >= content.count ? nil : deflated
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

    /// What is stored, and not what it means: a deflated stream has bits that mean nothing.
    func hash(into function: inout SHA256) {
        if let inflatedBytes {
            var numbers: [UInt8] = []
            numbers.append(bigEndian: Int64(inflatedBytes))
            numbers.append(bigEndian: Int64(bytes.count))
            function.update(data: numbers)
        }
        function.update(bufferPointer: bytes)
    }

    /// Returns false where it has none.
    func withContent(_ body: (UnsafeRawBufferPointer) -> Bool) -> Bool {
        guard let inflatedBytes else { return body(bytes) }
        return Self.inflate(bytes, to: inflatedBytes).map { $0.withUnsafeBytes(body) } ?? false
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
