public import HandrailCore

/// One event to be journaled.
public struct JournalRecord: Hashable, Sendable {
    public let at: Timestamp
    /// What it is, such as `run.advanced`: lower-case words, dots and hyphens.
    public let kind: String
    /// Canonical JSON, redacted.
    public let payload: [UInt8]

    public init(at: Timestamp, kind: String, payload: [UInt8]) {
        self.at = at
        self.kind = kind
        self.payload = payload
    }
}

extension JournalRecord {
    /// Whether the store itself has written it, of its own affairs, such as that old entries were removed. A fold passes over
    /// it: it changes nothing.
    public var isOfTheStore: Bool { kind.utf8.starts(with: "journal.".utf8) }
}

/// A record where it stands in the chain.
public struct JournalEntry: Hashable, Sendable {
    /// From 1, without gaps.
    public let sequence: Int64
    public let record: JournalRecord
    /// SHA-256 over the entry before it and this one; 32 bytes.
    public let hash: [UInt8]

    public init(sequence: Int64, record: JournalRecord, hash: [UInt8]) {
        self.sequence = sequence
        self.record = record
        self.hash = hash
    }
}

/// State as it was after an entry, as records from which a fold can start instead of from the first entry.
public struct JournalSnapshot: Hashable, Sendable {
    /// The last entry that is in it.
    public let sequence: Int64
    public let records: [JournalRecord]

    public init(sequence: Int64, records: [JournalRecord]) {
        self.sequence = sequence
        self.records = records
    }
}

/// What was journaled, for whoever only looks: also another process than the one that writes.
public protocol JournalReading: Sendable {
    /// Entries after a sequence in their order, at most `limit`.
    func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry]

    /// Folds the latest snapshot, one record in memory at a time: of a large state there are many.
    ///
    /// - Returns: the last entry that is in it, and what became of the state; nil where there is no snapshot.
    func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)?
}

extension JournalReading {
    /// All of it, for whoever can hold all of it.
    public func latestSnapshot() async throws -> JournalSnapshot? {
        try await foldLatestSnapshot(into: [JournalRecord]()) { $0.append($1) }
            .map { JournalSnapshot(sequence: $0.sequence, records: $0.state) }
    }
}

/// Where events become durable. One writer at a time; the store itself makes sure of that.
public protocol JournalStore: JournalReading {
    /// Appends all of them or none. Durable when it returns.
    ///
    /// - Returns: the sequence of the last one.
    func append(_ records: [JournalRecord]) async throws -> Int64

    /// Keeps the state as it was after an entry. It takes the place of older ones once all of it is there. A snapshot is a short
    /// cut and never evidence: the chain does not cover it.
    ///
    /// - Parameter records: read once, and no faster than they are stored.
    func save(_ records: some Sequence<JournalRecord> & Sendable, at sequence: Int64) async throws
}
