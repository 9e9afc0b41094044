import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

struct RetentionTests {
    private let time = Timestamp(milliseconds: 1_900_000_000_000)

    @Test func nothingIsRemovedWithoutASnapshot() async throws {
        let directory = try await StateDirectory.filled(40)
        let journal = try directory.open()
        #expect(try await journal.trim(through: 40, at: time) == 0)
        #expect(try await journal.lastSequence() == 40)
        #expect(try await journal.entries(after: 0, limit: 100).count == 40)
    }

    @Test(arguments: [(5, 0), (10, 10), (19, 10), (25, 20), (40, 20), (.max, 20)] as [(Int64, Int64)])
    func entriesGoUpToACheckpointAndNeverPastTheSnapshot(wanted: Int64, removed: Int64) async throws {
        let directory = try await StateDirectory.filled(40)
        let journal = try directory.open(checkpointInterval: 10)
        let snapshot = JournalSnapshot(sequence: 27, records: records(1...3))
        try await journal.save(snapshot)
        #expect(try await journal.trim(through: wanted, at: time) == removed)
        let entries = try await journal.entries(after: removed, limit: 100)
        #expect(entries.prefix(Int(40 - removed)).map(\.record) == Array(records(1...40).suffix(Int(40 - removed))))
        #expect(entries.count == 40 - Int(removed) + (removed > 0 ? 1 : 0))
        #expect(try await journal.latestSnapshot() == snapshot)
        if removed > 0 {
            await #expect(throws: JournalError.removed(through: removed)) {
                try await journal.entries(after: 0, limit: 1)
            }
            let payload = TrimRecord.payload(through: removed, hash: try await journal.checkpoints()[0].hash)
            #expect(entries.last?.record == JournalRecord(at: time, kind: TrimRecord.kind, payload: payload))
        }
        let report = try await directory.audit()
        #expect(report.isIntact && report.removedThrough == removed && report.entries == entries.count)
    }

    @Test func theOlderOfTwoSnapshotsHoldsItsEntries() async throws {
        let directory = try await StateDirectory.filled(40)
        let journal = try directory.open()
        let older = JournalSnapshot(sequence: 15, records: records(1...1))
        try await journal.save(older)
        try await journal.save(JournalSnapshot(sequence: 39, records: records(1...2)))
        #expect(try await journal.trim(through: 40, at: time) == 10)
        // Now the newest is lost, and a fold still finds all that it needs.
        try directory.edit("UPDATE snapshot SET content = zeroblob(3) WHERE sequence = 39")
        #expect(try await journal.latestSnapshot() == older)
        #expect(try await journal.entries(after: older.sequence, limit: 100).count == 26)
    }

    @Test func aChainThatWasTrimmedAgainAndAgainVerifies() async throws {
        let key = SigningKey.generate()
        let directory = try StateDirectory()
        var removed: Int64 = 0
        for _ in 0..<6 {
            let journal = try directory.open(checkpointInterval: 10, key: key)
            for number in 1...25 { _ = try await journal.append([record(number)]) }
            try await journal.save(JournalSnapshot(sequence: try await journal.lastSequence(), records: []))
            let now = try await journal.trim(through: .max, at: time)
            #expect(now >= removed)
            removed = now
            #expect(try await directory.audit(keys: [key.verifyingKey]).isIntact)
            try await journal.close()
        }
        let report = try await directory.audit(keys: [key.verifyingKey])
        #expect(report.isIntact && report.removedThrough == removed && report.uncoveredEntries == 0)
        #expect(removed > 100, "all but the last two rounds are gone")
        let rows = try await DatabaseQueue(path: directory.journal).read {
            try Int64.fetchOne($0, sql: "SELECT min(sequence) FROM entry")
        }
        #expect(rows == removed + 1)
    }

    /// Removing entries by hand, and claiming that it was retention.
    @Test func aRemovalThatTheChainDoesNotRecordIsFound() async throws {
        let directory = try await StateDirectory.filled(40)
        try directory.edit(
            """
            DELETE FROM entry WHERE sequence <= 20; DELETE FROM checkpoint WHERE sequence < 20;
            INSERT INTO retention VALUES (20, 30)
            """)
        #expect(try await directory.audit().firstBad == .init(sequence: 20, reason: .unprovenRemoval))
        try directory.edit("DELETE FROM retention")
        #expect(try await directory.audit().firstBad == .init(sequence: 1, reason: .missing))
    }

    /// Retention must not be the way to get rid of the traces.
    @Test(arguments: [
        "UPDATE entry SET payload = x'00' WHERE sequence = 7", "DELETE FROM entry WHERE sequence = 7",
        "INSERT INTO entry SELECT -7, at, kind, payload, hash FROM entry WHERE sequence = 7",
    ])
    func damagedEntriesAreNotRemoved(sql: String) async throws {
        let directory = try await StateDirectory.filled(40)
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 40, records: []))
        try directory.edit(sql)
        await #expect(throws: JournalError.self) { try await journal.trim(through: 20, at: time) }
        #expect(try await directory.audit().firstBad != nil)
        #expect(try await directory.audit().removedThrough == 0)
    }

    @Test func theFileGivesItsSpaceBackWhileOthersAppend() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 1000)
        for _ in 0..<8 { _ = try await journal.append((1...1000).map { record($0, payloadBytes: 500) }) }
        try await journal.save(JournalSnapshot(sequence: 8000, records: []))
        async let trimmed = journal.trim(through: 7000, at: time)
        for number in 1...20 { _ = try await journal.append([record(number)]) }
        #expect(try await trimmed == 7000)
        try await journal.close()
        let bytes = try FileManager.default.attributesOfItem(atPath: directory.journal)[.size] as? Int
        #expect(try #require(bytes) < 1_500_000, "7000 entries of 500 bytes are gone")
        #expect(try await directory.audit().isIntact)
    }

    /// A crash after the first transaction of a trim: the rows are in the file and count for nothing.
    @Test func rowsThatAreRemovedButStillThereCountForNothing() async throws {
        let directory = try await StateDirectory.filled(40)
        let (queue, chain) = try JournalFile.openForWriting(directory.journal)
        try await queue.write { database in
            let table = JournalTable(database: database, chain: chain)
            try table.save(JournalSnapshot(sequence: 35, records: []))
            let anchor = try #require(try table.trimAnchor(through: 35))
            #expect(try table.trim(to: anchor, at: Timestamp(milliseconds: 0)).sequence == 41)
        }
        let report = try await directory.audit()
        #expect(report.isIntact && report.removedThrough == 30 && report.entries == 11)
        let journal = try directory.open()
        await #expect(throws: JournalError.removed(through: 30)) { try await journal.entries(after: 29, limit: 1) }
        #expect(try await journal.trim(through: 35, at: time) == 30)
        try await journal.close()
        let rest = try await DatabaseQueue(path: directory.journal).read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM entry")
        }
        #expect(rest == 11)
    }
}

