internal import GRDB
internal import HandrailEngine

/// The connection that writes, and what its transactions are made of.
struct JournalWriter: Sendable {
    /// A shared commit takes no more than this, so that whoever came first does not wait for all that came later.
    static let batchRows = 4096
    static let batchBytes = 8 << 20
    /// One transaction of retention: a few milliseconds.
    private static let reclaimedRows = 2000
    private static let vacuumedPages = 500

    let queue: DatabaseQueue
    let chain: JournalChain
    let path: String
    let options: SQLiteJournal.Options

    static func check(_ records: [JournalRecord]) throws(JournalError) {
        for record in records {
            let kind = record.kind.utf8
            guard (1...JournalLimits.kindBytes).contains(kind.count), kind.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw .invalidKind(record.kind) }
            guard record.payload.count <= JournalLimits.payloadBytes else {
                throw .tooLarge(
                    what: "the payload of a `\(record.kind)`", bytes: record.payload.count,
                    limitBytes: JournalLimits.payloadBytes)
            }
        }
    }

    /// Commits several calls in one transaction. Should that fail, each alone: a call that does not fit on the disk must not
    /// fail those that do.
    ///
    /// - Returns: the last entry of each call.
    func commit(
        _ calls: [[JournalRecord]], after known: JournalHead?
    ) async -> [Result<JournalHead, any Error>] {
        do {
            return try await append(calls, after: known).map { .success($0) }
        } catch  where calls.count > 1 {
            var results: [Result<JournalHead, any Error>] = []
            for call in calls { results += await commit([call], after: known) }
            return results
        } catch {
            return calls.map { _ in .failure(error) }
        }
    }

    private func append(_ calls: [[JournalRecord]], after known: JournalHead?) async throws -> [JournalHead] {
        try await transaction { [options] table in
            var head = try table.head()
            try Self.check(head, against: known)
            let heads = try calls.map { call in
                head = try table.append(call, after: head)
                return head
            }
            let last = max(0, try table.latestCheckpoint()?.sequence ?? 0)
            if let interval = options.checkpointInterval, head.sequence - last >= interval {
                _ = try table.makeCheckpoint(at: head, key: options.signingKey)
            }
            return heads
        }
    }

    /// What this process has appended, or seen, must still be there.
    private static func check(_ head: JournalHead, against known: JournalHead?) throws {
        guard let known else { return }
        guard head.sequence >= known.sequence, head.sequence > known.sequence || head.hash == known.hash else {
            throw JournalError.damaged(sequence: known.sequence, because: "it was there, and is gone or another one")
        }
    }

    func checkpoint() async throws -> Checkpoint? {
        try await transaction { [options] in try $0.makeCheckpoint(at: try $0.head(), key: options.signingKey) }
    }

    /// Takes out of the file what was removed, in small transactions.
    func reclaim() async throws {
        while try await transaction({ try $0.reclaim(limit: Self.reclaimedRows) }) > 0 {}
        while try await transaction({ try $0.vacuum(pages: Self.vacuumedPages) }) {}
    }

    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (JournalTable) throws -> Value
    ) async throws -> Value {
        do {
            return try await queue.writeWithoutTransaction { database in
                try write(body, in: database)
            }
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    private func write<Value>(_ body: (JournalTable) throws -> Value, in database: Database) throws -> Value {
        options.onStage?(.beforeTransaction)
        guard !database.hasMoved() else { throw JournalError.moved(path: path) }
        var value: Value?
        try database.inTransaction(.immediate) {
            value = try body(JournalTable(database: database, chain: chain))
            options.onStage?(.insertedBeforeCommit)
            return .commit
        }
        options.onStage?(.committed)
        guard let value else { preconditionFailure("a transaction that was committed has a value") }
        return value
    }

    func close() throws {
        try queue.close()
    }
}
