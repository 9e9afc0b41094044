import Foundation
import HandrailCore
import HandrailEngine
import Synchronization
import Testing

@testable import HandrailSQLite

/// Processes that are killed in the midst of appending, and files whose end never reached the disk.
struct CrashTests {
    /// What the child says of itself in a file, since it is killed: each acknowledged sequence with the mark of its record.
    private struct Acknowledged {
        let sequence: Int64
        let mark: Int64

        static func all(in directory: StateDirectory) throws -> [Acknowledged] {
            let data = (try? Data(contentsOf: URL(filePath: directory.path + "/acknowledged"))) ?? Data()
            return stride(from: 0, to: data.count / 16 * 16, by: 16).map { offset in
                let words = [0, 8].map { shift in
                    data[offset + shift..<offset + shift + 8].reduce(Int64(0)) { $0 << 8 | Int64($1) }
                }
                return Acknowledged(sequence: words[0], mark: words[1])
            }
        }
    }

    private static func mark(_ number: Int64) -> JournalRecord {
        var payload: [UInt8] = []
        payload.append(bigEndian: number)
        return JournalRecord(
            at: Timestamp(milliseconds: number), kind: "mark", payload: payload + [UInt8](repeating: 1, count: 300))
    }

    /// Appends from many tasks until it is killed.
    static func appendUntilKilled(in directory: String, seed: UInt64) async throws -> Never {
        var random = SeededGenerator(state: seed)
        let delay = UInt32.random(in: 0...60_000, using: &random)
        var options = SQLiteJournal.Options()
        options.checkpointInterval = 7
        let journal = try SQLiteJournal(directory: directory, options: options)
        let log = Foundation.open(directory + "/acknowledged", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let first = try await journal.lastSequence()
        Thread.detachNewThread {
            usleep(delay)
            kill(getpid(), SIGKILL)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in Int64(0)..<8 {
                group.addTask {
                    for call in Int64(0)... {
                        let number = (first << 32) + (task << 24) + call * 3
                        let records = (0...call % 3).map { Self.mark(number + $0) }
                        let sequence = try await journal.append(records)
                        var line: [UInt8] = []
                        line.append(bigEndian: sequence)
                        line.append(bigEndian: number + call % 3)
                        write(log, line, line.count)
                    }
                }
            }
            try await group.waitForAll()
        }
        fatalError("it is killed before")
    }

    @Test func whatWasAcknowledgedSurvivesBeingKilledAtAnyMoment() async throws {
        let directory = try StateDirectory()
        for seed in UInt64(1)...12 {
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = directory.path as String, seed = seed as UInt64] in
                try await CrashTests.appendUntilKilled(in: path, seed: seed)
            }
            let entries = try await JournalReader(directory: directory.path).entries(after: 0, limit: .max)
            let marks = entries.map { $0.record.payload.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) } }
            for acknowledged in try Acknowledged.all(in: directory) {
                let isThere =
                    marks.indices.contains(Int(acknowledged.sequence) - 1)
                    && marks[Int(acknowledged.sequence) - 1] == acknowledged.mark
                #expect(isThere, "seed \(seed): entry \(acknowledged.sequence)")
            }
            #expect(Set(marks).count == marks.count, "seed \(seed): nothing twice")
            let report = try await directory.audit()
            #expect(report.isIntact && report.entries == entries.count, "seed \(seed)")
        }
        // How many depends on how busy the machine is.
        #expect(try !Acknowledged.all(in: directory).isEmpty)
    }

    /// Killed at a given place of the third transaction.
    static func appendUntil(_ stage: String, in directory: String) async throws {
        let transactions = Mutex(0)
        var options = SQLiteJournal.Options()
        options.onStage = { reached in
            if reached == .beforeTransaction { transactions.withLock { $0 += 1 } }
            if "\(reached)" == stage && transactions.withLock({ $0 }) == 3 { kill(getpid(), SIGKILL) }
        }
        let journal = try SQLiteJournal(directory: directory, options: options)
        for number in 1...5 { _ = try await journal.append(records(number * 2 - 1...number * 2)) }
    }

    @Test(arguments: SQLiteJournal.Stage.allCases)
    func aTransactionThatIsKilledIsThereAsAWholeOrNotAtAll(stage: SQLiteJournal.Stage) async throws {
        let directory = try StateDirectory()
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = directory.path as String, stage = "\(stage)" as String] in
            try await CrashTests.appendUntil(stage, in: path)
        }
        let journal = try directory.open()
        #expect(try await journal.lastSequence() == (stage == .committed ? 6 : 4))
        _ = try await journal.append(records(7...8))
        #expect(try await directory.audit().isIntact)
    }

    /// A loss of power: the end of the write-ahead log is not on the disk, or is not what was written.
    @Test func aTornLogLosesItsEndAndNothingBeforeIt() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: nil)
        var sizes: [Int: Int64] = [:]
        for number in 1...12 {
            let last = try await journal.append(records(number * 3 - 2...number * 3))
            sizes[try Data(contentsOf: URL(filePath: directory.journal + "-wal")).count] = last
        }
        let all = try await journal.entries(after: 0, limit: 100)
        let log = try Data(contentsOf: URL(filePath: directory.journal + "-wal"))
        var random = SeededGenerator(state: 11)
        for round in 0..<60 {
            let torn = try StateDirectory()
            try FileManager.default.copyItem(atPath: directory.journal, toPath: torn.journal)
            let cut = Int.random(in: 0...log.count, using: &random)
            var bytes = log.prefix(cut)
            // Every other time the rest is there, but as garbage.
            if round % 2 == 0 { bytes += (cut..<log.count).map { _ in UInt8.random(in: 0...255, using: &random) } }
            try bytes.write(to: URL(filePath: torn.journal + "-wal"))
            let whole = sizes.filter { $0.key <= cut }.values.max() ?? 0
            let again = try torn.open(checkpointInterval: nil)
            let kept = try await again.entries(after: 0, limit: 100)
            #expect(kept == Array(all.prefix(kept.count)) && kept.count >= Int(whole), "cut at \(cut)")
            #expect(kept.count % 3 == 0, "cut at \(cut): a call is whole or not there")
            _ = try await again.append(records(1...1))
            #expect(try await torn.audit().isIntact)
        }
        _ = journal
    }
}
