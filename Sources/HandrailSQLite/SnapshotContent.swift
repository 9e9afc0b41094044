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
    /// Wherever a record ends: that of a large incident is many times as long.
    private static let partBytes = 256 << 10

    private var rest: [UInt8] = []
    /// What is in parts already.
    private var start = 0
    private var function = SHA256()
    private(set) var bytes = 0

    /// SHA-256 of all that was taken.
    var digest: [UInt8] { Array(function.finalize()) }

    mutating func take(_ record: JournalRecord) {
        SnapshotContent.append(record, to: &rest)
    }

    /// A part, where one is complete.
    mutating func takePart() -> [UInt8]? {
        rest.count - start < Self.partBytes ? nil : take(Self.partBytes)
    }

    /// What is left; nil where there is nothing.
    mutating func takeRest() -> [UInt8]? {
        start == rest.count ? nil : take(rest.count - start)
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        let part = Array(rest[start..<start + count])
        start += count
        // Once for each record, or what is left of a long one would be moved again and again.
        if rest.count - start < Self.partBytes {
            rest.removeSubrange(..<start)
            start = 0
        }
        part.withUnsafeBytes { function.update(bufferPointer: $0) }
        bytes += part.count
        return part
    }
}
