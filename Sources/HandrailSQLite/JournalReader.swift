internal import GRDB
public import HandrailEngine

/// Reads a journal, also from another process than the one that writes it, and never holds that one up.
///
/// Each entry that is read is checked against the one before it, so that nothing is decided on what was damaged.
public final class JournalReader: JournalReading {
    private let queue: DatabaseQueue
    private let chain: JournalChain
    private let path: String

    /// - Parameter directory: the state directory that `journal.sqlite` is in.
    /// - Throws: ``JournalError`` where there is none, or it is none.
    public convenience init(directory: String) throws {
        try self.init(path: JournalFile.path(in: directory))
    }

    init(path: String) throws {
        queue = try JournalFile.openForReading(path)
        self.path = path
        do {
            chain = JournalChain(identity: try queue.read { try JournalSchema.identity(of: $0) })
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    /// Entries after a sequence in their order, at most `limit`.
    ///
    /// - Throws: ``JournalError``: `removed` where retention has taken some of them, `damaged` where one is not what was
    ///   stored.
    public func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry] {
        // A negative limit would mean "all" to SQLite.
        try await read { try $0.entries(after: sequence, limit: max(0, limit)) }
    }

    /// Folds the newest snapshot that is whole; nil where there is none and a fold can begin with the first entry.
    ///
    /// - Throws: ``JournalError`` where neither is left to begin with.
    public func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)? {
        try await foldLatestSnapshot(signedWith: nil, into: state, take)
    }

    /// All of it from one state of the file: what was found to be whole is what is folded.
    func foldLatestSnapshot<State: Sendable>(
        signedWith key: VerifyingKey?, into state: State,
        _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)? {
        try await read { try $0.foldLatestSnapshot(signedWith: key, into: state, take) }
    }

    /// The sequence of the last entry; 0 where there has never been one. Cheap enough to be asked many times a second.
    public func lastSequence() async throws -> Int64 {
        try await read { try $0.head().sequence }
    }

    /// All checkpoints that are kept, in their order: to be exported.
    public func checkpoints() async throws -> [Checkpoint] {
        try await read { try $0.checkpoints() }
    }

    /// Where a trim would stop, after all that it would remove was verified, in stretches that hold up no one.
    func verifiedTrimAnchor(through sequence: Int64) async throws -> Checkpoint? {
        guard let anchor = try await read({ try $0.trimAnchor(through: sequence) }) else { return nil }
        var head = try await read { try $0.anchor() }
        while head.sequence < anchor.sequence {
            head = try await read { [head] in try $0.verify(after: head, through: anchor, limit: 10_000) }
        }
        return anchor
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (JournalTable) throws -> Value) async throws -> Value {
        do {
            return try await queue.read { [chain] in try body(JournalTable(database: $0, chain: chain)) }
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    /// The same for whoever cannot wait.
    func now<Value>(_ body: (JournalTable) throws -> Value) throws -> Value {
        do {
            return try queue.read { try body(JournalTable(database: $0, chain: chain)) }
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    func close() throws {
        try queue.close()
    }
}
