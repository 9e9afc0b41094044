internal import GRDB
internal import HandrailCore

extension JournalTable {
    /// Where a trim would stop: at a checkpoint, which becomes what the first kept entry follows on, and at the oldest whole
    /// snapshot. Should the newest one turn out to be damaged, the one before it still finds all entries that it needs.
    ///
    /// - Returns: nil where there is nothing to be removed.
    func trimAnchor(through sequence: Int64) throws -> Checkpoint? {
        let oldest = try snapshotSequences().filter { try sealIfIntact(ofSnapshot: $0) != nil }.min()
        guard let oldest, let anchor = try checkpointBefore(min(sequence, oldest)),
            try anchor.sequence > removedThrough()
        else { return nil }
        return anchor
    }

    /// Checks a stretch of the entries that a trim would remove: damaged ones are evidence, and stay.
    ///
    /// - Returns: the last entry that was checked.
    func verify(after head: JournalHead, through anchor: Checkpoint, limit: Int) throws -> JournalHead {
        if let lowest = try JournalSchema.integer("SELECT min(sequence) FROM entry", of: database), lowest < 1 {
            throw JournalError.damaged(sequence: lowest, because: "the first entry is 1")
        }
        let count = min(Int64(limit), anchor.sequence - head.sequence)
        var scan = try EntryScan(after: head, limit: Int(count), of: database)
        defer { scan.end() }
        var last = head
        while let row = try scan.next() {
            if let fault = row.fault { throw JournalError.damaged(sequence: row.sequence, because: "\(fault)") }
            last = JournalHead(sequence: row.sequence, at: row.at, hash: scan.hash)
        }
        guard last.sequence == head.sequence + count else {
            throw JournalError.damaged(
                sequence: last.sequence, because: "it is the last, and a checkpoint stands later")
        }
        guard last.sequence < anchor.sequence || last.hash == anchor.hash else {
            throw JournalError.damaged(sequence: anchor.sequence, because: "its hash is not the one of its checkpoint")
        }
        return last
    }

    /// Removes entries in the sense that nobody reads them any more; `reclaim` takes them out of the file. A checkpoint covers
    /// the record of it at once: until then anybody who can write the file could have made it.
    ///
    /// - Returns: the new head; the old one where somebody else has removed as much meanwhile.
    func trim(to anchor: Checkpoint, at time: Timestamp, key: SigningKey? = nil) throws -> JournalHead {
        guard try anchor.sequence > removedThrough() else { return try head() }
        guard try key != nil || latestCheckpoint()?.signature == nil else {
            throw JournalError.failed("its checkpoints are signed, and without the key nobody may remove entries")
        }
        let head = try append([TrimRecord.record(of: anchor, at: time)], after: head())
        try replaceRetention(removedThrough: anchor.sequence, recordedBy: head.sequence)
        let statement = try SQLStatement("DELETE FROM checkpoint WHERE sequence < ?", of: database)
        try statement.bind(anchor.sequence, at: 1)
        try statement.run()
        _ = try makeCheckpoint(at: head, key: key)
        return head
    }

    /// The last entry before which all are older than that; 0 where there is none.
    func lastSequence(before time: Timestamp) throws -> Int64 {
        let statement = try SQLStatement("SELECT min(sequence) FROM entry WHERE at >= ? AND sequence > ?", of: database)
        try statement.bind(time.milliseconds, at: 1)
        try statement.bind(try removedThrough(), at: 2)
        let first = try statement.row { statement.integer(0) }.flatMap { $0 }
        return try first.map { $0 - 1 } ?? head().sequence
    }

    private func replaceRetention(removedThrough: Int64, recordedBy: Int64) throws {
        try database.execute(sql: "DELETE FROM retention")
        let statement = try SQLStatement(
            "INSERT INTO retention (removed_through, recorded_by) VALUES (?, ?)", of: database)
        try statement.bind(removedThrough, at: 1)
        try statement.bind(recordedBy, at: 2)
        try statement.run()
    }

    /// Takes removed entries out of the file, the oldest first, at most `limit`.
    ///
    /// - Returns: how many.
    func reclaim(limit: Int) throws -> Int {
        let statement = try SQLStatement(
            "DELETE FROM entry WHERE sequence <= ?1 AND sequence < (SELECT min(sequence) FROM entry) + ?2",
            of: database)
        try statement.bind(try removedThrough(), at: 1)
        try statement.bind(Int64(limit), at: 2)
        try statement.run()
        return database.changesCount
    }

    /// Gives free pages back to the file system, at most `pages` of 4 KiB.
    ///
    /// - Returns: how many there are still.
    func vacuum(pages: Int) throws -> Int64 {
        let statement = try SQLStatement("PRAGMA incremental_vacuum(\(pages))", of: database)
        try statement.run()
        return try JournalSchema.integer("PRAGMA freelist_count", of: database) ?? 0
    }
}
