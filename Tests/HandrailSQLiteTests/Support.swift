import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// A folder of its own, gone with the test.
final class StateDirectory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "handrail-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var journal: String { path + "/journal.sqlite" }

    func open(checkpointInterval: Int64? = 1000, key: SigningKey? = nil) throws -> SQLiteJournal {
        var options = SQLiteJournal.Options()
        options.checkpointInterval = checkpointInterval
        options.signingKey = key
        return try SQLiteJournal(directory: path, options: options)
    }

    /// Changes the file behind the journal's back, as somebody with SQLite's shell would.
    func edit(_ sql: String) throws {
        try DatabaseQueue(path: journal).write { try $0.execute(sql: sql) }
    }

    func audit(keys: [VerifyingKey] = [], exported: [Checkpoint] = []) async throws -> AuditReport {
        try await JournalAudit(directory: path, keys: keys, exported: exported).report()
    }

    func checkpoints() async throws -> [Checkpoint] { try await JournalReader(directory: path).checkpoints() }

    /// A journal of `count` entries that was closed properly.
    static func filled(_ count: Int, checkpointInterval: Int64? = 10, key: SigningKey? = nil) async throws
        -> StateDirectory
    {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: checkpointInterval, key: key)
        // Single calls, since a checkpoint stands at the end of a call.
        for number in 1...count { _ = try await journal.append([record(number)]) }
        try await journal.close()
        return directory
    }
}

extension JournalStore {
    func save(_ snapshot: JournalSnapshot) async throws { try await save(snapshot.records, at: snapshot.sequence) }
}

extension SnapshotContent {
    static func encode(_ records: [JournalRecord]) -> [UInt8] { records.reduce(into: []) { append($1, to: &$0) } }

    /// In pieces of a size. Nil where the bytes are not what `append` writes.
    static func decode(_ bytes: [UInt8], piece: Int = .max) -> [JournalRecord]? {
        var (decoder, records, start) = (SnapshotDecoder(), [JournalRecord](), 0)
        while start < bytes.count {
            let end = start + min(piece, bytes.count - start)
            let isSound = bytes[start..<end].withUnsafeBytes { piece in
                decoder.take(piece) { records.append(JournalRecord(at: $0, kind: $1, payload: Array($2))) }
            }
            guard isSound else { return nil }
            start = end
        }
        return decoder.isComplete ? records : nil
    }
}

extension JournalTable {
    /// In the transaction that is open, in place of one that is there.
    func save(_ snapshot: JournalSnapshot, key: SigningKey? = nil) throws {
        for (table, column) in [("snapshot", "sequence"), ("snapshot_part", "snapshot")] {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(column) = \(snapshot.sequence)")
        }
        var parts = SnapshotParts()
        for record in snapshot.records { try parts.take(record) }
        var number: Int64 = 0
        while let part = try parts.takePart() ?? parts.takeRest() {
            try save(part, number: number, ofSnapshot: snapshot.sequence)
            number += 1
        }
        try finishSnapshot(at: snapshot.sequence, content: parts.digest, key: key)
    }
}

func record(_ number: Int, payloadBytes: Int? = nil) -> JournalRecord {
    let payload = payloadBytes.map { [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: $0) }
    return JournalRecord(
        at: Timestamp(milliseconds: 1_800_000_000_000 + Int64(number)), kind: number % 3 == 0 ? "run.advanced" : "note",
        payload: payload ?? Array(#"{"number":\#(number)}"#.utf8))
}

func records(_ numbers: ClosedRange<Int>) -> [JournalRecord] { numbers.map { record($0) } }

/// The same numbers for the same seed, everywhere.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}

func permissions(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o777 : 0
}
