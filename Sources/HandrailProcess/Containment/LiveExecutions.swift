internal import CSpawn
internal import Glibc
internal import Synchronization

/// The executions of this program, whichever executor they belong to: what the kernel keeps for a process, such as its
/// children, all of them share.
enum LiveExecutions {
    private struct State {
        var count = 0
        var leaders: Set<pid_t> = []
    }

    private static let state = Mutex(State())

    /// Before anything is started.
    static func begin() {
        state.withLock { $0.count += 1 }
    }

    static func end() {
        state.withLock { $0.count -= 1 }
    }

    /// Under the lock, so that nobody takes a leader that is not noted yet for a stray.
    static func start(_ request: cspawn_request) -> cspawn_result {
        state.withLock { state in
            let result = withUnsafePointer(to: request) { cspawn_start($0) }
            if result.error == 0 { state.leaders.insert(result.process) }
            return result
        }
    }

    /// Takes a leader off the process table; until then its number and its group's stay its own.
    static func reap(leader: pid_t) {
        state.withLock { state in
            _ = cspawn_status_of(leader, true)
            state.leaders.remove(leader)
        }
    }

    /// Orphans that this process adopted, told from the children that other code of it started: those stay in the session
    /// of the engine, and everything that an execution starts is in another.
    static func strays(among entries: [ProcessEntry]) -> [ProcessEntry] {
        let engine = getpid()
        let session = getsid(0)
        let leaders = state.withLock { $0.leaders }
        return entries.filter { $0.parent == engine && $0.session != session && !leaders.contains($0.number) }
    }

    /// Whether a stray can only be the doing of the one who asks.
    static var isOnlyOne: Bool { state.withLock { $0.count == 1 } }

    static func reap(_ strays: [ProcessEntry]) {
        state.withLock { state in
            for stray in strays where !state.leaders.contains(stray.number) { _ = cspawn_status_of(stray.number, true) }
        }
    }
}
