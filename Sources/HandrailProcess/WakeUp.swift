internal import CSpawn
internal import Glibc

/// Tells a thread that waits in `poll` that its task was cancelled.
final class WakeUp: Sendable {
    /// Readable once `signal` was called, and from then on.
    let descriptor: Int32

    init() throws(SystemError) {
        let number = cspawn_event()
        guard number >= 0 else { throw SystemError("eventfd") }
        descriptor = number
    }

    deinit {
        close(descriptor)
    }

    func signal() {
        var one: UInt64 = 1
        // It fails only where the counter is full, and then it is readable already.
        _ = write(descriptor, &one, MemoryLayout<UInt64>.size)
    }

    var isSignalled: Bool {
        var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 0) > 0
    }
}
