import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Synchronization
import Testing

@testable import HandrailSQLite

/// The write-ahead log is moved into the file beside the commits, and stays bounded.
struct LogMoverTests {
    private func size(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    @Test func whatIsInALongLogIsMovedWithoutAnybodyClosingTheJournal() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        for number in 1...80 { _ = try await journal.append([record(number, payloadBytes: 100_000)]) }
        // 8 MB were committed, so the log was due at least once; it is moved at any time after.
        for _ in 0..<500 where size(directory.journal) < 4_000_000 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(size(directory.journal) >= 4_000_000)
        try await journal.close()
        #expect(try await directory.audit().entries == 80)
    }

    /// Small commits have pages, too.
    @Test func manySmallCommitsMakeTheLogLong() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        for number in 1...1500 { _ = try await journal.append([record(number)]) }
        for _ in 0..<500 where size(directory.journal) < 100_000 { try await Task.sleep(for: .milliseconds(20)) }
        #expect(size(directory.journal) >= 100_000)
    }

    /// Were the log never moved beside the commits, it would still not grow for ever.
    @Test func theLogIsBounded() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        await journal.writer.mover.stop()
        for number in 1...30 {
            _ = try await journal.append((1...4).map { record(number * 4 + $0, payloadBytes: 1_000_000) })
        }
        #expect(size(directory.journal + "-wal") < 100 << 20)
        #expect(size(directory.journal) > 50 << 20)
    }

    /// Holds the first that comes once it is shut.
    private final class Gate: Sendable {
        let isShut = Atomic(false)
        let release = DispatchSemaphore(value: 0)

        func pass() {
            if isShut.exchange(false, ordering: .relaxed) { release.wait() }
        }
    }

    /// Also where somebody commits all the time: what came meanwhile is moved as well.
    @Test func theLogStartsAnew() async throws {
        let directory = try StateDirectory()
        let gate = Gate()
        var options = SQLiteJournal.Options()
        options.onStage = { if $0 == .insertedBeforeCommit { gate.pass() } }
        let journal = try SQLiteJournal(directory: directory.path, options: options)
        // Too little to be moved by itself.
        _ = try await journal.append([record(1, payloadBytes: 400_000)])
        let mover = await journal.writer.mover
        gate.isShut.store(true, ordering: .relaxed)
        async let other = journal.append([record(2, payloadBytes: 400_000)])
        while gate.isShut.load(ordering: .relaxed) { try await Task.sleep(for: .milliseconds(5)) }
        async let moved: Void = mover.move(restarting: true)
        try await Task.sleep(for: .milliseconds(200))
        gate.release.signal()
        _ = try await (other, moved)
        #expect(mover.pageCount > 200)
        _ = try await journal.append([record(3)])
        #expect(mover.pageCount < 20)
    }

    /// Whoever may only read needs the log's files.
    @Test func theLogStaysWhereAJournalIsDroppedWithoutBeingClosed() async throws {
        let directory = try await StateDirectory.filled(10)
        do { withExtendedLifetime(try directory.open()) {} }
        for suffix in ["-wal", "-shm"] {
            #expect(FileManager.default.fileExists(atPath: directory.journal + suffix), "\(suffix)")
        }
    }
}
