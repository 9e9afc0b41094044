internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread for work that nobody waits for, behind all others of the process where there are too few cores.
///
/// The shared threads of the process are as many as there are cores: work that computes for long, or waits for the disk, takes
/// one of them from the deliveries that somebody waits for. A task of low priority is on a thread of its own, too, but on Linux a
/// thread inherits the niceness of the one that starts it: what such a task wakes, such as a commit, can come to run on a thread
/// that stays behind all others for ever. So what runs here wakes nobody. A second thread, like all others, does that.
///
/// Nothing that holds a lock which others need is to run here: they would wait as long as this thread waits for a core.
final class BackgroundThread: Sendable {
    private let work: WorkThread
    private let answers = WorkThread()

    /// - Parameter niceness: is added to that of whoever makes it; with 10 it has a tenth of the weight of others, with 19, the most
    ///   that there is, a seventieth: see sched(7).
    init(niceness: CInt) throws(JournalError) {
        work = WorkThread(niceness: niceness)
        try answers.start()
        do {
            try work.start()
        } catch {
            answers.end()
            throw error
        }
    }

    /// What was given to it before is done, and answered.
    deinit {
        work.add { [answers] in answers.end() }
        work.end()
    }

    func perform<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            work.add { [answers] in
                let value = body()
                answers.add { continuation.resume(returning: value) }
            }
        }
    }
}

/// What a thread is to do, shared with it: it may outlive whoever gives it something by a moment.
private final class WorkThread: Sendable {
    private let niceness: CInt
    /// Nil to end.
    private let items = Mutex<[(@Sendable () -> Void)?]>([])
    private let isThere = DispatchSemaphore(value: 0)

    /// - Parameter niceness: is added to that of whoever starts it.
    init(niceness: CInt = 0) {
        self.niceness = niceness
    }

    func start() throws(JournalError) {
        let argument = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<WorkThread>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .failed("could not start a thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    func add(_ item: @escaping @Sendable () -> Void) { put(item) }

    func end() { put(nil) }

    private func put(_ item: (@Sendable () -> Void)?) {
        items.withLock { $0.append(item) }
        isThere.signal()
    }

    private func run() {
        // On Linux this is a thread's own, and 0 the one that calls. Where it is refused the thread is one like others.
        let own = __priority_which_t(PRIO_PROCESS.rawValue)
        if niceness > 0 { _ = setpriority(own, 0, min(19, getpriority(own, 0) + niceness)) }
        while true {
            isThere.wait()
            guard let item = items.withLock({ $0.removeFirst() }) else { return }
            item()
        }
    }
}
