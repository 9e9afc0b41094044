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
        let snapshot = try await journal.foldLatestSnapshot(into: SnapshotFold(engine: engine)) { fold, record in
            fold.take(record, codec)
        }
        if let snapshot {
            sequence = snapshot.sequence
            if let because = snapshot.state.failure { throw Failure(sequence: sequence, because: because) }
            engine = snapshot.state.engine
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
        if let because = engine.restore(record, codec) { throw Failure(sequence: sequence, because: because) }
    }

    private struct SnapshotFold: Sendable {
        var engine: Engine
        var failure: String?

        mutating func take(_ record: JournalRecord, _ codec: any EventCodec) {
            guard failure == nil else { return }
            failure = engine.restore(record, codec)
        }
    }
}

extension Engine {
    /// Returns why it cannot be; nil where it is.
    fileprivate mutating func restore(_ record: JournalRecord, _ codec: any EventCodec) -> String? {
        do {
            try restore(codec.entry(of: record))
            return nil
        } catch let error as RestoreError {
            return error.message
        } catch {
            return "\(error)"
        }
    }
}
