internal import Crypto
internal import GRDB
internal import HandrailEngine

extension JournalTable {
    /// The newest that is whole, with all entries after it there. Nil where a fold can begin with the first entry.
    ///
    /// - Parameter key: that has to have signed it, where it has signed a checkpoint here: what was kept before there was a key
    ///   still counts then.
    /// - Throws: `damaged` where neither a snapshot nor the first entry is left to begin with.
    func latestSnapshot(signedWith key: VerifyingKey? = nil) throws -> Int64? {
        let removed = try removedThrough()
        let head = try head()
        let required = try key.flatMap { try hasCheckpoint(signedWith: $0) ? $0 : nil }
        for sequence in try snapshotSequences() where sequence >= removed {
            guard sequence <= head.sequence else {
                throw JournalError.damaged(
                    sequence: head.sequence, because: "it is the last, and a later one was folded")
            }
            if try isIntactSnapshot(at: sequence, signedWith: required) { return sequence }
        }
        guard removed == 0 else {
            throw JournalError.damaged(
                sequence: removed,
                because: "entries up to it are gone, and no snapshot is whole"
                    + (required == nil ? "" : " and signed with the key"))
        }
        return nil
    }

    /// False where the snapshot is damaged, or is not signed with the key.
    func isIntactSnapshot(at sequence: Int64, signedWith key: VerifyingKey? = nil) throws -> Bool {
        var function = SHA256()
        var decoder = SnapshotDecoder()
        let seal = try forEachPart(ofSnapshot: sequence) { part in
            part.hash(into: &function)
            return part.withContent { decoder.take($0) { _, _, _ in } }
        }
        guard let seal, decoder.isComplete else { return false }
        let sum = Array(function.finalize())
        let isOfTheFirstVersion =
            key == nil && seal.signature == nil
            && seal.digest == SnapshotSeal.firstDigest(of: sum, sequence: sequence, journal: chain.identity)
        guard try isOfTheFirstVersion || seal.digest == digest(of: sum, at: sequence) else { return false }
        return seal.isSigned(by: key)
    }

    /// Its records, in their order. It has to be intact.
    func forEachRecord(ofSnapshot sequence: Int64, _ body: (JournalRecord) -> Void) throws {
        var decoder = SnapshotDecoder()
        _ = try forEachPart(ofSnapshot: sequence) { part in
            part.withContent { content in
                decoder.take(content) { body(JournalRecord(at: $0, kind: $1, payload: Array($2))) }
            }
        }
    }

    /// What a snapshot consists of, one part in memory at a time.
    ///
    /// Parts follow on what lies in the snapshot itself, which is how all of it was kept before there were parts.
    ///
    /// - Parameter body: returns whether it wants more.
    /// - Returns: nil where a part is missing, is none, or was not wanted; and where there is no such snapshot.
    private func forEachPart(ofSnapshot sequence: Int64, _ body: (StoredPart) -> Bool) throws -> SnapshotSeal? {
        let statement = try SQLStatement("SELECT content, digest FROM snapshot WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        let seal = try statement.row {
            let isWanted = statement.withBlob(0) { body(StoredPart(bytes: $0, inflatedBytes: nil)) } ?? false
            return isWanted ? statement.blob(1).flatMap { SnapshotSeal($0) } : nil
        }
        guard let seal = seal.flatMap(\.self), let query = try JournalSchema.partQuery(of: database) else {
            return seal.flatMap(\.self)
        }
        return try forEachPart(ofSnapshot: sequence, query, body) ? seal : nil
    }

    private func forEachPart(
        ofSnapshot sequence: Int64, _ query: String, _ body: (StoredPart) -> Bool
    ) throws -> Bool {
        let statement = try SQLStatement(query, of: database)
        try statement.bind(sequence, at: 1)
        defer { statement.reset() }
        var next: Int64 = 0
        while try statement.step() {
            let inflatedBytes = statement.integer(2).map { Int(clamping: $0) }
            guard statement.integer(0) == next, inflatedBytes != nil || statement.isNull(2) else { return false }
            let isWanted = statement.withBlob(1) { body(StoredPart(bytes: $0, inflatedBytes: inflatedBytes)) }
            guard isWanted == true else { return false }
            next += 1
        }
        return true
    }

    private func hasCheckpoint(signedWith key: VerifyingKey) throws -> Bool {
        let statement = try SQLStatement("SELECT count(*) FROM checkpoint WHERE public_key = ?", of: database)
        try statement.bind(blob: key.bytes, at: 1)
        return try statement.row { statement.integer(0) }.flatMap { $0 } ?? 0 > 0
    }
}
