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

    /// Nil where the bytes are not what `append` writes.
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

/// The content of a snapshot as it is made: in parts of a size that does not hold up whoever else has something to write.
struct SnapshotParts {
    /// A part is complete with the record that makes it this long.
    private static let partBytes = 256 << 10

    private var rest: [UInt8] = []
    private var function = SHA256()
    private(set) var bytes = 0

    /// SHA-256 of all that was taken.
    var digest: [UInt8] { Array(function.finalize()) }

    /// - Returns: a part, where it is complete.
    mutating func take(_ record: JournalRecord) -> [UInt8]? {
        SnapshotContent.append(record, to: &rest)
        return rest.count < Self.partBytes ? nil : takeRest()
    }

    /// What is left; nil where there is nothing.
    mutating func takeRest() -> [UInt8]? {
        guard !rest.isEmpty else { return nil }
        defer { rest = [] }
        rest.withUnsafeBytes { function.update(bufferPointer: $0) }
        bytes += rest.count
        return rest
    }
}
