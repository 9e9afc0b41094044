import Crypto
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

    /// Alerts resemble each other. What does not is hardly larger for it.
    @Test func aPartIsSmallWhereItCanBe() throws {
        let alike = Array(String(repeating: #"{"alertname":"A","instance":"10.0.0.1:9100"}"#, count: 5000).utf8)
        var random = SeededGenerator(state: 5)
        let noise = [1, 100, SnapshotPart.bytes].map { count in
            (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        for content in noise + [alike] {
            let part = try SnapshotPart(content)
            #expect(part.withStored { $0.withContent { Array($0) } } == content && part.inflatedBytes == content.count)
            #expect(part.stored.count < content.count + content.count / 1000 + 64)
        }
        #expect(try SnapshotPart(alike).stored.count < alike.count / 20)
    }

    /// A few bytes that become many are no part, however many they say.
    @Test func aPartThatWouldBeTooLargeIsNone() throws {
        let bomb = try SnapshotPart([UInt8](repeating: 0, count: 2 << 20))
        #expect(bomb.stored.count < 10_000)
        for bytes in [0, -1, 1000, 2 << 20, .max] {
            let hasContent = bomb.stored.withUnsafeBytes {
                StoredPart(bytes: $0, inflatedBytes: bytes).withContent { _ in true }
            }
            #expect(hasContent == nil, "\(bytes)")
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

    /// What was sealed and cannot be read is not folded as far as it goes: the one before it is.
    @Test func nothingIsFoldedOfASnapshotThatCannotBeReadToItsEnd() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(records(1...3), at: 10)
        let content = SnapshotContent.encode(records(4...9))
        for broken in [Array(content.dropLast()), content + [0], [UInt8](repeating: 255, count: 100)] {
            try await journal.writer.transaction { try $0.forge([broken], at: 20) }
            #expect(try await journal.latestSnapshot() == JournalSnapshot(sequence: 10, records: records(1...3)))
            #expect(try await directory.audit().damagedSnapshots == [20])
        }
        try await journal.writer.transaction { try $0.forge([content], at: 20) }
        #expect(try await journal.latestSnapshot()?.records == records(4...9), "what was forged is read otherwise")
    }

    /// What lies in two ways in one snapshot could mean two things.
    @Test func aSnapshotIsStoredInOneWay() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        let content = SnapshotContent.encode(records(1...9))
        for version in [SnapshotHash.Version.content, .deflated] {
            try await journal.writer.transaction { table in
                try table.forge([content], at: 20)
                var function = SHA256()
                let stored = try SnapshotPart(content).stored
                var numbers: [UInt8] = []
                numbers.append(bigEndian: Int64(content.count))
                numbers.append(bigEndian: Int64(stored.count))
                function.update(data: numbers + stored + content)
                try table.insertPart(content, number: 1, ofSnapshot: 20)
                try table.reseal(20, SnapshotHash.Digest(version: version, bytes: Array(function.finalize())))
            }
            #expect(try await journal.latestSnapshot() == nil)
        }
    }

    /// A record of a hundred megabytes comes in hundreds of parts, and none is copied for each of them.
    @Test func aLongRecordIsReadWhereverItsPartsEnd() {
        let records = [record(1), record(2, payloadBytes: 3_000_000), record(3)]
        let content = SnapshotContent.encode(records)
        for piece in [1 << 18, 4096, 999] { #expect(SnapshotContent.decode(content, piece: piece) == records) }
        #expect(SnapshotContent.decode(content.dropLast(), piece: 4096) == nil)
    }

    /// Nothing is written that would not be read.
    @Test func aRecordThatIsTooLongIsRefused() async throws {
        let directory = try await StateDirectory.filled(10)
        let journal = try directory.open()
        let long = [record(1), record(2, payloadBytes: JournalLimits.snapshotRecordBytes + 1)]
        await #expect(throws: JournalError.self) { try await journal.save(long, at: 10) }
        #expect(try await journal.latestSnapshot() == nil && parts(of: directory).isEmpty)
    }

    /// Whoever stops has a newer one to save.
    @Test func aSnapshotCanBeGivenUp() async throws {
        let directory = try await StateDirectory.filled(10)
        let journal = try directory.open()
        let saving = Task {
            try await journal.save(RecordsInBetween(records: Self.large) { usleep(20_000) }, at: 10)
        }
        while try parts(of: directory).isEmpty { try await Task.sleep(for: .milliseconds(5)) }
        saving.cancel()
        await #expect(throws: CancellationError.self) { try await saving.value }
        #expect(try await journal.latestSnapshot() == nil)
        try await journal.save(Self.large, at: 10)
        #expect(try await journal.latestSnapshot()?.records == Self.large)
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

extension JournalTable {
    /// A snapshot of these parts, whatever they hold, sealed as it has to be.
    fileprivate func forge(_ parts: [[UInt8]], at sequence: Int64) throws {
        for (table, column) in [("snapshot", "sequence"), ("snapshot_part", "snapshot")] {
            try database.execute(sql: "DELETE FROM \(table) WHERE \(column) = \(sequence)")
        }
        var hash = SnapshotHash()
        for (number, content) in parts.enumerated() {
            let part = try SnapshotPart(content)
            #expect(part.withStored { hash.take($0) })
            try save(part, number: Int64(number), ofSnapshot: sequence)
        }
        try finishSnapshot(at: sequence, content: hash.digest)
    }

    /// As the first versions stored it.
    fileprivate func insertPart(_ content: [UInt8], number: Int64, ofSnapshot sequence: Int64) throws {
        try database.execute(
            sql: "INSERT INTO snapshot_part (snapshot, number, content) VALUES (?, ?, ?)",
            arguments: [sequence, number, Data(content)])
    }

    fileprivate func reseal(_ sequence: Int64, _ digest: SnapshotHash.Digest) throws {
        let seal = SnapshotSeal.digest(of: digest, at: try #require(try head(at: sequence)), journal: chain.identity)
        try database.execute(
            sql: "UPDATE snapshot SET digest = ? WHERE sequence = ?", arguments: [Data(seal), sequence])
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
