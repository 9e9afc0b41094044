internal import Dispatch
internal import Glibc
internal import Synchronization

/// What an engine says while it is at work. Whoever says something never waits for whoever reads it.
///
/// Otherwise `handrail run --act | less` would stand still, with all its approvals, until somebody pressed a key.
enum EngineLog {
    static let error = LogStream(STDERR_FILENO)
    static let output = LogStream(STDOUT_FILENO) {
        error.write("handrail: nobody reads what is written here any more; the engine goes on without that\n")
    }

    /// To be called before anything is said: a reader that goes away ends the log, and not what is being done.
    static func begin() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for the readers. To be called when nothing else is left to be done.
    static func flush() async {
        await output.flush()
        await error.flush()
    }
}

/// A stream that is written to on a thread of its own, with a bounded amount of what waits.
final class LogStream: Sendable {
    private struct State {
        var waiting: [UInt8] = []
        var dropped = 0
        var isWriting = false
        var isBroken = false
    }

    static let longestWaitingBytes = 1 << 20

    private let descriptor: Int32
    private let whenBroken: @Sendable () -> Void
    private let state = Mutex(State())
    private let queue = DispatchQueue(label: "log")

    /// - Parameter whenBroken: called once, when nobody can read any more. What is written afterwards is forgotten.
    init(_ descriptor: Int32, whenBroken: @escaping @Sendable () -> Void = {}) {
        self.descriptor = descriptor
        self.whenBroken = whenBroken
    }

    /// Takes the text as a whole, or drops it and counts that.
    func write(_ text: String) {
        let begins = state.withLock { state in
            guard !state.isBroken else { return false }
            // Nothing goes ahead of the sentence that says how much is missing.
            if state.dropped == 0, state.waiting.count + text.utf8.count <= Self.longestWaitingBytes {
                state.waiting += text.utf8
            } else {
                state.dropped += 1
            }
            defer { state.isWriting = true }
            return !state.isWriting
        }
        if begins { queue.async { self.writeAll() } }
    }

    /// Returns when all that was said before has been written, or nobody reads it.
    func flush() async {
        await withCheckedContinuation { continuation in queue.async { continuation.resume() } }
    }

    private func writeAll() {
        while let bytes = next() {
            guard put(bytes) else {
                state.withLock { $0 = State(isBroken: true) }
                whenBroken()
                return
            }
        }
    }

    /// Nil where nothing waits; what is said from then on begins anew.
    private func next() -> [UInt8]? {
        state.withLock { state in
            var bytes = state.waiting
            if state.dropped > 0 {
                bytes += "handrail: messages left out here, since nobody read in time: \(state.dropped)\n".utf8
            }
            state.waiting = []
            state.dropped = 0
            state.isWriting = !bytes.isEmpty
            return bytes.isEmpty ? nil : bytes
        }
    }

    private func put(_ bytes: [UInt8]) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                var readiness = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&readiness, 1, -1)
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
