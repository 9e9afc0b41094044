public import HandrailCore

/// From the journal to an engine as it was.
public enum Recovery {
    /// The entry that could not be folded. Nothing is started then, and nothing is lost.
    public struct Failure: Error, CustomStringConvertible, Sendable {
        public let sequence: Int64
        public let because: String

        public var description: String { "the journal cannot be folded at entry \(sequence): \(because)" }
    }

    private static let entriesAtOnce = 4096

    /// Starts from the latest snapshot, where there is one, and folds what came after it.
    ///
    /// - Parameter engine: with the workspace that is in force now, and nothing received.
    /// - Returns: the engine, and the sequence of the last entry that is in it.
    public static func restore(
        _ engine: Engine, from journal: any JournalStore, codec: any EventCodec
    ) async throws -> (engine: Engine, sequence: Int64) {
        var engine = engine
        var sequence: Int64 = 0
        if let snapshot = try await journal.latestSnapshot() {
            sequence = snapshot.sequence
            for record in snapshot.records { try fold(record, sequence, into: &engine, codec) }
        }
        while true {
            let entries = try await journal.entries(after: sequence, limit: entriesAtOnce)
            guard let last = entries.last else { return (engine, sequence) }
            for entry in entries where !entry.record.isOfTheStore {
                try fold(entry.record, entry.sequence, into: &engine, codec)
            }
            sequence = last.sequence
        }
    }

    private static func fold(
        _ record: JournalRecord, _ sequence: Int64, into engine: inout Engine, _ codec: any EventCodec
    ) throws {
        do {
            try engine.restore(codec.entry(of: record))
        } catch let error as RestoreError {
            throw Failure(sequence: sequence, because: error.message)
        } catch {
            throw Failure(sequence: sequence, because: "\(error)")
        }
    }
}
