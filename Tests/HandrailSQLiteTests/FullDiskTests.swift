import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

struct FullDiskTests {
    private static func limitPages(of journal: SQLiteJournal, to pages: Int) async throws {
        try await journal.writer.queue.writeWithoutTransaction {
            _ = try Int.fetchOne($0, sql: "PRAGMA max_page_count = \(pages)")
        }
    }

    @Test func aFullDiskFailsTheCallAsAWholeAndTheJournalGoesOnAfterwards() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 10)
        _ = try await journal.append(records(1...10))
        try await Self.limitPages(of: journal, to: 40)
        await #expect(throws: JournalError.diskFull) {
            try await journal.append((11...200).map { record($0, payloadBytes: 2000) })
        }
        #expect(try await journal.lastSequence() == 10)
        // What fits still gets in.
        #expect(try await journal.append(records(11...11)) == 11)
        try await Self.limitPages(of: journal, to: 100_000)
        #expect(try await journal.append((12...200).map { record($0, payloadBytes: 2000) }) == 200)
        #expect(try await directory.audit().isIntact)
    }

    /// One caller asks for too much; those who share its commit get what they asked for.
    @Test func aCallThatDoesNotFitFailsNoOther() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 10)
        _ = try await journal.append(records(1...1))
        try await Self.limitPages(of: journal, to: 60)
        let outcomes = await withTaskGroup(of: Result<Int64, JournalError>.self) { group in
            for number in 0..<16 {
                group.addTask {
                    let bytes = number == 7 ? 1 << 20 : 100
                    do {
                        return .success(try await journal.append([record(number, payloadBytes: bytes)]))
                    } catch {
                        return .failure(error as? JournalError ?? .closed)
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == .failure(.diskFull) }.count == 1)
        #expect(Set(outcomes.compactMap { try? $0.get() }) == Set(2...16))
        #expect(try await directory.audit().entries == 16)
    }

    /// The kernel refuses to let the files grow.
    @Test func aLimitOfTheKernelsIsAnErrorAndNoEnd() async throws {
        await #expect(processExitsWith: .success) {
            signal(SIGXFSZ, SIG_IGN)
            let directory = try StateDirectory()
            let journal = try directory.open(checkpointInterval: 10)
            _ = try await journal.append(records(1...10))
            var limit = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            let hard = limit.rlim_max
            limit.rlim_cur = 200_000
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            var last: Int64 = 10
            var failure: (any Error)?
            while failure == nil, last < 1000 {
                do {
                    last = try await journal.append([record(Int(last) + 1, payloadBytes: 20_000)])
                } catch { failure = error }
            }
            guard failure is JournalError, last > 10, last < 100 else { exit(2) }
            guard try await journal.lastSequence() == last else { exit(3) }
            limit.rlim_cur = hard
            setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
            guard try await journal.append(records(1...3)) == last + 3 else { exit(4) }
            try await journal.close()
            let report = try await directory.audit()
            guard report.isIntact, report.lastSequence == last + 3 else { exit(5) }
        }
    }

    /// A disk that is really full: `mount -t tmpfs -o size=2m none DIR`, and `HANDRAIL_SMALL_DISK=DIR`.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["HANDRAIL_SMALL_DISK"] != nil))
    func theJournalGoesOnWhenAFullDiskHasSpaceAgain() async throws {
        let path = try #require(ProcessInfo.processInfo.environment["HANDRAIL_SMALL_DISK"]) + "/\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: path) }
        let journal = try SQLiteJournal(directory: path)
        _ = try await journal.append(records(1...10))
        let filler = path + "/filler"
        #expect(FileManager.default.createFile(atPath: filler, contents: Data(count: 1_000_000)))
        var last: Int64 = 10
        await #expect(throws: JournalError.diskFull) {
            while last < 10_000 { last = try await journal.append([record(Int(last) + 1, payloadBytes: 20_000)]) }
        }
        #expect(last > 10 && last < 100)
        #expect(try await journal.lastSequence() == last)
        try FileManager.default.removeItem(atPath: filler)
        #expect(try await journal.append(records(1...3)) == last + 3)
        #expect(try await JournalAudit(directory: path).report().isIntact)
        try await journal.close()
    }

    /// Root may write to anything.
    @Test(.enabled(if: geteuid() != 0)) func aJournalThatMayNotBeWrittenToSaysSo() async throws {
        let directory = try await StateDirectory.filled(5)
        chmod(directory.journal, 0o400)
        #expect(throws: JournalError.readOnly) { try directory.open() }
        chmod(directory.journal, 0o600)
    }

    @Test func aMissingDirectoryIsAnError() {
        #expect(throws: JournalError.self) { try SQLiteJournal(directory: "/nonexistent/handrail") }
        #expect(throws: JournalError.self) { try JournalReader(directory: "/nonexistent/handrail") }
    }

    @Test func errorsAreOneSentence() {
        let errors: [JournalError] = [
            .notAJournal(path: "p", because: "r"), .newerSchema(path: "p", found: 2, known: 1), .diskFull, .readOnly,
            .busy,
            .moved(path: "p"), .damaged(sequence: 1, because: "r"), .damaged(sequence: nil, because: "r"),
            .removed(through: 1), .tooLarge(what: "w", bytes: 2, limitBytes: 1), .invalidKind("k"),
            .invalidKey(path: "p", because: "r"), .invalidSnapshot(because: "r"), .closed, .failed("r"),
        ]
        for error in errors {
            let text = error.description
            #expect(!text.contains("\n") && !text.hasSuffix(".") && text.count > 10)
            #expect(!text.contains("JournalError") && text.first?.isUppercase == false)
        }
    }
}
