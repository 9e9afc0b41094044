internal import GRDB
internal import HandrailEngine

extension JournalTable {
    /// Folds the newest snapshot that is whole, with all entries after it there. Nil where a fold can begin with the first entry.
    ///
    /// - Parameter key: that has to have signed it, where it has signed a checkpoint here: what was kept before there was a key
    ///   still counts then.
    /// - Throws: `damaged` where neither a snapshot nor the first entry is left to begin with.
    func foldLatestSnapshot<State>(
        signedWith key: VerifyingKey? = nil, into state: State, _ take: (inout State, JournalRecord) -> Void
    ) throws -> (sequence: Int64, state: State)? {
        let removed = try removedThrough()
        let head = try head()
        let required = try key.flatMap { try hasCheckpoint(signedWith: $0) ? $0 : nil }
        for sequence in try snapshotSequences() where sequence >= removed {
            guard sequence <= head.sequence else {
                throw JournalError.damaged(
                    sequence: head.sequence, because: "it is the last, and a later one was folded")
            }
            guard let seal = try seal(ofSnapshot: sequence), seal.isSigned(by: required) else { continue }
            // Nothing of one that cannot be read to its end.
            var folded = state
            if try forEachRecord(ofSnapshot: sequence, { take(&folded, $0) }) { return (sequence, folded) }
        }
        guard removed == 0 else {
            throw JournalError.damaged(
                sequence: removed,
                because: "entries up to it are gone, and no snapshot is whole"
                    + (required == nil ? "" : " and signed with the key"))
        }
        return nil
    }

    /// Nil where the snapshot is damaged, be it only its signature.
    func sealIfIntact(ofSnapshot sequence: Int64) throws -> SnapshotSeal? {
        guard let seal = try seal(ofSnapshot: sequence), seal.isSigned(by: nil),
            try forEachRecord(ofSnapshot: sequence, { _ in })
        else { return nil }
        return seal
    }

    /// Nil where what is stored is not what was sealed. Nothing is inflated for it, or read.
    private func seal(ofSnapshot sequence: Int64) throws -> SnapshotSeal? {
        var hash = SnapshotHash()
        guard let seal = try forEachPart(ofSnapshot: sequence, { hash.take($0) }) else { return nil }
        let digest = hash.digest
        let isOfTheFirstVersion =
            digest.version == .content && seal.signature == nil
            && seal.digest
                == SnapshotSeal.firstDigest(of: digest.bytes, sequence: sequence, journal: chain.identity)
        guard try isOfTheFirstVersion || seal.digest == self.digest(of: digest, at: sequence) else { return nil }
        return seal
    }

    /// Its records, in their order.
    ///
    /// - Returns: whether these were all; false where something else is stored there.
    private func forEachRecord(ofSnapshot sequence: Int64, _ body: (JournalRecord) -> Void) throws -> Bool {
        var decoder = SnapshotDecoder()
        let seal = try forEachPart(ofSnapshot: sequence) { part in
            part.withContent { content in
                decoder.take(content) { body(JournalRecord(at: $0, kind: $1, payload: Array($2))) }
            } ?? false
        }
        return seal != nil && decoder.isComplete
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
            let isWanted = statement.withBlob(0) { $0.isEmpty || body(StoredPart(bytes: $0, inflatedBytes: nil)) }
            return isWanted == true ? statement.blob(1).flatMap { SnapshotSeal($0) } : nil
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
