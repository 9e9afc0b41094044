internal import HandrailCore
internal import HandrailEngine
internal import Synchronization

/// The records of a snapshot as bytes: for each `at kind.count kind payload.count payload`, numbers as in ``JournalChain``.
enum SnapshotContent {
    static func append(_ record: JournalRecord, to bytes: inout [UInt8]) {
        bytes.append(bigEndian: record.at.milliseconds)
        bytes.append(bigEndian: Int64(record.kind.utf8.count))
        bytes += record.kind.utf8
        bytes.append(bigEndian: Int64(record.payload.count))
        bytes += record.payload
    }
}

/// The content of a snapshot as it is made: in parts of a size that does not hold up whoever else has something to write.
struct SnapshotParts {
    private var rest: [UInt8] = []
    /// What is in parts already.
    private var start = 0
    private var hash = SnapshotHash()
    private var bytes = 0

    /// Of all parts as they are stored.
    var digest: SnapshotHash.Digest { hash.digest }

    /// - Throws: `tooLarge`, where nobody would read it.
    mutating func take(_ record: JournalRecord) throws(JournalError) {
        let size = record.payload.count
        guard size <= JournalLimits.snapshotRecordBytes else {
            throw .tooLarge(
                what: "a `\(record.kind)` of the snapshot", bytes: size, limitBytes: JournalLimits.snapshotRecordBytes)
        }
        let before = rest.count
        SnapshotContent.append(record, to: &rest)
        bytes += rest.count - before
        guard bytes <= JournalLimits.snapshotBytes else {
            throw .tooLarge(what: "the snapshot", bytes: bytes, limitBytes: JournalLimits.snapshotBytes)
        }
    }

    /// A part, where one is complete.
    mutating func takePart() throws(JournalError) -> SnapshotPart? {
        rest.count - start < SnapshotPart.bytes ? nil : try take(SnapshotPart.bytes)
    }

    /// What is left; nil where there is nothing.
    mutating func takeRest() throws(JournalError) -> SnapshotPart? {
        start == rest.count ? nil : try take(rest.count - start)
    }

    private mutating func take(_ count: Int) throws(JournalError) -> SnapshotPart {
        let part = try SnapshotPart(Array(rest[start..<start + count]))
        start += count
        // Once for each record, or what is left of a long one would be moved again and again.
        if rest.count - start < SnapshotPart.bytes {
            rest.removeSubrange(..<start)
            start = 0
        }
        _ = part.withStored { hash.take($0) }
        return part
    }
}

/// Makes the parts of records, each when it is asked for.
final class SnapshotSource<Records: Sequence<JournalRecord> & Sendable>: Sendable {
    private struct State {
        /// Nil before the first part: already to begin can take long, and is for the thread that asks for parts.
        var records: Records.Iterator?
        var parts = SnapshotParts()
    }

    private let records: Records
    private let state = Mutex(State())

    init(_ records: Records) {
        self.records = records
    }

    /// Nil after the last one.
    func next() -> Result<SnapshotPart?, JournalError> {
        state.withLock { state in
            state.records = state.records ?? records.makeIterator()
            do throws(JournalError) {
                while true {
                    if let part = try state.parts.takePart() { return .success(part) }
                    guard let record = state.records?.next() else { return .success(try state.parts.takeRest()) }
                    try state.parts.take(record)
                }
            } catch {
                return .failure(error)
            }
        }
    }

    /// Of all parts that it made.
    var digest: SnapshotHash.Digest { state.withLock { $0.parts.digest } }
}
