internal import HandrailCore

/// Folds a journal for display. Reads only, and never stands in the way of the engine that writes.
public struct CatalogReader: Sendable {
    public struct Reading: Sendable {
        public let catalog: Catalog
        /// Entries that this version cannot read; they are left out.
        public let unreadable: Int
        /// The first of them.
        public let firstUnreadable: (sequence: Int64, because: String)?
    }

    private static let entriesAtOnce = 4096

    private let journal: any JournalReading
    private let codec: any EventCodec
    private let isShown: @Sendable (_ kind: String) -> Bool

    /// - Parameter isShown: whether the catalog shows anything of a kind; what it does not is not even decoded.
    public init(
        _ journal: any JournalReading, codec: any EventCodec,
        isShown: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.journal = journal
        self.codec = codec
        self.isShown = isShown
    }

    /// - Parameter removed: the last entry that retention has removed; 0 where none was.
    /// - Throws: what the journal throws: it cannot be read, or is damaged.
    public func read(limits: Catalog.Limits = Catalog.Limits(), after removed: Int64 = 0) async throws -> Reading {
        var fold = Fold(catalog: Catalog(limits: limits), reader: self)
        // Of what began before the first entry that is kept, only a snapshot tells.
        let snapshot = removed > 0 ? try await shownSnapshot() : nil
        var sequence = removed
        var isSnapshotTaken = snapshot == nil
        while true {
            let entries = try await journal.entries(after: sequence, limit: Self.entriesAtOnce)
            for entry in entries {
                if !isSnapshotTaken, let snapshot, entry.sequence > snapshot.sequence {
                    fold.take(snapshot)
                    isSnapshotTaken = true
                }
                fold.take(entry.record, entry.sequence)
            }
            guard let last = entries.last else { break }
            sequence = last.sequence
        }
        if !isSnapshotTaken, let snapshot { fold.take(snapshot) }
        return Reading(
            catalog: fold.catalog, unreadable: fold.unreadable, firstUnreadable: fold.firstUnreadable)
    }

    /// What the catalog shows of it. The alerts are not, but those of incidents are.
    private func shownSnapshot() async throws -> JournalSnapshot? {
        let shown = try await journal.foldLatestSnapshot(into: [JournalRecord]()) { [isShown] records, record in
            if isShown(record.kind) { records.append(record) }
        }
        return shown.map { JournalSnapshot(sequence: $0.sequence, records: $0.state) }
    }

    private struct Fold {
        var catalog: Catalog
        let reader: CatalogReader
        var unreadable = 0
        var firstUnreadable: (sequence: Int64, because: String)?

        mutating func take(_ snapshot: JournalSnapshot) {
            for record in snapshot.records { take(record, 0) }
        }

        mutating func take(_ record: JournalRecord, _ sequence: Int64) {
            guard !record.isOfTheStore, reader.isShown(record.kind) else { return }
            do {
                catalog.take(try reader.codec.entry(of: record), sequence: sequence)
            } catch {
                unreadable += 1
                if firstUnreadable == nil { firstUnreadable = (sequence, "\(error)") }
            }
        }
    }
}
