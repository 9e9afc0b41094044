import Foundation
import HandrailCore
import HandrailEngine
import Synchronization
import Testing

@testable import HandrailSQLite

struct ConcurrencyTests {
    /// Each caller's own entries are in its order, each call's entries are together, and nothing is lost or doubled.
    @Test func concurrentCallsKeepTheirOrderAndStayWhole() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 50)
        let callers = 32
        let calls = 20
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<callers {
                group.addTask {
                    for call in 0..<calls {
                        let records = (0...call % 3).map { mark(caller: caller, call: call, part: $0) }
                        _ = try await journal.append(records)
                    }
                }
            }
            try await group.waitForAll()
        }
        let entries = try await journal.entries(after: 0, limit: 100_000)
        for caller in 0..<callers {
            let own = entries.filter { $0.record.kind == "caller-\(caller)" }
            let expected = (0..<calls).flatMap { call in
                (0...call % 3).map { mark(caller: caller, call: call, part: $0) }
            }
            #expect(own.map(\.record) == expected)
            for (left, right) in zip(own, own.dropFirst()) where right.record.payload[1] > 0 {
                #expect(right.sequence == left.sequence + 1)
            }
        }
        try await journal.close()
        let report = try await directory.audit()
        #expect(report.isIntact && report.entries == entries.count && report.uncoveredEntries == 0)
    }

    private func mark(caller: Int, call: Int, part: Int) -> JournalRecord {
        JournalRecord(
            at: Timestamp(milliseconds: Int64(call)), kind: "caller-\(caller)", payload: [UInt8(call), UInt8(part)])
    }

    /// While the first commit is held up, the other calls gather, and the next transaction takes them all.
    @Test func callsThatArriveDuringACommitShareTheNext() async throws {
        let directory = try StateDirectory()
        let gate = DispatchSemaphore(value: 0)
        let commits = Mutex(0)
        var options = SQLiteJournal.Options()
        options.onStage = { stage in
            switch stage {
            case .beforeTransaction: if commits.withLock({ $0 }) == 0 { gate.wait() }
            case .insertedBeforeCommit: break
            case .committed: commits.withLock { $0 += 1 }
            }
        }
        let journal = try SQLiteJournal(directory: directory.path, options: options)
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for number in 1...64 { group.addTask { try await journal.append([record(number)]) } }
            while await journal.waitingCallCount < 63 { await Task.yield() }
            gate.signal()
            var sequences: Set<Int64> = []
            for try await sequence in group { sequences.insert(sequence) }
            #expect(sequences == Set(1...64))
        }
        #expect(commits.withLock { $0 } == 2)
    }

    /// An approval from another process: two writers, and readers that follow.
    @Test func twoWritersShareOneChainAndAReaderFollows() async throws {
        let directory = try StateDirectory()
        let engine = try directory.open(checkpointInterval: 10)
        let other = try directory.open(checkpointInterval: nil)
        let reader = try JournalReader(directory: directory.path)
        async let mine: Void = append(50, to: engine)
        async let theirs: Void = append(50, to: other)
        var seen: [JournalEntry] = []
        while seen.count < 100 { seen += try await reader.entries(after: Int64(seen.count), limit: 7) }
        _ = try await (mine, theirs)
        #expect(try await reader.lastSequence() == 100)
        #expect(seen == (try await engine.entries(after: 0, limit: 200)))
        #expect(try await directory.audit().isIntact)
    }

    private func append(_ count: Int, to journal: SQLiteJournal) async throws {
        for number in 1...count { _ = try await journal.append([record(number)]) }
    }

    @Test func anAuditDuringWritesSeesAWholeJournal() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 5)
        async let writing: Void = append(200, to: journal)
        var last = 0
        while last < 200 {
            let report = try await directory.audit()
            #expect(report.isIntact, "\(report.firstBad.map { "\($0)" } ?? "")")
            #expect(report.entries >= last)
            last = report.entries
        }
        try await writing
    }
}
