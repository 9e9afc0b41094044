public import HandrailCore
public import HandrailEngine

/// The journal in one SQLite file, `journal.sqlite` in a state directory.
///
/// What is appended is on the disk when the call returns. Calls that arrive while a commit is under way share the next one,
/// so that many callers cost one flush together; each call is still all or none. Other processes may append at the same
/// time: SQLite lets one transaction write at once, and each continues the chain from what it finds.
public actor SQLiteJournal: JournalStore {
    /// Where in a transaction a writer is: for a harness that kills the process there.
    public enum Stage: Hashable, Sendable, CaseIterable {
        case beforeTransaction
        case insertedBeforeCommit
        case committed
    }

    public struct Options: Sendable {
        /// Entries from one checkpoint to the next; one is made when the journal is closed, too. Nil for none at all: that is
        /// for a process that only adds a word to what the engine writes.
        public var checkpointInterval: Int64? = 1000
        /// Signs checkpoints.
        public var signingKey: SigningKey?
        /// Called on the thread that writes, in the midst of it.
        public var onStage: (@Sendable (Stage) -> Void)?

        public init() {}
    }

    private struct WaitingCall {
        let records: [JournalRecord]
        let continuation: CheckedContinuation<Int64, any Error>

        var bytes: Int { records.reduce(0) { $0 + $1.payload.count } }
    }

    let writer: JournalWriter
    private let reader: JournalReader
    private let options: Options
    private var waiting: [WaitingCall] = []
    private var isCommitting = false
    private var isSaving = false
    private var isClosed = false
    private var waitingForIdle: [CheckedContinuation<Void, Never>] = []
    private var known: KnownChain

    /// Opens, or creates, the journal in a directory that exists.
    ///
    /// - Throws: ``JournalError``; also where the latest checkpoint does not fit the entries.
    public init(directory: String, options: Options = Options()) throws {
        let path = JournalFile.path(in: directory)
        writer = try JournalWriter(path: path, options: options)
        reader = try JournalReader(path: path)
        known = try reader.now { try $0.opened(key: options.signingKey) }
        self.options = options
    }

    /// Appends all of them or none. Durable when it returns. Cancelling the task does not take it back.
    ///
    /// - Returns: the sequence of the last one; of the last in the journal where there are none to append.
    /// - Throws: ``JournalError``; nothing was appended then. After an input or output error of the disk itself it could come to
    ///   light after a loss of power that it was, since the kernel cannot take back a write.
    public func append(_ records: [JournalRecord]) async throws -> Int64 {
        guard !isClosed else { throw JournalError.closed }
        guard !records.isEmpty else { return try await reader.lastSequence() }
        try JournalWriter.check(records)
        return try await withCheckedThrowingContinuation { continuation in
            waiting.append(WaitingCall(records: records, continuation: continuation))
            guard !isCommitting else { return }
            isCommitting = true
            Task.immediate { await commitWaiting() }
        }
    }

    private func commitWaiting() async {
        while !waiting.isEmpty {
            let batch = takeBatch()
            let commit = await writer.commit(batch.map(\.records), after: known)
            known.learn(commit.known)
            for (call, result) in zip(batch, commit.results) { call.continuation.resume(with: result.map(\.sequence)) }
        }
        isCommitting = false
        wakeIdle()
    }

    /// As many calls, in their order, as make a transaction of reasonable size; at least one.
    private func takeBatch() -> [WaitingCall] {
        var rows = 0
        var bytes = 0
        let count = waiting.prefix { call in
            rows += call.records.count
            bytes += call.bytes
            return rows <= JournalWriter.batchRows && bytes <= JournalWriter.batchBytes
        }
        .count
        let batch = Array(waiting.prefix(max(1, count)))
        waiting.removeFirst(batch.count)
        return batch
    }

    public nonisolated func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry] {
        try await reader.entries(after: sequence, limit: limit)
    }

    /// With a key that has signed here before, only a snapshot that it has signed.
    ///
    /// - Throws: ``JournalError`` where neither a snapshot nor the first entry is left to begin with.
    public nonisolated func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)? {
        try await reader.foldLatestSnapshot(signedWith: options.signingKey?.verifyingKey, into: state, take)
    }

    /// The sequence of the last entry, whichever process has appended it; 0 where there has never been one.
    public nonisolated func lastSequence() async throws -> Int64 {
        try await reader.lastSequence()
    }

    /// Keeps it and the one before it. Others append meanwhile; one snapshot is saved at a time.
    ///
    /// - Throws: ``JournalError``; older snapshots stay then.
    public nonisolated func save(_ records: some Sequence<JournalRecord> & Sendable, at sequence: Int64) async throws {
        try await beginSaving()
        do {
            try await writer.save(records, at: sequence)
        } catch {
            await endSaving()
            throw error
        }
        await endSaving()
    }

    private func beginSaving() throws {
        guard !isClosed else { throw JournalError.closed }
        guard !isSaving else { throw JournalError.invalidSnapshot(because: "another one is being saved") }
        isSaving = true
    }

    private func endSaving() {
        isSaving = false
        wakeIdle()
    }

    private func wakeIdle() {
        guard !isCommitting, !isSaving else { return }
        for continuation in waitingForIdle { continuation.resume() }
        waitingForIdle = []
    }

    /// Makes a checkpoint at the last entry, unless there is one already.
    ///
    /// - Returns: the latest checkpoint. Nil in an empty journal.
    public func checkpoint() async throws -> Checkpoint? {
        guard !isClosed else { throw JournalError.closed }
        return try await makeCheckpoint()
    }

    private func makeCheckpoint() async throws -> Checkpoint? {
        let checkpoint = try await writer.checkpoint(after: known)
        known.learn(KnownChain(checkpoint: checkpoint))
        return checkpoint
    }

    /// All checkpoints that are kept, in their order: to be exported.
    public nonisolated func checkpoints() async throws -> [Checkpoint] {
        try await reader.checkpoints()
    }

    /// Removes entries up to a sequence, as far as a checkpoint and the snapshots allow, and journals that.
    ///
    /// What is to be removed is verified first. The file gives back its space in small transactions, between which others may
    /// append.
    ///
    /// - Parameter time: of the entry that says so.
    /// - Returns: the last entry that is gone by now; 0 where none ever was.
    public func trim(through sequence: Int64, at time: Timestamp) async throws -> Int64 {
        guard !isClosed else { throw JournalError.closed }
        if let anchor = try await reader.verifiedTrimAnchor(through: sequence) {
            let head = try await writer.transaction { [options, known] table in
                try table.check(known, key: options.signingKey)
                try table.check(latest: known.checkpoint)
                return try table.trim(to: anchor, at: time, key: options.signingKey)
            }
            known.learn(KnownChain(head: head, removedThrough: anchor.sequence))
        }
        try await writer.reclaim()
        return try await reader.read { try $0.removedThrough() }
    }

    /// The last entry that retention has removed; 0 where none was.
    public nonisolated func removedThrough() async throws -> Int64 {
        try await reader.read { try $0.removedThrough() }
    }

    /// The same for entries that are older than a time.
    public func trim(before limit: Timestamp, at time: Timestamp) async throws -> Int64 {
        let sequence = try await reader.read { try $0.lastSequence(before: limit) }
        return try await trim(through: sequence, at: time)
    }

    /// Waits for what was appended, makes a last checkpoint, and closes the file. Later calls throw.
    public func close() async throws {
        guard !isClosed else { return }
        isClosed = true
        if isCommitting || isSaving { await withCheckedContinuation { waitingForIdle.append($0) } }
        let lastCheckpoint = await result {
            if options.checkpointInterval != nil { _ = try await makeCheckpoint() }
        }
        // The reader first: whoever closes last moves the write-ahead log into the file, and has to be able to write.
        try await writer.close(after: reader)
        try lastCheckpoint.get()
    }

    private func result(of body: () async throws -> Void) async -> Result<Void, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }
}

extension SQLiteJournal {
    /// Calls that the commit under way does not take along.
    var waitingCallCount: Int { waiting.count }
    var isSavingSnapshot: Bool { isSaving }
}
