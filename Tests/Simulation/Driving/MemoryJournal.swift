import HandrailCore
import HandrailEngine
import HandrailFormats
import Synchronization

/// A journal in memory. What fails, tears and is late is decided by the simulation, not here.
struct MemoryJournal {
    private(set) var entries: [JournalEntry] = []
    private(set) var snapshot: JournalSnapshot?

    var lastSequence: Int64 { Int64(entries.count) }

    mutating func append(_ records: [JournalRecord]) {
        for record in records {
            entries.append(JournalEntry(sequence: lastSequence + 1, record: record, hash: []))
        }
    }

    mutating func save(_ snapshot: JournalSnapshot) {
        self.snapshot = snapshot
    }

    /// As it is now, for recovery; nothing is written through it.
    ///
    /// - Parameter usesSnapshot: otherwise the fold begins at the first entry.
    func frozen(usesSnapshot: Bool) -> Frozen {
        Frozen(entries: entries, snapshot: usesSnapshot ? snapshot : nil)
    }

    struct Frozen: JournalStore {
        let entries: [JournalEntry]
        let snapshot: JournalSnapshot?

        func append(_ records: [JournalRecord]) async throws -> Int64 { throw ReadOnly() }
        func save(_ records: some Sequence<JournalRecord> & Sendable, at sequence: Int64) async throws {
            throw ReadOnly()
        }
        func foldLatestSnapshot<State: Sendable>(
            into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
        ) async throws -> (sequence: Int64, state: State)? {
            snapshot.map { ($0.sequence, $0.records.reduce(into: state, take)) }
        }

        func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry] {
            Array(entries.dropFirst(Int(sequence)).prefix(limit))
        }

        struct ReadOnly: Error {}
    }
}

/// Keeps events as they are and writes only their number down. Where it is given the real codec, what is read back has
/// been through its bytes.
final class ValueCodec: EventCodec {
    private let bytes: JournalCodec?
    private let dropsRequests: Bool
    private let entries = Mutex<[TimelineEntry]>([])

    init(bytes: JournalCodec?, dropsRequests: Bool) {
        self.bytes = bytes
        self.dropsRequests = dropsRequests
    }

    func record(of entry: TimelineEntry) -> JournalRecord {
        let number = entries.withLock { entries in
            entries.append(entry)
            return entries.count - 1
        }
        return JournalRecord(at: entry.at, kind: "value", payload: Array("\(number)".utf8))
    }

    func entry(of record: JournalRecord) throws -> TimelineEntry {
        let entry = try value(of: record)
        if dropsRequests, case .state(.request) = entry.event {
            let nothing = StateChange.announcementFailed(run: nil, because: "sabotage")
            return TimelineEntry(at: entry.at, incident: nil, event: .state(nothing))
        }
        guard let bytes else { return entry }
        let (kind, payload) = bytes.encode(entry)
        return try bytes.decode(kind: kind, payload: payload, at: entry.at)
    }

    /// The event as it was, with the effects that a codec does not read back.
    func value(of record: JournalRecord) throws -> TimelineEntry {
        guard let number = Int(String(decoding: record.payload, as: UTF8.self)) else { throw Unknown() }
        return entries.withLock { $0[number] }
    }

    struct Unknown: Error {}
}
