internal import Crypto

/// SHA-256 over the parts of a snapshot as they are stored, and not over what they mean: a deflated stream has bits that mean
/// nothing, and what was not found to be whole shall not be inflated.
struct SnapshotHash {
    /// What is hashed of each part.
    enum Version: Hashable {
        /// Its content, as the first versions stored it.
        case content
        /// The number of bytes of its content, that of its deflated bytes, and these; numbers as in ``JournalChain``.
        case deflated
    }

    struct Digest: Hashable {
        let version: Version
        let bytes: [UInt8]
    }

    private var function = SHA256()
    private var version: Version?

    /// Of all that it took.
    var digest: Digest { Digest(version: version ?? .content, bytes: Array(function.finalize())) }

    /// Returns false where the part is of another version than those before it: no snapshot is stored in two ways.
    mutating func take(_ part: StoredPart) -> Bool {
        let version: Version = part.inflatedBytes == nil ? .content : .deflated
        if let other = self.version, other != version { return false }
        self.version = version
        if let inflatedBytes = part.inflatedBytes {
            var numbers: [UInt8] = []
            numbers.append(bigEndian: Int64(inflatedBytes))
            numbers.append(bigEndian: Int64(part.bytes.count))
            function.update(data: numbers)
        }
        function.update(bufferPointer: part.bytes)
        return true
    }
}
