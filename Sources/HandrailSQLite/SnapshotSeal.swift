/// What is stored beside a snapshot's content: a digest, and where there is a key its signature.
///
/// The digest holds the chain's hash at the entry that the snapshot stands at, so it fits no other history. Without a key it
/// shows damage only: whoever can write the file can make another. A snapshot is a short cut and no evidence.
///
/// As bytes: the digest, and behind it the public key and the signature.
struct SnapshotSeal: Hashable {
    let digest: [UInt8]
    let signature: Checkpoint.Signature?

    var bytes: [UInt8] { digest + (signature.map { $0.key.bytes + $0.bytes } ?? []) }

    init(digest: [UInt8], signedWith key: SigningKey?) throws {
        self.digest = digest
        signature = try key.map { key in
            Checkpoint.Signature(
                key: key.verifyingKey, bytes: try key.signature(of: Self.message(digest, key.verifyingKey)))
        }
    }

    /// Nil where these bytes are none.
    init?(_ bytes: [UInt8]) {
        switch bytes.count {
        case JournalChain.hashBytes: signature = nil
        case JournalChain.hashBytes + 32 + 64:
            guard let key = VerifyingKey(bytes: Array(bytes[JournalChain.hashBytes..<JournalChain.hashBytes + 32]))
            else { return nil }
            signature = Checkpoint.Signature(key: key, bytes: Array(bytes.suffix(64)))
        default: return nil
        }
        digest = Array(bytes.prefix(JournalChain.hashBytes))
    }

    /// Without a key that is asked for, none is needed; but one that is there has to be one.
    func isSigned(by key: VerifyingKey?) -> Bool {
        guard let signature else { return key == nil }
        guard key == nil || signature.key == key else { return false }
        return signature.key.accepts(signature.bytes, of: Self.message(digest, signature.key))
    }

    private static func message(_ digest: [UInt8], _ key: VerifyingKey) -> [UInt8] {
        Array("handrail snapshot signature 1\n".utf8) + digest + key.bytes
    }

    /// - Parameter head: the entry that the snapshot stands at.
    static func digest(of content: SnapshotHash.Digest, at head: JournalHead, journal: [UInt8]) -> [UInt8] {
        let version =
            switch content.version {
            case .content: 2
            case .deflated: 3
            }
        var start = Array("handrail snapshot \(version)\n".utf8) + journal
        start.append(bigEndian: head.sequence)
        return JournalChain.sha256(start + head.hash + content.bytes)
    }

    /// As the first version made it, of the content's SHA-256 too.
    static func firstDigest(of content: [UInt8], sequence: Int64, journal: [UInt8]) -> [UInt8] {
        var start = Array("handrail snapshot 1\n".utf8) + journal
        start.append(bigEndian: sequence)
        return JournalChain.sha256(start + content)
    }
}
