internal import Dispatch
internal import Glibc
internal import Synchronization

/// One thread for work that nobody waits for, behind all others of the process where there are too few cores.
///
/// The shared threads of the process are as many as there are cores: a task that computes for long, or waits for the disk, takes
/// one of them from the deliveries that somebody waits for. A priority of a task alone changes nothing of that on Linux.
///
/// Nothing that holds a lock which others need is to run here: they would wait as long as this thread waits for a core.
final class BackgroundThread: TaskExecutor {
    private let work = Work()

    init() throws(JournalError) {
        let argument = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { argument in
                if let argument { Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            }, argument.toOpaque())
        guard code == 0 else {
            argument.release()
            throw .failed("could not start a thread: \(String(cString: strerror(code)))")
        }
        pthread_detach(thread)
    }

    deinit {
        work.add(.end)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        work.add(.job(UnownedJob(job), asUnownedTaskExecutor()))
    }

    /// What is to be done, shared with the thread: that may outlive the executor by a moment.
    private final class Work: Sendable {
        enum Item: Sendable {
            case job(UnownedJob, UnownedTaskExecutor)
            case end
        }

        /// Of a fifth of the weight of others, and less: see sched(7).
        private static let niceness: CInt = 10

        private let items = Mutex<[Item]>([])
        private let isThere = DispatchSemaphore(value: 0)

        func add(_ item: Item) {
            items.withLock { $0.append(item) }
            isThere.signal()
        }

        func run() {
            // On Linux this is a thread's own, and 0 the one that calls. Where it is refused the thread is one like others.
            _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
            while true {
                isThere.wait()
                switch items.withLock({ $0.removeFirst() }) {
                case .job(let job, let executor): job.runSynchronously(on: executor)
                case .end: return
                }
            }
        }
    }
}
