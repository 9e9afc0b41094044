internal import GRDB
internal import HandrailEngine
internal import Synchronization

/// The connection that writes, and what its transactions are made of.
struct JournalWriter: Sendable {
    /// A shared commit takes no more than this, so that whoever came first does not wait for all that came later.
    static let batchRows = 4096
    static let batchBytes = 8 << 20
    /// One transaction of retention: a few milliseconds.
    private static let reclaimedRows = 2000
    private static let vacuumedPages = 500
    /// The same for parts of snapshots.
    private static let reclaimedParts = 8
    private static let longestPause = Duration.milliseconds(100)

    let queue: DatabaseQueue
    let mover: LogMover
    /// Makes the parts of snapshots, which nothing depends on while the process lives.
    private let background: BackgroundThread
    private let appends = AppendCounter()
    let chain: JournalChain
    let path: String
    let options: SQLiteJournal.Options

    /// Opens, or creates, the journal.
    init(path: String, options: SQLiteJournal.Options) throws {
        (queue, chain) = try JournalFile.openForWriting(path)
        background = try BackgroundThread(niceness: 19)
        let mover = try LogMover(path: path, beside: queue)
        queue.inDatabase { mover.watch($0) }
        self.mover = mover
        self.path = path
        self.options = options
    }

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

    /// What came of calls that were committed together.
    struct Commit: Sendable {
        /// The last entry of each call.
        var results: [Result<JournalHead, any Error>]
        /// What the process knows afterwards.
        var known: KnownChain
    }

    /// Commits several calls in one transaction. Where that does not fit on the disk each is tried alone: a call that is too
    /// large must not fail those that are not. Whatever else is wrong is so for all of them.
    func commit(_ calls: [[JournalRecord]], after known: KnownChain) async -> Commit {
        do {
            return try await append(calls, after: known)
        } catch JournalError.diskFull where calls.count > 1 {
            var commit = Commit(results: [], known: known)
            for call in calls {
                let one = await self.commit([call], after: commit.known)
                commit.results += one.results
                commit.known = one.known
            }
            return commit
        } catch {
            return Commit(results: calls.map { _ in .failure(error) }, known: known)
        }
    }

    private func append(_ calls: [[JournalRecord]], after known: KnownChain) async throws -> Commit {
        appends.increment()
        return try await transaction { [options] table in
            try table.check(known, key: options.signingKey)
            var head = try table.head()
            var commit = Commit(results: [], known: known)
            for call in calls {
                head = try table.append(call, after: head)
                commit.results.append(.success(head))
            }
            let last = max(0, try table.latestCheckpoint()?.sequence ?? 0)
            if let interval = options.checkpointInterval, head.sequence - last >= interval {
                commit.known.checkpoint = try Self.makeCheckpoint(at: head, in: table, known, options.signingKey)
            }
            commit.known.head = head
            commit.known.removedThrough = try table.removedThrough()
            return commit
        }
    }

    /// Vouches for nothing that does not fit what was vouched for before.
    private static func makeCheckpoint(
        at head: JournalHead, in table: JournalTable, _ known: KnownChain, _ key: SigningKey?
    ) throws -> Checkpoint? {
        try table.check(latest: known.checkpoint)
        return try table.makeCheckpoint(at: head, key: key)
    }

    func checkpoint(after known: KnownChain) async throws -> Checkpoint? {
        try await transaction { [options] table in
            try table.check(known, key: options.signingKey)
            return try Self.makeCheckpoint(at: try table.head(), in: table, known, options.signingKey)
        }
    }

    /// In small transactions, between which others may append. Whatever goes wrong, older snapshots stay.
    func save(_ records: some Sequence<JournalRecord> & Sendable, at sequence: Int64) async throws {
        try await transaction { try $0.checkSnapshot(at: sequence) }
        try await reclaimParts()
        do {
            try await saveParts(of: SnapshotSource(records), at: sequence)
        } catch {
            try? await reclaimParts()
            throw error
        }
        try await reclaimParts()
    }

    private func saveParts(of source: SnapshotSource<some Sequence<JournalRecord>>, at sequence: Int64) async throws {
        var number: Int64 = 0
        var (appended, start) = (appends.count, ContinuousClock.now)
        while let part = try await background.perform({ source.next() }).get() {
            try Task.checkCancellation()
            try await transaction { [number] in try $0.save(part, number: number, ofSnapshot: sequence) }
            number += 1
            // Whoever appends meanwhile shall hardly notice.
            let took = ContinuousClock.now - start
            if appends.count != appended { try await Task.sleep(for: min(took * 4, Self.longestPause)) }
            (appended, start) = (appends.count, ContinuousClock.now)
        }
        try await transaction { [options] in
            try $0.finishSnapshot(at: sequence, content: source.digest, key: options.signingKey)
        }
    }

    private func reclaimParts() async throws {
        while try await transaction({ try $0.reclaimParts(limit: Self.reclaimedParts) }) > 0 {}
    }

    /// Takes out of the file what was removed, in small transactions.
    func reclaim() async throws {
        while try await transaction({ try $0.reclaim(limit: Self.reclaimedRows) }) > 0 {}
        var free = Int64.max
        while true {
            let left = try await transaction { try $0.vacuum(pages: Self.vacuumedPages) }
            // A file that somebody made otherwise gives nothing back, however often it is asked.
            guard left > 0, left < free else { return }
            free = left
        }
    }

    func transaction<Value: Sendable>(
        _ body: @escaping @Sendable (JournalTable) throws -> Value
    ) async throws -> Value {
        defer { mover.moveIfLong() }
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

    /// - Parameter reader: closed before the connection that writes, and whatever becomes of that.
    func close(after reader: JournalReader) async throws {
        await mover.stop()
        let outcomes = [Result { try mover.close() }, Result { try reader.close() }]
        try queue.close()
        for outcome in outcomes { try outcome.get() }
    }
}

/// How often somebody has appended.
private final class AppendCounter: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }

    func increment() {
        number.add(1, ordering: .relaxed)
    }
}
