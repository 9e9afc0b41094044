internal import GRDB
internal import HandrailEngine

extension JournalTable {
    func save(_ snapshot: JournalSnapshot) throws {
        try check(snapshot)
        let content = SnapshotContent.encode(snapshot.records)
        guard content.count <= JournalLimits.snapshotBytes else {
            throw JournalError.tooLarge(
                what: "the snapshot", bytes: content.count, limitBytes: JournalLimits.snapshotBytes)
        }
        let statement = try SQLStatement(
            "INSERT OR REPLACE INTO snapshot (sequence, content, digest) VALUES (?, ?, ?)", of: database)
        try statement.bind(snapshot.sequence, at: 1)
        try statement.bind(blob: content, at: 2)
        try statement.bind(blob: digest(of: content, at: snapshot.sequence), at: 3)
        try statement.run()
        try dropOldSnapshots()
    }

    /// A snapshot of entries that are not there would hide those that come in their place.
    private func check(_ snapshot: JournalSnapshot) throws {
        let head = try head()
        guard snapshot.sequence <= head.sequence else {
            throw JournalError.invalidSnapshot(
                because: "it stands at entry \(snapshot.sequence) and the last one is \(head.sequence)")
        }
        guard try snapshot.sequence >= removedThrough(), snapshot.sequence > 0 else {
            throw JournalError.invalidSnapshot(because: "entries after it, or all before it, are not in the journal")
        }
    }

    private func dropOldSnapshots() throws {
        try database.execute(
            sql: """
                DELETE FROM snapshot WHERE sequence NOT IN
                (SELECT sequence FROM snapshot ORDER BY sequence DESC LIMIT \(JournalLimits.snapshots))
                """)
    }

    /// The newest that is whole, with all entries after it there. Nil where a fold can begin with the first entry.
    ///
    /// - Throws: `damaged` where neither a snapshot nor the first entry is left to begin with.
    func latestSnapshot() throws -> JournalSnapshot? {
        let removed = try removedThrough()
        let head = try head()
        for sequence in try snapshotSequences() where sequence >= removed {
            guard let records = try intactRecords(at: sequence) else { continue }
            guard sequence <= head.sequence else {
                throw JournalError.damaged(
                    sequence: head.sequence, because: "it is the last, and a later one was folded")
            }
            return JournalSnapshot(sequence: sequence, records: records)
        }
        guard removed == 0 else {
            throw JournalError.damaged(
                sequence: removed, because: "entries up to it are gone, and no snapshot is whole")
        }
        return nil
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

    /// Nil where the snapshot is damaged.
    func intactRecords(at sequence: Int64) throws -> [JournalRecord]? {
        let statement = try SQLStatement("SELECT content, digest FROM snapshot WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        let stored: (content: [UInt8], digest: [UInt8])? = try statement.row {
            guard let content = statement.blob(0), let digest = statement.blob(1) else { return nil }
            return (content, digest)
        }
        .flatMap { $0 }
        guard let stored, stored.digest == digest(of: stored.content, at: sequence) else { return nil }
        return SnapshotContent.decode(stored.content)
    }

    private func digest(of content: [UInt8], at sequence: Int64) -> [UInt8] {
        SnapshotContent.digest(of: content, sequence: sequence, journal: chain.identity)
    }
}
