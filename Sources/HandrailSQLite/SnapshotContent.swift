internal import HandrailCore
internal import HandrailEngine

/// The records of a snapshot as bytes: for each `at kind.count kind payload.count payload`, numbers as in ``JournalChain``.
enum SnapshotContent {
    static func encode(_ records: [JournalRecord]) -> [UInt8] {
        var bytes: [UInt8] = []
        for record in records {
            bytes.append(bigEndian: record.at.milliseconds)
            bytes.append(bigEndian: Int64(record.kind.utf8.count))
            bytes += record.kind.utf8
            bytes.append(bigEndian: Int64(record.payload.count))
            bytes += record.payload
        }
        return bytes
    }

    /// Nil where the bytes are not what `encode` writes.
    static func decode(_ bytes: [UInt8]) -> [JournalRecord]? {
        var rest = bytes[...]
        var records: [JournalRecord] = []
        while !rest.isEmpty {
            guard let at = rest.takeNumber(), let kind = rest.takeCounted(),
                let text = String(validating: kind, as: UTF8.self), let payload = rest.takeCounted()
            else { return nil }
            records.append(JournalRecord(at: Timestamp(milliseconds: at), kind: text, payload: Array(payload)))
        }
        return records
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func takeNumber() -> Int64? {
        guard count >= 8 else { return nil }
        let number = prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        removeFirst(8)
        return Int64(bitPattern: number)
    }

    fileprivate mutating func takeCounted() -> ArraySlice<UInt8>? {
        guard let length = takeNumber(), length >= 0, length <= count else { return nil }
        defer { removeFirst(Int(length)) }
        return prefix(Int(length))
    }
}
