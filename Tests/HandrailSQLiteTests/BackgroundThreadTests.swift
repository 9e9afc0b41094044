import Foundation
import Glibc
import Synchronization
import Testing

@testable import HandrailSQLite

struct BackgroundThreadTests {
    /// Of the thread that it is called on.
    private static func own() -> (folder: String, niceness: CInt) {
        let folder = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/thread-self")
        return ("/proc/" + (folder ?? "?"), getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
    }

    /// One thread, and others go before it.
    @Test func itsWorkIsDoneOnOneThreadBehindAllOthers() async throws {
        let before = Self.own().niceness
        let thread = try BackgroundThread(niceness: 10)
        var seen: Set<String> = []
        for _ in 0..<20 {
            let there = await thread.perform { Self.own() }
            seen.insert(there.folder)
            #expect(there.niceness == min(19, before + 10))
        }
        #expect(seen.count == 1)
        #expect(Self.own().niceness == before)
    }

    /// Whatever is begun by a thread inherits its niceness: those who wait for the work must not be woken by the one that did it.
    @Test func whoWaitsForItIsWokenByAThreadLikeAllOthers() async throws {
        let before = Self.own().niceness
        let thread = try BackgroundThread(niceness: 19)
        let watching = WatchingExecutor()
        await Task(executorPreference: watching) {
            for _ in 0..<20 { _ = await thread.perform { usleep(10_000) } }
        }.value
        let seen = watching.niceness.withLock { $0 }
        // Where this one comes late, nobody has to wake it.
        #expect(seen.count > 5 && seen.allSatisfy { $0 == before }, "\(seen)")
    }

    /// Records who makes it do something.
    private final class WatchingExecutor: TaskExecutor {
        let niceness = Mutex<[CInt]>([])

        func enqueue(_ job: consuming ExecutorJob) {
            niceness.withLock { $0.append(own().niceness) }
            let job = UnownedJob(job)
            DispatchQueue.global().async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
        }
    }

    @Test func itDoesAllThatWasGivenToItAndEndsWithItsLastUser() async throws {
        var thread: BackgroundThread? = try BackgroundThread(niceness: 19)
        let tasks = (0..<200).map { number in Task { [thread] in await thread?.perform { (number, Self.own().folder) } }
        }
        thread = nil
        var (sum, threads) = (0, Set<String>())
        for task in tasks {
            let (number, id) = try #require(await task.value)
            sum += number
            threads.insert(id)
        }
        #expect(sum == 199 * 100 && threads.count == 1)
        func areThere() -> Bool {
            threads.contains { FileManager.default.fileExists(atPath: $0) }
        }
        for _ in 0..<500 where areThere() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!areThere())
    }
}
