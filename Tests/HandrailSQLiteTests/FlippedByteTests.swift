import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// Single bytes, all of them.
struct FlippedByteTests {
    private static let seed: UInt64 = 20_261_125

    /// A small journal with something in every table.
    private func sample() async throws -> StateDirectory {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 3, key: .generate())
        for number in 1...7 { _ = try await journal.append([record(number)]) }
        try await journal.save(JournalSnapshot(sequence: 4, records: records(1...2)))
        try await journal.save(JournalSnapshot(sequence: 6, records: records(1...2)))
        #expect(try await journal.trim(through: 5, at: record(10).at) == 3)
        try await journal.close()
        #expect(try await directory.audit().isIntact)
        return directory
    }

    /// Each byte of each column of each row of each table.
    @Test func aFlippedByteInAnyColumnIsFound() async throws {
        var random = SeededGenerator(state: Self.seed)
        let directory = try await sample()
        let queue = try DatabaseQueue(path: directory.journal)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = OFF") }
        var flips = 0
        for (table, keys) in [
            ("journal", ["one"]), ("migration", ["version"]), ("entry", ["sequence"]), ("checkpoint", ["sequence"]),
            ("retention", ["removed_through"]), ("snapshot", ["sequence"]), ("snapshot_part", ["snapshot", "number"]),
        ] {
            for row in try queue.read({ try Row.fetchAll($0, sql: "SELECT * FROM \(table)") }) {
                for (column, value) in row {
                    let names = keys.map { "\($0) = \(row[$0] as Int64)" }
                    let place = "\(table) \(names).\(column)"
                    for flipped in Self.flips(of: value, &random) {
                        guard try await set(column, of: table, where: names, to: flipped, queue) else { continue }
                        flips += 1
                        let found = await isFound(directory)
                        #expect(found, "\(place): \(value) became \(flipped)")
                        let others = names.filter { !$0.hasPrefix("\(column) = ") }
                        let moved = keys.contains(column) ? others + ["\(column) = \(flipped)"] : names
                        #expect(try await set(column, of: table, where: moved, to: value, queue))
                    }
                }
            }
        }
        #expect(flips > 800)
        #expect(try await directory.audit().isIntact, "all flips were taken back")
    }

    /// - Returns: false where SQLite itself refuses the value.
    private func set(
        _ column: String, of table: String, where conditions: [String], to value: DatabaseValue, _ queue: DatabaseQueue
    ) async throws -> Bool {
        do {
            try await queue.write { database in
                try database.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(conditions.joined(separator: " AND "))",
                    arguments: [value])
            }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
            return false
        }
    }

    private static func flips(of value: DatabaseValue, _ random: inout SeededGenerator) -> [DatabaseValue] {
        func flipped(_ bytes: [UInt8]) -> [[UInt8]] {
            bytes.indices.map { index in
                var bytes = bytes
                bytes[index] ^= UInt8.random(in: 1...255, using: &random)
                return bytes
            }
        }
        switch value.storage {
        case .blob(let data): return flipped(Array(data)).map { Data($0).databaseValue }
        case .string(let text):
            // Seven bits, so that it stays UTF-8.
            return text.utf8.indices.map { index in
                var bytes = Array(text.utf8)
                bytes[text.utf8.distance(from: text.utf8.startIndex, to: index)] ^= 1
                return String(decoding: bytes, as: UTF8.self).databaseValue
            }
        case .int64(let number):
            return (0..<8).map { (number ^ Int64(UInt8.random(in: 1...255, using: &random)) << ($0 * 8)).databaseValue }
        case .null, .double: return []
        }
    }

    private func isFound(_ directory: StateDirectory) async -> Bool {
        guard let report = try? await directory.audit() else { return true }
        return !Self.isGood(report)
    }

    private static func isGood(_ report: AuditReport) -> Bool { report.isIntact && report.damagedSnapshots.isEmpty }

    /// Each byte of the file: it is found, or it was none that means anything (space that is not used, counters of SQLite's).
    @Test func aFlippedByteOfTheFileIsFoundOrMeansNothing() async throws {
        let directory = try await sample()
        try shrinkPages(of: directory)
        let original = try Data(contentsOf: URL(filePath: directory.journal))
        let content = try await Content(JournalReader(directory: directory.path))
        let workers = 2
        let found = try await withThrowingTaskGroup(of: Int.self) { group in
            for worker in 0..<workers {
                group.addTask {
                    let offsets = stride(from: worker, to: original.count, by: workers)
                    return try await countFound(flipping: offsets, of: original, content)
                }
            }
            return try await group.reduce(0, +)
        }
        // The columns alone are more than this.
        #expect(found > 1000, "\(found) of \(original.count)")
    }

    private func countFound(flipping offsets: StrideTo<Int>, of original: Data, _ content: Content) async throws -> Int
    {
        let copy = try StateDirectory()
        var found = 0
        for offset in offsets {
            var random = SeededGenerator(state: Self.seed &+ UInt64(offset))
            var bytes = original
            bytes[offset] ^= UInt8.random(in: 1...255, using: &random)
            for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy.journal + suffix) }
            try bytes.write(to: URL(filePath: copy.journal))
            guard let reader = try? JournalReader(directory: copy.path), let report = try? await reader.audit() else {
                found += 1
                continue
            }
            if Self.isGood(report) {
                #expect(try await Content(reader) == content, "byte \(offset) of \(original.count)")
            } else {
                found += 1
                await expectNothingFalse(reader, content, offset)
            }
        }
        return found
    }

    /// A reader may fail on a damaged file, or miss its end, but what it gives out is what was appended.
    private func expectNothingFalse(_ reader: JournalReader, _ content: Content, _ offset: Int) async {
        for after in [Int64(3), 7] {
            guard let entries = try? await reader.entries(after: after, limit: 4) else { continue }
            let expected = content.entries.filter { $0.sequence > after }.prefix(entries.count)
            #expect(entries == Array(expected), "byte \(offset)")
        }
        _ = try? await reader.latestSnapshot()
    }

    /// All that a journal says.
    private struct Content: Equatable, Sendable {
        let entries: [JournalEntry]
        let checkpoints: [Checkpoint]
        let snapshot: JournalSnapshot?

        init(_ reader: JournalReader) async throws {
            entries = try await reader.entries(after: 3, limit: 100)
            checkpoints = try await reader.checkpoints()
            snapshot = try await reader.latestSnapshot()
        }
    }

    /// To 512 bytes, so that the file is small enough to try all of it.
    private func shrinkPages(of directory: StateDirectory) throws {
        let queue = try DatabaseQueue(path: directory.journal)
        try queue.writeWithoutTransaction { database in
            for sql in ["journal_mode = DELETE", "page_size = 512"] { try database.execute(sql: "PRAGMA \(sql)") }
            try database.execute(sql: "VACUUM")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
        }
        try queue.close()
        #expect(try Data(contentsOf: URL(filePath: directory.journal)).count < 16_384)
    }
}
