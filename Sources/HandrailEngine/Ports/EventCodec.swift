public import HandrailCore

/// Events as the journal keeps them.
public protocol EventCodec: Sendable {
    func record(of entry: TimelineEntry) -> JournalRecord
    /// - Throws: where the record is of a kind that this build does not know, or damaged.
    func entry(of record: JournalRecord) throws -> TimelineEntry
}
