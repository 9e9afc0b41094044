internal import HandrailCore

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
        let read = readRecords(body)
        // Of a record that is longer than a piece nothing has ended, most times.
        if read > 0 { rest.removeSubrange(..<read) }
        return isSound
    }

    /// Returns where it came to. Whatever it needs of what is there it has let go of by then: a change copies nothing.
    private mutating func readRecords(_ body: (Timestamp, String, ArraySlice<UInt8>) -> Void) -> Int {
        var reader = ByteReader(rest[...])
        while let record = reader.record() {
            guard let kind = String(validating: record.kind, as: UTF8.self) else {
                isSound = false
                break
            }
            body(Timestamp(milliseconds: record.at), kind, record.payload)
        }
        isSound = isSound && reader.isSound
        return reader.place
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
