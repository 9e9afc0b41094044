internal import Dispatch
internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailSQLite
internal import Synchronization

/// The journal: how fast entries become durable, and how fast a whole one is verified. What is counted are entries.
extension Section {
    static let journal = [
        appends(perCall: 1, callers: 1, entries: 5_000),
        appends(perCall: 10, callers: 1, entries: 50_000),
        appends(perCall: 100, callers: 1, entries: 100_000),
        appends(perCall: 1_000, callers: 1, entries: 200_000),
        appends(perCall: 1, callers: 64, entries: 64_000),
        verify(entries: 100_000),
    ]

    private static func appends(perCall: Int, callers: Int, entries: Int) -> Section {
        Section(name: "journal-append-\(perCall)" + (callers > 1 ? "-by-\(callers)" : "")) { recording in
            let directory = try temporaryDirectory(beside: recording)
            let journal = try SQLiteJournal(directory: directory)
            let records = records(perCall)
            return {
                defer { remove(directory) }
                return try wait {
                    try await withThrowingTaskGroup(of: Void.self) { group in
                        for _ in 0..<callers {
                            group.addTask {
                                for _ in 0..<entries / perCall / callers { _ = try await journal.append(records) }
                            }
                        }
                        try await group.waitForAll()
                    }
                    return Int(try await journal.lastSequence())
                }
            }
        }
    }

    private static func verify(entries: Int) -> Section {
        Section(name: "journal-verify") { recording in
            let directory = try temporaryDirectory(beside: recording)
            _ = try wait {
                let journal = try SQLiteJournal(directory: directory)
                for _ in 0..<entries / 1000 { _ = try await journal.append(records(1000)) }
                try await journal.close()
                return entries
            }
            return {
                defer { remove(directory) }
                let report = Mutex<AuditReport?>(nil)
                _ = try wait {
                    let found = try await JournalAudit(directory: directory).report()
                    report.withLock { $0 = found }
                    return found.entries
                }
                guard let report = report.withLock({ $0 }), report.isIntact else {
                    throw BenchError("the journal that was just written does not verify")
                }
                return report.entries
            }
        }
    }

    /// Payloads of 240 bytes, as a run's transitions have.
    private static func records(_ count: Int) -> [JournalRecord] {
        (0..<count).map { number in
            let text = #"{"event":"stepSucceeded","run":\#(number),"#
            let payload = Array(text.utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 240 - text.utf8.count)
            return JournalRecord(at: Timestamp(milliseconds: Int64(number)), kind: "run.advanced", payload: payload)
        }
    }

    /// On the disk that the recording is on, so that a flush is a real one.
    private static func temporaryDirectory(beside recording: String) throws -> String {
        let path = "\(recording).\(getpid()).journal"
        guard mkdir(path, 0o700) == 0 else { throw BenchError("could not make a folder for a journal") }
        return path
    }

    private static func remove(_ directory: String) {
        for suffix in ["", "-wal", "-shm"] { unlink("\(directory)/journal.sqlite\(suffix)") }
        rmdir(directory)
    }

    /// The main thread waits; the work is done by the others.
    static func wait<Value: Sendable>(for work: @escaping @Sendable () async throws -> Value) throws -> Value {
        let done = DispatchSemaphore(value: 0)
        let result = Mutex<Result<Value, any Error>?>(nil)
        Task.detached {
            do {
                let value = try await work()
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            done.signal()
        }
        done.wait()
        guard let result = result.withLock({ $0 }) else { throw BenchError("the work ended without a result") }
        return try result.get()
    }
}