struct RecoveryTests {
    /// Knows no kind at all.
    private struct NoCodec: EventCodec {
        struct Unknown: Error {}

        func record(of entry: TimelineEntry) -> JournalRecord { JournalRecord(at: entry.at, kind: "none", payload: []) }
        func entry(of record: JournalRecord) throws -> TimelineEntry { throw Unknown() }
    }

    @Test func anEngineIsRestoredFromAJournalThatWasTrimmed() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 20, records: []))
        #expect(try await journal.trim(through: 20, at: Timestamp(milliseconds: 0)) == 20)
        #expect(try await journal.entries(after: 20, limit: 2).map(\.record.isOfTheStore) == [true])
        let restored = try await Recovery.restore(Engine(workspace: Workspace()), from: journal, codec: NoCodec())
        #expect(restored.sequence == 21)
        // What anybody else has written is never passed over.
        _ = try await journal.append(records(22...22))
        await #expect(throws: Recovery.Failure.self) {
            try await Recovery.restore(Engine(workspace: Workspace()), from: journal, codec: NoCodec())
        }
    }
}

struct SnapshotTests {
    @Test func theNewestWholeSnapshotIsTaken() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        #expect(try await journal.latestSnapshot() == nil)
        let snapshots = [5, 10, 15].map { JournalSnapshot(sequence: Int64($0), records: records(1...$0)) }
        for snapshot in snapshots { try await journal.save(snapshot) }
        #expect(try await journal.latestSnapshot() == snapshots[2])
        try directory.edit("UPDATE snapshot SET digest = zeroblob(32) WHERE sequence = 15")
        #expect(try await journal.latestSnapshot() == snapshots[1])
        #expect(try await directory.audit().damagedSnapshots == [15])
        try directory.edit("UPDATE snapshot_part SET content = substr(content, 1, 40)")
        #expect(try await journal.latestSnapshot() == nil, "only two are kept, and all can be folded anew")
        #expect(try await directory.audit().isIntact)
    }

    @Test func withoutItsEntriesAJournalWithoutSnapshotIsNotTakenForAnEmptyOne() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 12, records: []))
        #expect(try await journal.trim(through: 12, at: Timestamp(milliseconds: 0)) == 10)
        try directory.edit("DELETE FROM snapshot")
        await #expect(throws: JournalError.self) { try await journal.latestSnapshot() }
    }

    @Test func aSnapshotOfEntriesThatAreNotThereIsRefused() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        for sequence in [Int64.min, 0, 21, .max] {
            await #expect(throws: JournalError.self) {
                try await journal.save(JournalSnapshot(sequence: sequence, records: []))
            }
        }
        try await journal.save(JournalSnapshot(sequence: 20, records: []))
        try directory.edit("DELETE FROM entry WHERE sequence > 15")
        await #expect(throws: JournalError.self) { try await journal.latestSnapshot() }
    }

    @Test(arguments: [0, 1, 50])
    func theContentComesBack(count: Int) {
        let original = (0..<count).map { record($0, payloadBytes: $0) }
        let bytes = SnapshotContent.encode(original)
        for piece in [1, 7, 64, 1000, .max] { #expect(SnapshotContent.decode(bytes, piece: piece) == original) }
        // Hostile bytes with a right digest: cut anywhere, they decode to fewer records or to none at all.
        for cut in bytes.indices { #expect(SnapshotContent.decode(Array(bytes[..<cut]))?.count ?? 0 < max(1, count)) }
        var random = SeededGenerator(state: 3)
        for _ in 0..<500 { _ = SnapshotContent.decode((0..<40).map { _ in UInt8.random(in: 0...255, using: &random) }) }
    }
}
