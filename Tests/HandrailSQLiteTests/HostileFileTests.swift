import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// Files that were made to do harm, or are something else. Each is an error or a finding, and never the end of the process.
struct HostileFileTests {
    private func expectRefusal(_ directory: StateDirectory) async {
        await #expect(throws: JournalError.self) { try await directory.audit() }
        #expect(throws: JournalError.self) { try JournalReader(directory: directory.path) }
        #expect(throws: JournalError.self) { try directory.open() }
    }

    private static let otherFiles: [[UInt8]] = [
        Array("not a database at all, just some text".utf8), [UInt8](repeating: 0, count: 4096),
        [UInt8](repeating: 0xFF, count: 10_000), Array("SQLite format 3\0".utf8),
        Array("SQLite format 3\0".utf8) + [UInt8](repeating: 0xFF, count: 5000),
    ]

    @Test(arguments: otherFiles)
    func anotherFileIsRefusedAndLeftAsItIs(bytes: [UInt8]) async throws {
        let directory = try StateDirectory()
        try Data(bytes).write(to: URL(filePath: directory.journal))
        await expectRefusal(directory)
        #expect(try Data(contentsOf: URL(filePath: directory.journal)) == Data(bytes))
    }

    @Test func anotherProgramsDatabaseIsRefusedAndLeftAsItIs() async throws {
        let directory = try StateDirectory()
        try directory.edit("CREATE TABLE entry (sequence INTEGER PRIMARY KEY)")
        let before = try Data(contentsOf: URL(filePath: directory.journal))
        await expectRefusal(directory)
        #expect(try Data(contentsOf: URL(filePath: directory.journal)) == before)
    }

    @Test func aNewerSchemaIsRefused() async throws {
        let directory = try await StateDirectory.filled(5)
        let newer = JournalSchema.latest + 1
        try directory.edit("INSERT INTO migration VALUES (\(newer))")
        let error = JournalError.newerSchema(path: directory.journal, found: newer, known: newer - 1)
        #expect(throws: error) { try directory.open() }
        await expectRefusal(directory)
    }

    /// Views and triggers that would run somebody else's SQL, and schemas that only look like ours.
    @Test(arguments: [
        "CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM entry; END",
        "ALTER TABLE entry RENAME TO e; CREATE VIEW entry AS SELECT * FROM e",
        """
        ALTER TABLE entry RENAME TO e; CREATE VIEW entry (sequence, at, kind, payload, hash) AS
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, i, 'k', x'', x'' FROM n
        """,
        "CREATE INDEX i ON entry (kind)", "CREATE TABLE more (a)", "DROP TABLE snapshot",
        "DROP TABLE snapshot_part", "DELETE FROM migration WHERE version = 2",
        "ALTER TABLE entry ADD COLUMN more TEXT", "DELETE FROM migration", "INSERT INTO migration VALUES (0)",
        "INSERT INTO migration VALUES (-1)", "UPDATE migration SET version = 9223372036854775807 WHERE version = 2",
        "PRAGMA application_id = 0",
    ])
    func aForeignSchemaIsRefused(sql: String) async throws {
        let directory = try await StateDirectory.filled(5)
        try directory.edit(sql)
        await expectRefusal(directory)
    }

    /// Numbers at the ends of their range, where a sum would overflow.
    @Test(arguments: [
        "INSERT INTO checkpoint SELECT 9223372036854775807, at, hash, NULL, NULL, digest FROM checkpoint LIMIT 1",
        "INSERT INTO checkpoint SELECT -9223372036854775808, at, hash, NULL, NULL, digest FROM checkpoint LIMIT 1",
        "INSERT INTO entry SELECT 9223372036854775807, at, kind, payload, hash FROM entry LIMIT 1",
        "INSERT INTO entry SELECT -9223372036854775808, at, kind, payload, hash FROM entry LIMIT 1",
        "INSERT INTO retention VALUES (9223372036854775807, 1)",
        "INSERT INTO retention VALUES (-9223372036854775808, 1)", "INSERT INTO retention VALUES (3, -1)",
        "DELETE FROM journal", "UPDATE journal SET identity = x'00'",
        "UPDATE entry SET kind = CAST(x'ff' AS TEXT) WHERE sequence = 2",
        "UPDATE entry SET kind = CAST(zeroblob(1000000) AS TEXT) WHERE sequence = 2",
        "UPDATE entry SET payload = zeroblob(17000000) WHERE sequence = 2",
        "UPDATE checkpoint SET public_key = x'00', signature = x'00'",
        "UPDATE checkpoint SET public_key = zeroblob(32), signature = zeroblob(64)",
    ])
    func hostileRowsAreFound(sql: String) async throws {
        let directory = try await StateDirectory.filled(5)
        try directory.edit(sql)
        let report = try? await directory.audit()
        #expect(report?.isIntact != true, "\(sql)")
        // Whatever they answer, they do answer.
        guard let journal = try? directory.open() else { return }
        _ = try? await journal.entries(after: 0, limit: 100)
        _ = try? await journal.latestSnapshot()
        _ = try? await journal.append(records(6...6))
        _ = try? await journal.save(JournalSnapshot(sequence: 5, records: []))
        _ = try? await journal.trim(through: .max, at: Timestamp(milliseconds: 0))
        _ = try? await journal.checkpoint()
        _ = try? await journal.close()
        _ = try? await directory.audit()
    }

    /// A number that was chosen so that the chain has no room behind it, with a checkpoint that fits.
    @Test func anAnchorAtTheLastNumberOverflowsNothing() async throws {
        let directory = try await StateDirectory.filled(5)
        let original = try #require(try await directory.checkpoints().last)
        try directory.edit("DELETE FROM entry; DELETE FROM checkpoint; INSERT INTO retention VALUES (\(Int64.max), 1)")
        try directory.replace(
            Checkpoint(journal: original.journal, sequence: .max, at: original.at, hash: original.hash))
        #expect(try await directory.audit().firstBad == .init(sequence: .max, reason: .unprovenRemoval))
        let journal = try directory.open()
        await #expect(throws: JournalError.self) { try await journal.append(records(1...1)) }
    }

    @Test(arguments: 1...200)
    func randomDamageToTheFileIsAnErrorOrAFinding(seed: Int) async throws {
        var random = SeededGenerator(state: UInt64(seed))
        let directory = try await Self.shared.value.copy()
        var bytes = try Data(contentsOf: URL(filePath: directory.journal))
        for _ in 0..<Int.random(in: 1...40, using: &random) {
            bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
        }
        // Swapped pages and a cut end are what a damaged disk makes.
        let pages = (0..<2).map { _ in Int.random(in: 0..<bytes.count / 4096, using: &random) * 4096 }
        let page = bytes[pages[0]..<pages[0] + 4096]
        bytes.replaceSubrange(pages[1]..<pages[1] + 4096, with: page)
        if seed % 3 == 0 { bytes = bytes.prefix(Int.random(in: 0...bytes.count, using: &random)) }
        try bytes.write(to: URL(filePath: directory.journal))
        if let report = try? await directory.audit(), report.isIntact {
            #expect(report.entries == 200 || report.entries == 0, "seed \(seed)")
        }
        guard let journal = try? directory.open() else { return }
        _ = try? await journal.entries(after: 0, limit: 1000)
        _ = try? await journal.append(records(1...3))
        _ = try? await journal.close()
    }

    private static let shared = Task { try await StateDirectory.filled(200) }
}
