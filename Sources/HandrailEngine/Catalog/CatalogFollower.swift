internal import HandrailCore

/// A catalog that keeps up with a journal which is being written: each look reads only what has come since.
public actor CatalogFollower {
    private static let entriesAtOnce = 4096

    private let journal: any JournalReading
    private let codec: any EventCodec
    private let isShown: @Sendable (_ kind: String) -> Bool
    private var catalog: Catalog
    private var sequence: Int64

    /// - Parameters:
    ///   - removed: the last entry that retention has removed; 0 where none was.
    ///   - isShown: whether the catalog shows anything of a kind; what it does not is not even decoded.
    public init(
        _ journal: any JournalReading, codec: any EventCodec, limits: Catalog.Limits = Catalog.Limits(),
        after removed: Int64 = 0, isShown: @escaping @Sendable (String) -> Bool = { _ in true }
    ) {
        self.journal = journal
        self.codec = codec
        self.isShown = isShown
        catalog = Catalog(limits: limits)
        sequence = removed
    }

    /// All that is durable now.
    ///
    /// - Throws: what the journal throws: it cannot be read, or is damaged.
    public func current() async throws -> Catalog {
        while true {
            let entries = try await journal.entries(after: sequence, limit: Self.entriesAtOnce)
            guard let last = entries.last else { return catalog }
            // Another look has taken them while this one waited for the store.
            guard entries.first?.sequence == sequence + 1 else { continue }
            for entry in entries { take(entry) }
            sequence = last.sequence
        }
    }

    /// What this version cannot read is left out, as in ``CatalogReader``.
    private func take(_ entry: JournalEntry) {
        guard !entry.record.isOfTheStore, isShown(entry.record.kind) else { return }
        guard let event = try? codec.entry(of: entry.record) else { return }
        catalog.take(event, sequence: entry.sequence)
    }
}
