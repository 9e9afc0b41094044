internal import Glibc

/// Runs work that waits on a thread of its own, so that it takes none of the few threads that Swift's tasks share.
enum OwnThread {
    private static let stackBytes = 512 << 10

    /// - Throws: where the system gives no more threads.
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(SystemError) -> Result {
        let outcome: Swift.Result<Result, SystemError> = await withCheckedContinuation { continuation in
            let problem = start { continuation.resume(returning: .success(work())) }
            if let problem { continuation.resume(returning: .failure(problem)) }
        }
        return try outcome.get()
    }

    private final class Work: Sendable {
        let body: @Sendable () -> Void

        init(_ body: @escaping @Sendable () -> Void) {
            self.body = body
        }
    }

    /// - Returns: why it did not start.
    private static func start(_ body: @escaping @Sendable () -> Void) -> SystemError? {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackBytes)
        let work = Unmanaged.passRetained(Work(body))
        var thread = pthread_t()
        let code = pthread_create(&thread, &attributes, threadMain, work.toOpaque())
        guard code != 0 else { return nil }
        work.release()
        return SystemError("pthread_create", code: code)
    }

    /// Signals to the engine are for its other threads.
    private static let threadMain: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? = { argument in
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_BLOCK, &all, nil)
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().body()
        return nil
    }
}
