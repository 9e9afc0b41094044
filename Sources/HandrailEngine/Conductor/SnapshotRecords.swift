internal import HandrailCore
internal import Synchronization

/// A snapshot's entries as the journal keeps them, each made when it is asked for. They can be read once.
///
/// Whoever reads them is the only one who knows the snapshot, and lets go of it at their end: that takes its time where the state is
/// large and has changed since, and is to happen where nobody waits.
struct SnapshotRecords: Sequence, Sendable {
    private final class Handover: Sendable {
        let snapshot: Mutex<EngineSnapshot?>

        init(_ snapshot: EngineSnapshot) {
            self.snapshot = Mutex(snapshot)
        }
    }

    private let handover: Handover
    private let codec: any EventCodec

    init(of snapshot: EngineSnapshot, codec: any EventCodec) {
        handover = Handover(snapshot)
        self.codec = codec
    }

    func makeIterator() -> AnyIterator<JournalRecord> {
        var entries = handover.snapshot.withLock { $0.take() }?.makeIterator()
        return AnyIterator { [codec] in
            if let entry = entries?.next() { return codec.record(of: entry) }
            entries = nil
            return nil
        }
    }
}
