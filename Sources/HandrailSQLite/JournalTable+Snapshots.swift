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
    func save(part content: [UInt8], number: Int64, ofSnapshot sequence: Int64) throws {
        let statement = try SQLStatement(
            "INSERT INTO snapshot_part (snapshot, number, content) VALUES (?, ?, ?)", of: database)
        try statement.bind(sequence, at: 1)
        try statement.bind(number, at: 2)
        try statement.bind(blob: content, at: 3)
        try statement.run()
    }

    /// From here on the snapshot is there. Its parts are.
    ///
    /// - Parameter content: SHA-256 of all parts together.
    func finishSnapshot(at sequence: Int64, content: [UInt8], key: SigningKey? = nil) throws {
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

    /// The newest that is whole, with all entries after it there. Nil where a fold can begin with the first entry.
    ///
    /// - Parameter key: that has to have signed it, where it has signed a checkpoint here: what was kept before there was a key
    ///   still counts then.
    /// - Throws: `damaged` where neither a snapshot nor the first entry is left to begin with.
    func latestSnapshot(signedWith key: VerifyingKey? = nil) throws -> JournalSnapshot? {
        let removed = try removedThrough()
        let head = try head()
        let required = try key.flatMap { try hasCheckpoint(signedWith: $0) ? $0 : nil }
        for sequence in try snapshotSequences() where sequence >= removed {
            guard sequence <= head.sequence else {
                throw JournalError.damaged(
                    sequence: head.sequence, because: "it is the last, and a later one was folded")
            }
            guard let records = try intactRecords(at: sequence, signedWith: required) else { continue }
            return JournalSnapshot(sequence: sequence, records: records)
        }
        guard removed == 0 else {
            throw JournalError.damaged(
                sequence: removed,
                because: "entries up to it are gone, and no snapshot is whole"
                    + (required == nil ? "" : " and signed with the key"))
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

    /// Nil where the snapshot is damaged, or is not signed with the key.
    func intactRecords(at sequence: Int64, signedWith key: VerifyingKey? = nil) throws -> [JournalRecord]? {
        let statement = try SQLStatement("SELECT content, digest FROM snapshot WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        let stored: (content: [UInt8], seal: SnapshotSeal)? = try statement.row {
            guard let content = statement.blob(0), let seal = statement.blob(1).flatMap({ SnapshotSeal($0) }) else {
                return nil
            }
            return (content, seal)
        }
        .flatMap { $0 }
        guard let stored, let content = try joined(stored.content, partsOf: sequence) else { return nil }
        let sum = JournalChain.sha256(content)
        let isOfTheFirstVersion =
            key == nil && stored.seal.signature == nil
            && stored.seal.digest == SnapshotSeal.firstDigest(of: sum, sequence: sequence, journal: chain.identity)
        guard try isOfTheFirstVersion || stored.seal.digest == digest(of: sum, at: sequence),
            stored.seal.isSigned(by: key)
        else { return nil }
        return SnapshotContent.decode(content)
    }

    /// Parts follow on what lies in the snapshot itself, which is how all of it was kept before there were parts. Nil where one
    /// is missing, or all are more than can be.
    private func joined(_ start: [UInt8], partsOf sequence: Int64) throws -> [UInt8]? {
        guard try JournalSchema.hasParts(database) else { return start }
        let statement = try SQLStatement(
            "SELECT number, content FROM snapshot_part WHERE snapshot = ? ORDER BY number", of: database)
        try statement.bind(sequence, at: 1)
        defer { statement.reset() }
        var content = start
        var next: Int64 = 0
        while try statement.step() {
            let isPart = statement.withBlob(1) { bytes in
                guard content.count + bytes.count <= JournalLimits.snapshotBytes else { return false }
                content += bytes
                return true
            }
            guard statement.integer(0) == next, isPart == true else { return nil }
            next += 1
        }
        return content
    }

    private func seal(of content: [UInt8], at sequence: Int64, key: SigningKey?) throws -> SnapshotSeal {
        guard let digest = try digest(of: content, at: sequence) else {
            throw JournalError.damaged(sequence: sequence, because: "it is missing")
        }
        return try SnapshotSeal(digest: digest, signedWith: key)
    }

    /// Of content with this SHA-256. Nil where the entry at which the snapshot stands is not there.
    private func digest(of content: [UInt8], at sequence: Int64) throws -> [UInt8]? {
        try head(at: sequence).map { head in
            SnapshotSeal.digest(of: content, at: head, journal: chain.identity)
        }
    }

    private func hasCheckpoint(signedWith key: VerifyingKey) throws -> Bool {
        let statement = try SQLStatement("SELECT count(*) FROM checkpoint WHERE public_key = ?", of: database)
        try statement.bind(blob: key.bytes, at: 1)
        return try statement.row { statement.integer(0) }.flatMap { $0 } ?? 0 > 0
    }
}
