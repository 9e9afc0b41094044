public import HandrailCore

/// The chain's hash at one entry, put down so that what came before cannot be cut off or made anew unnoticed.
///
/// A checkpoint inside the journal's own file keeps the end of the file from being cut off. One that is signed keeps whoever
/// has no key from making another history. One that was exported keeps even those who have the key from doing so.
public struct Checkpoint: Hashable, Sendable {
    /// An Ed25519 signature over the other members.
    public struct Signature: Hashable, Sendable {
        public let key: VerifyingKey
        /// 64 bytes.
        public let bytes: [UInt8]
    }

    /// The journal that it belongs to; 16 bytes.
    public let journal: [UInt8]
    /// The entry that it stands at.
    public let sequence: Int64
    /// The time of that entry.
    public let at: Timestamp
    /// The hash of that entry; 32 bytes.
    public let hash: [UInt8]
    public let signature: Signature?

    init(journal: [UInt8], sequence: Int64, at: Timestamp, hash: [UInt8], signature: Signature? = nil) {
        self.journal = journal
        self.sequence = sequence
        self.at = at
        self.hash = hash
        self.signature = signature
    }

    /// Signs, where there is a key.
    init(journal: [UInt8], sequence: Int64, at: Timestamp, hash: [UInt8], signedWith key: SigningKey?) throws {
        let unsigned = Checkpoint(journal: journal, sequence: sequence, at: at, hash: hash)
        let signature = try key.map { key in
            Signature(key: key.verifyingKey, bytes: try key.signature(of: unsigned.message(for: key.verifyingKey)))
        }
        self.init(journal: journal, sequence: sequence, at: at, hash: hash, signature: signature)
    }

    /// Whether this very key has signed it. Which key signed has to be known from elsewhere than the checkpoint itself.
    public func isSigned(by key: VerifyingKey) -> Bool {
        guard let signature, signature.key == key else { return false }
        return key.accepts(signature.bytes, of: message(for: key))
    }

    /// What is signed: `"handrail checkpoint 1\n" journal sequence at hash key`, with numbers as in the chain.
    private func message(for key: VerifyingKey?) -> [UInt8] {
        var message = Array("handrail checkpoint 1\n".utf8) + journal
        message.append(bigEndian: sequence)
        message.append(bigEndian: at.milliseconds)
        return message + hash + (key?.bytes ?? [])
    }

    /// SHA-256 over all of it: what is stored beside it, so that an unsigned one shows damage too.
    var digest: [UInt8] {
        JournalChain.sha256(message(for: signature?.key) + (signature?.bytes ?? []))
    }
}

extension Checkpoint: LosslessStringConvertible {
    /// One line, to be kept outside the journal: `handrail-checkpoint-1 JOURNAL SEQUENCE MILLISECONDS HASH`, and
    /// `KEY SIGNATURE` behind it where it is signed. Bytes in hexadecimal.
    public var description: String {
        var words = [
            "handrail-checkpoint-1", journal.hexadecimal, "\(sequence)", "\(at.milliseconds)", hash.hexadecimal,
        ]
        if let signature { words += [signature.key.bytes.hexadecimal, signature.bytes.hexadecimal] }
        return words.joined(separator: " ")
    }

    /// Reads what `description` writes. It is not verified by that.
    public init?(_ line: String) {
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        guard words.count == 5 || words.count == 7, words[0] == "handrail-checkpoint-1",
            let journal = [UInt8](hexadecimal: words[1], count: JournalChain.identityBytes),
            let sequence = Int64(words[2]), sequence > 0, let milliseconds = Int64(words[3]),
            let hash = [UInt8](hexadecimal: words[4], count: JournalChain.hashBytes)
        else { return nil }
        var signature: Signature?
        if words.count == 7 {
            guard let key = [UInt8](hexadecimal: words[5], count: 32).flatMap({ VerifyingKey(bytes: $0) }),
                let bytes = [UInt8](hexadecimal: words[6], count: 64)
            else { return nil }
            signature = Signature(key: key, bytes: bytes)
        }
        self.init(
            journal: journal, sequence: sequence, at: Timestamp(milliseconds: milliseconds), hash: hash,
            signature: signature)
    }
}
