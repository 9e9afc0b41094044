internal import GRDB

/// What a process has seen of a journal. The file must not go back behind it, and must not say otherwise by now: else the process
/// would go on with, and sign, a history that somebody made anew.
struct KnownChain: Hashable, Sendable {
    /// The last entry that was seen. Nil in an empty journal.
    var head: JournalHead?
    /// The last checkpoint that was seen.
    var checkpoint: Checkpoint?
    /// What retention had removed by then.
    var removedThrough: Int64 = 0

    mutating func learn(_ other: KnownChain) {
        if other.head?.sequence ?? 0 > head?.sequence ?? 0 { head = other.head }
        if other.checkpoint?.sequence ?? 0 >= checkpoint?.sequence ?? 0 { checkpoint = other.checkpoint ?? checkpoint }
        removedThrough = max(removedThrough, other.removedThrough)
    }
}

extension JournalTable {
    /// The journal as it is found, when its end is what its latest checkpoint says.
    ///
    /// - Throws: `damaged` where the checkpoint and the entries do not fit, or its signature is none.
    func opened(key: SigningKey?) throws -> KnownChain {
        let head = try head()
        let latest = try latestCheckpoint()
        if let latest {
            try require(latest.sequence, latest.hash, or: "it is not the entry that its checkpoint was made of")
            guard latest.signature.map({ latest.isSigned(by: $0.key) }) ?? true else {
                throw JournalError.damaged(
                    sequence: latest.sequence, because: "the signature of its checkpoint is forged or damaged")
            }
        }
        try checkRemoval(key: key)
        return KnownChain(
            head: head.sequence > 0 ? head : nil, checkpoint: latest, removedThrough: try removedThrough())
    }

    /// - Throws: `damaged` where what was seen is gone, or another one. What retention has removed since cannot be compared.
    func check(_ known: KnownChain, key: SigningKey?) throws {
        let removed = try removedThrough()
        if removed != known.removedThrough { try checkRemoval(key: key) }
        if let head = known.head, head.sequence >= removed {
            try require(head.sequence, head.hash, or: "it was there, and is gone or another one")
        }
    }

    /// Before another checkpoint vouches for all that came before.
    func check(latest known: Checkpoint?) throws {
        guard let known, known.sequence >= (try removedThrough()) else { return }
        let stored = try checkpoint(at: known.sequence)
        guard let stored, stored.hash == known.hash, known.signature == nil || stored.signature != nil else {
            throw JournalError.damaged(
                sequence: known.sequence, because: "its checkpoint was there, and is gone or another one")
        }
        try require(known.sequence, known.hash, or: "it is not the entry that its checkpoint was made of")
    }

    private func require(_ sequence: Int64, _ hash: [UInt8], or because: String) throws {
        guard try head(at: sequence)?.hash == hash else {
            throw JournalError.damaged(sequence: sequence, because: because)
        }
    }

    /// Once a key has signed, entries may only go with a record that it has signed for: else whoever can write the file could
    /// call any deletion retention, and have the next checkpoint vouch for it.
    private func checkRemoval(key: SigningKey?) throws {
        let removed = try removedThrough()
        guard removed > 0, let key, let latest = try latestCheckpoint(), latest.isSigned(by: key.verifyingKey) else {
            return
        }
        let recordedBy = try JournalSchema.integer("SELECT max(recorded_by) FROM retention", of: database)
        guard let recordedBy, recordedBy <= latest.sequence, try isTrimRecord(at: recordedBy) else {
            throw JournalError.damaged(
                sequence: removed, because: "entries up to it are gone, and nothing that was signed says so")
        }
    }

    /// Whether the chain says there what retention has removed.
    func isTrimRecord(at sequence: Int64) throws -> Bool {
        let anchor = try anchor()
        let statement = try SQLStatement("SELECT kind, payload FROM entry WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        let payload = TrimRecord.payload(through: anchor.sequence, hash: anchor.hash)
        return try statement.row {
            statement.withText(0) { $0.elementsEqual(TrimRecord.kind.utf8) } == true && statement.blob(1) == payload
        } ?? false
    }
}
