/// What an audit of a journal found out.
public struct AuditReport: Hashable, Sendable {
    /// The first thing that is wrong. What comes after it was not looked at.
    public struct Finding: Hashable, Sendable {
        /// The entry that it is about. Nil for the file as a whole.
        public let sequence: Int64?
        public let reason: Reason
    }

    public enum Reason: Hashable, Sendable {
        case missing
        case wrongColumns
        /// Content, place and hash do not fit: it was edited, inserted or moved.
        case hashMismatch
        /// There is an entry with a number below 1.
        case numberedBelowOne
        /// The end was cut off: a checkpoint proves that there was more.
        case truncated(checkpoint: Int64)
        case unreadable(because: String)
        case damagedCheckpoint(because: String)
        /// The whole chain was made anew, or the checkpoint was.
        case checkpointMismatch
        case exportedCheckpointMismatch
        /// The exported checkpoint is of another journal.
        case otherJournal
        /// A checkpoint behind signed ones has no signature, or none is signed by a given key.
        case unsigned
        case signedByOtherKey(name: String)
        case badSignature
        /// Nothing in the chain, or nothing that a given key or an export vouches for, says that the entries up to this one
        /// were removed.
        case unprovenRemoval
        case damagedFile(because: String)
    }

    public internal(set) var journal: [UInt8] = []
    /// Entries up to this one were removed by retention; 0 where none was.
    public internal(set) var removedThrough: Int64 = 0
    /// How many entries were found good.
    public internal(set) var entries = 0
    /// The last entry that was found good.
    public internal(set) var lastSequence: Int64 = 0
    /// How many checkpoints were found good, and how many of those a given key has signed.
    public internal(set) var checkpoints = 0
    public internal(set) var signedCheckpoints = 0
    public internal(set) var lastCheckpoint: Checkpoint?
    /// How many of the exported checkpoints were compared.
    public internal(set) var comparedExports = 0
    /// How many of them could not be: they stand before the first entry that is kept.
    public internal(set) var skippedExports = 0
    /// The last entry that could not have been cut off or rewritten unnoticed. With keys, only a checkpoint that one of them has
    /// signed counts; an exported one counts always.
    public internal(set) var coveredThrough: Int64 = 0
    /// Snapshots that nobody will read. No evidence is lost with them.
    public internal(set) var damagedSnapshots: [Int64] = []
    /// Snapshots that none of the given keys has signed.
    public internal(set) var unsignedSnapshots: [Int64] = []
    public internal(set) var firstBad: Finding?

    public var isIntact: Bool { firstBad == nil }

    /// Entries behind the last checkpoint that counts: their end can be cut off unnoticed.
    public var uncoveredEntries: Int64 { max(0, lastSequence - max(coveredThrough, removedThrough)) }
}

extension AuditReport.Finding: CustomStringConvertible {
    /// One lowercase sentence without a final stop.
    public var description: String {
        guard let sequence else { return "the file: \(reason)" }
        return "entry \(sequence): \(reason)"
    }
}

extension AuditReport.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing: "it is missing"
        case .wrongColumns: "its columns have wrong types or lengths"
        case .hashMismatch: "its content or place is not what its hash was made of: it was edited, inserted or moved"
        case .numberedBelowOne: "there is an entry of this number, and the first one is 1"
        case .truncated(let checkpoint): "it is missing, and the checkpoint at \(checkpoint) proves that there was more"
        case .unreadable(let reason): "it cannot be read: \(reason)"
        case .damagedCheckpoint(let reason): "its checkpoint is damaged: \(reason)"
        case .checkpointMismatch: "its hash is not the one that its checkpoint holds"
        case .exportedCheckpointMismatch: "its hash is not the one that was exported: history was rewritten"
        case .otherJournal: "the exported checkpoint is of another journal"
        case .unsigned: "nobody has signed the checkpoint"
        case .signedByOtherKey(let name): "the checkpoint is signed with the key \(name), which is none of those given"
        case .badSignature: "the signature of its checkpoint is forged or damaged"
        case .unprovenRemoval:
            "entries up to here are gone, and no entry that can be trusted says that retention removed them"
        case .damagedFile(let reason): "it is damaged: \(reason)"
        }
    }
}
