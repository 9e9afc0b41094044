internal import Crypto
internal import HandrailCore
internal import HandrailEngine

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

/// Reads the content of a snapshot, in pieces that end anywhere.
struct SnapshotDecoder {
    /// What has come of a record that has not ended.
    private var rest: [UInt8] = []
    private var bytes = 0
    private var isSound = true

    /// Whether all that it took are whole records.
    var isComplete: Bool { isSound && rest.isEmpty }

    /// - Parameter body: is given the time, the kind and the payload of each record that ends in the piece.
    /// - Returns: whether all so far is what ``SnapshotContent`` writes.
    mutating func take(
        _ piece: UnsafeRawBufferPointer, _ body: (Timestamp, String, ArraySlice<UInt8>) -> Void
    ) -> Bool {
        bytes += piece.count
        isSound = isSound && bytes <= JournalLimits.snapshotBytes
        guard isSound else { return false }
        rest += piece
        var reader = ByteReader(rest[...])
        while isSound, let record = reader.record() {
            guard let kind = String(validating: record.kind, as: UTF8.self) else {
                isSound = false
                break
            }
            body(Timestamp(milliseconds: record.at), kind, record.payload)
        }
        isSound = isSound && reader.isSound
        rest.removeSubrange(..<reader.place)
        return isSound
    }
}

/// Walks from record to record.
private struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    /// Where the record begins that is next.
    private(set) var place: Int
    private(set) var isSound = true

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        place = bytes.startIndex
    }

    /// Nil where it has not ended yet, or is none.
    mutating func record() -> (at: Int64, kind: ArraySlice<UInt8>, payload: ArraySlice<UInt8>)? {
        var end = place
        guard let at = number(&end), let kind = counted(&end, atMost: JournalLimits.kindBytes),
            let payload = counted(&end, atMost: JournalLimits.snapshotRecordBytes)
        else { return nil }
        place = end
        return (at, kind, payload)
    }

    private func number(_ place: inout Int) -> Int64? {
        guard bytes.endIndex - place >= 8 else { return nil }
        defer { place += 8 }
        return Int64(bitPattern: bytes[place..<place + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    private mutating func counted(_ place: inout Int, atMost limit: Int) -> ArraySlice<UInt8>? {
        guard let length = number(&place) else { return nil }
        guard (0...Int64(limit)).contains(length) else {
            isSound = false
            return nil
        }
        guard length <= bytes.endIndex - place else { return nil }
        defer { place += Int(length) }
        return bytes[place..<place + Int(length)]
    }
}

/// The content of a snapshot as it is made: in parts of a size that does not hold up whoever else has something to write.
struct SnapshotParts {
    private var rest: [UInt8] = []
    /// What is in parts already.
    private var start = 0
    private var function = SHA256()
    private(set) var bytes = 0

    /// SHA-256 of all parts as they are stored.
    var digest: [UInt8] { Array(function.finalize()) }

    mutating func take(_ record: JournalRecord) {
        SnapshotContent.append(record, to: &rest)
    }

    /// A part, where one is complete.
    mutating func takePart() -> SnapshotPart? {
        rest.count - start < SnapshotPart.bytes ? nil : take(SnapshotPart.bytes)
    }

    /// What is left; nil where there is nothing.
    mutating func takeRest() -> SnapshotPart? {
        start == rest.count ? nil : take(rest.count - start)
    }

    private mutating func take(_ count: Int) -> SnapshotPart {
        let part = SnapshotPart(Array(rest[start..<start + count]))
        start += count
        // Once for each record, or what is left of a long one would be moved again and again.
        if rest.count - start < SnapshotPart.bytes {
            rest.removeSubrange(..<start)
            start = 0
        }
        part.withStored { $0.hash(into: &function) }
        bytes += count
        return part
    }
}
