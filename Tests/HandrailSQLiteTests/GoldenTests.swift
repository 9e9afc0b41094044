import Foundation
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// Journals that earlier versions wrote: they open, verify and go on for ever. One for each schema.
struct GoldenTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")

    private func golden(_ version: Int) throws -> StateDirectory {
        let directory = try StateDirectory()
        let file = Self.folder.appending(path: "journal-\(version).sqlite")
        try FileManager.default.copyItem(at: file, to: URL(filePath: directory.journal))
        return directory
    }

    private func exported(_ version: Int) throws -> [Checkpoint] {
        let file = Self.folder.appending(path: "journal-\(version).checkpoints")
        return try String(contentsOf: file, encoding: .utf8).split(separator: "\n").compactMap {
            Checkpoint(String($0))
        }
    }

    private static let written = (1...60).map { number in
        JournalRecord(
            at: Timestamp(milliseconds: 1_700_000_000_000 + Int64(number) * 250), kind: "golden.entry-\(number % 4)",
            payload: Array(#"{"number":\#(number),"text":"h\u00e9ld ✓"}"#.utf8))
    }
    private static let trimmedAt = Timestamp(milliseconds: 1_700_000_100_000)
    private static let snapshots = [35, 55].map { JournalSnapshot(sequence: Int64($0), records: Array(written[..<3])) }

    @Test(arguments: [1, 2, 3])
    func anEarlierJournalOpensVerifiesAndGoesOn(version: Int) async throws {
        let directory = try golden(version)
        let key = try VerifyingKey(contentsOf: Self.folder.appending(path: "journal-\(version).pem").path)
        let exported = try exported(version)
        #expect(exported.map(\.sequence) == [30, 40, 50, 60, 61])
        let report = try await directory.audit(keys: [key], exported: exported)
        #expect(report.isIntact, "\(report.firstBad.map { "\($0)" } ?? "")")
        #expect(report.removedThrough == 30 && report.entries == 31 && report.signedCheckpoints == 5)
        #expect(report.comparedExports == 5 && report.coveredThrough == 61 && report.damagedSnapshots == [])

        let journal = try directory.open(checkpointInterval: 10)
        let entries = try await journal.entries(after: 30, limit: 100)
        #expect(entries.prefix(30).map(\.record) == Array(Self.written[30...]))
        #expect(entries.last?.record.kind == TrimRecord.kind && entries.last?.record.at == Self.trimmedAt)
        #expect(try await journal.latestSnapshot() == Self.snapshots[1])
        #expect(try await journal.append(records(1...3)) == 64)
        try await journal.close()
        #expect(try await directory.audit(keys: [key], exported: exported).entries == 34)
    }

    /// How the newest of them was made. A file that is there is never made anew: `HANDRAIL_MAKE_GOLDEN=1 swift test --filter
    /// GoldenTests` once, when the schema has a new version.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["HANDRAIL_MAKE_GOLDEN"] != nil))
    func makeTheNewestGoldenJournal() async throws {
        let name = "journal-\(JournalSchema.latest)"
        let file = Self.folder.appending(path: "\(name).sqlite")
        try #require(!FileManager.default.fileExists(atPath: file.path))
        let key = SigningKey.generate()
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 10, key: key)
        for record in Self.written { _ = try await journal.append([record]) }
        for snapshot in Self.snapshots { try await journal.save(snapshot) }
        #expect(try await journal.trim(through: 39, at: Self.trimmedAt) == 30)
        try await journal.close()
        let lines = try await directory.checkpoints().map { "\($0)\n" }.joined()
        try Data(lines.utf8).write(to: Self.folder.appending(path: "\(name).checkpoints"))
        try key.verifyingKey.write(to: Self.folder.appending(path: "\(name).pem").path)
        try FileManager.default.copyItem(at: URL(filePath: directory.journal), to: file)
    }
}
