import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// A large snapshot is written in parts, and others write between them.
struct SnapshotPartTests {
    private static let large = (1...40).map { record($0, payloadBytes: 100_000) }

    private func parts(of directory: StateDirectory) throws -> [Int64: Int] {
        try DatabaseQueue(path: directory.journal).read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT snapshot, count(*) FROM snapshot_part GROUP BY snapshot")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) })
        }
    }

    @Test func aLargeSnapshotComesBackFromItsParts() async throws {
        let directory = try await StateDirectory.filled(10)
        let journal = try directory.open(key: .generate())
        try await journal.save(Self.large, at: 10)
        #expect(try await journal.latestSnapshot() == JournalSnapshot(sequence: 10, records: Self.large))
        #expect(try parts(of: directory)[10] ?? 0 > 10)
        try await journal.close()
        #expect(try await directory.audit().damagedSnapshots.isEmpty)
    }

    /// Alerts resemble each other. What does not is stored as it is.
    @Test func aPartIsAsSmallAsItCanBe() throws {
        let alike = Array(String(repeating: #"{"alertname":"A","instance":"10.0.0.1:9100"}"#, count: 5000).utf8)
        let part = SnapshotPart(alike)
        #expect(part.stored.count < alike.count / 20 && part.inflatedBytes == alike.count)
        #expect(part.withStored { $0.withContent { Array($0) == alike } })
        var random = SeededGenerator(state: 5)
        for count in [0, 1, 100, 10_000] {
            let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(SnapshotPart(noise).stored == noise && SnapshotPart(noise).inflatedBytes == nil)
        }
    }

    /// A few bytes that become many are no part, however many they say.
    @Test func aPartThatWouldBeTooLargeIsNone() {
        let bomb = SnapshotPart([UInt8](repeating: 0, count: 2 << 20))
        #expect(bomb.stored.count < 10_000)
        for bytes in [0, -1, 1000, 2 << 20, .max] {
            let hasContent = bomb.stored.withUnsafeBytes {
                StoredPart(bytes: $0, inflatedBytes: bytes).withContent { _ in true }
            }
            #expect(!hasContent, "\(bytes)")
        }
    }

    @Test func othersAppendWhileASnapshotIsWritten() async throws {
        let directory = try await StateDirectory.filled(10)
        let journal = try directory.open()
        // Each record is made only once another entry is durable: nobody could write where the snapshot kept others out.
        let between = RecordsInBetween(records: Self.large) { try? directory.forge([record(1)]) }
        try await journal.save(between, at: 10)
        #expect(try await journal.lastSequence() == 50)
        #expect(try await journal.latestSnapshot()?.records == Self.large)
    }

    /// Whoever reads sees the one before, and what was begun is gone with the next one.
    @Test func whatWasNotFinishedIsNoSnapshot() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(records(1...2), at: 10)
        try await journal.writer.transaction { table in
            for number in 0..<20 { try table.save(SnapshotPart([1, 2, 3]), number: Int64(number), ofSnapshot: 15) }
        }
        #expect(try await journal.latestSnapshot()?.sequence == 10)
        #expect(try await directory.audit().damagedSnapshots.isEmpty)
        try await journal.save(records(3...4), at: 20)
        #expect(try parts(of: directory) == [10: 1, 20: 1])
    }

    @Test func thePartsOfADroppedSnapshotAreGone() async throws {
        let directory = try await StateDirectory.filled(30)
        let journal = try directory.open()
        for sequence in [10, 20, 30] as [Int64] { try await journal.save(Self.large, at: sequence) }
        #expect(try Set(parts(of: directory).keys) == [20, 30])
    }

    @Test(arguments: [
        "DELETE FROM snapshot_part WHERE number = 3", "UPDATE snapshot_part SET number = 99 WHERE number = 3",
        "UPDATE snapshot_part SET content = x'00' WHERE number = 3",
        "INSERT INTO snapshot_part (snapshot, number, content) VALUES (20, 1000, x'00')",
        "UPDATE snapshot_part SET number = number + 1000", "UPDATE snapshot SET content = x'00'",
        "UPDATE snapshot_part SET inflated_bytes = NULL WHERE number = 3",
        "UPDATE snapshot_part SET inflated_bytes = inflated_bytes - 1 WHERE number = 3",
        "UPDATE snapshot_part SET inflated_bytes = inflated_bytes + 1 WHERE number = 3",
        "UPDATE snapshot_part SET inflated_bytes = 9223372036854775807 WHERE number = 3",
        "UPDATE snapshot_part SET inflated_bytes = -1 WHERE number = 3",
        "UPDATE snapshot_part SET content = CAST(content || x'00' AS BLOB) WHERE number = 3",
        "UPDATE snapshot_part SET content = substr(content, 1, length(content) / 2) WHERE number = 3",
    ])
    func aSnapshotWithOtherPartsIsDamaged(edit: String) async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(Self.large, at: 20)
        try await journal.close()
        try directory.edit(edit)
        #expect(try await directory.audit().damagedSnapshots == [20])
        #expect(try await directory.open().latestSnapshot() == nil)
    }

    @Test func oneSnapshotIsSavedAtATime() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        let first = Task {
            // Long enough for the other one, which comes meanwhile.
            try await journal.save(RecordsInBetween(records: records(1...20)) { usleep(50_000) }, at: 20)
        }
        while await !journal.isSavingSnapshot { await Task.yield() }
        await #expect(throws: JournalError.invalidSnapshot(because: "another one is being saved")) {
            try await journal.save(records(1...1), at: 19)
        }
        try await first.value
        #expect(try await journal.latestSnapshot()?.sequence == 20)
    }
}

/// Records before each of which something else happens.
private struct RecordsInBetween: Sequence, Sendable {
    let records: [JournalRecord]
    let meanwhile: @Sendable () -> Void

    func makeIterator() -> AnyIterator<JournalRecord> {
        var rest = records[...]
        return AnyIterator {
            guard let record = rest.popFirst() else { return nil }
            meanwhile()
            return record
        }
    }
}
