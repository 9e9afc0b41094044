import Glibc
import Testing

@testable import HandrailSQLite

struct BackgroundThreadTests {
    /// Of the thread that it is called on.
    private func priority() -> (thread: pthread_t, niceness: CInt) {
        (pthread_self(), getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
    }

    /// One thread, and others go before it.
    @Test func itsTasksRunOnOneThreadBehindAllOthers() async throws {
        let before = priority().niceness
        let thread = try BackgroundThread()
        var seen: Set<pthread_t> = []
        for _ in 0..<20 {
            let here = await withTaskExecutorPreference(thread) {
                await Task.yield()
                return priority()
            }
            seen.insert(here.thread)
            #expect(here.niceness == min(19, before + 10))
        }
        #expect(seen.count == 1)
        #expect(priority().niceness == before)
    }

    @Test func itDoesAllThatWasGivenToItAndEndsWithItsLastUser() async throws {
        var thread: BackgroundThread? = try BackgroundThread()
        let tasks = (0..<200).map { number in Task.detached(executorPreference: thread) { number } }
        weak let last = thread
        thread = nil
        var sum = 0
        for task in tasks { sum += await task.value }
        #expect(sum == 199 * 100)
        for _ in 0..<500 where last != nil { try await Task.sleep(for: .milliseconds(10)) }
        #expect(last == nil)
    }
}
