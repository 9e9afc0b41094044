internal import GRDB
internal import HandrailEngine

extension JournalTable {
    /// Whether a snapshot may be made there. One of entries that are not there would hide those that come in their place.
    func checkSnapshot(at sequence: Int64) throws {
        let head = try head()
        guard sequence <= head.sequence else {
            throw JournalError.invalidSnapshot(
                because: "it stands at entry \(sequence) and the last one is \(head.sequence)")
        }
        guard try sequence >= removedThrough(), sequence > 0 else {
            throw JournalError.invalidSnapshot(because: "entries after it, or all before it, are not in the journal")
        }
        guard try !snapshotSequences().contains(sequence) else {
            throw JournalError.invalidSnapshot(because: "there is one at entry \(sequence)")
        }
    }

    /// Nobody reads the part until the snapshot is finished.
    func save(_ part: SnapshotPart, number: Int64, ofSnapshot sequence: Int64) throws {
        let statement = try SQLStatement(
            "INSERT INTO snapshot_part (snapshot, number, content, inflated_bytes) VALUES (?, ?, ?, ?)", of: database)
        try statement.bind(sequence, at: 1)
        try statement.bind(number, at: 2)
        try statement.bind(blob: part.stored, at: 3)
        try statement.bind(Int64(part.inflatedBytes), at: 4)
        try statement.run()
    }

    /// From here on the snapshot is there. Its parts are.
    ///
    /// - Parameter content: the digest of all parts.
    func finishSnapshot(at sequence: Int64, content: SnapshotHash.Digest, key: SigningKey? = nil) throws {
        try checkSnapshot(at: sequence)
        let statement = try SQLStatement(
            "INSERT INTO snapshot (sequence, content, digest) VALUES (?, ?, ?)", of: database)
        try statement.bind(sequence, at: 1)
        try statement.bind(blob: [], at: 2)
        try statement.bind(blob: try seal(of: content, at: sequence, key: key).bytes, at: 3)
        try statement.run()
        try dropOldSnapshots()
    }

    /// Takes out of the file what belongs to no snapshot: what was not finished, and what was dropped.
    ///
    /// - Returns: how many parts, at most `limit`.
    func reclaimParts(limit: Int) throws -> Int {
        let statement = try SQLStatement(
            """
            DELETE FROM snapshot_part WHERE (snapshot, number) IN (SELECT snapshot, number FROM snapshot_part \
            WHERE snapshot NOT IN (SELECT sequence FROM snapshot) LIMIT ?)
            """, of: database)
        try statement.bind(Int64(limit), at: 1)
        try statement.run()
        return database.changesCount
    }

    private func dropOldSnapshots() throws {
        try database.execute(
            sql: """
                DELETE FROM snapshot WHERE sequence NOT IN
                (SELECT sequence FROM snapshot ORDER BY sequence DESC LIMIT \(JournalLimits.snapshots))
                """)
    }

    /// The newest first.
    func snapshotSequences() throws -> [Int64] {
        let statement = try SQLStatement("SELECT sequence FROM snapshot ORDER BY sequence DESC", of: database)
        defer { statement.reset() }
        var sequences: [Int64] = []
        // A sound file holds two. Whoever put in more gains nothing by it.
        while try statement.step(), sequences.count < 100 { sequences += [statement.integer(0)].compactMap(\.self) }
        return sequences
    }

    private func seal(of content: SnapshotHash.Digest, at sequence: Int64, key: SigningKey?) throws -> SnapshotSeal {
        guard let digest = try digest(of: content, at: sequence) else {
            throw JournalError.damaged(sequence: sequence, because: "it is missing")
        }
        return try SnapshotSeal(digest: digest, signedWith: key)
    }

    /// Nil where the entry at which the snapshot stands is not there.
    func digest(of content: SnapshotHash.Digest, at sequence: Int64) throws -> [UInt8]? {
        try head(at: sequence).map { head in
            SnapshotSeal.digest(of: content, at: head, journal: chain.identity)
        }
    }
}
