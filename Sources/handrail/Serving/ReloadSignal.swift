internal import Glibc
internal import Synchronization

/// SIGHUP while the server starts: it would end it, and a service manager takes an end by SIGHUP for one that was wanted.
enum ReloadSignal {
    private static let flag = Atomic(false)

    /// Whether it came before somebody listened to it.
    static var hasCome: Bool { flag.load(ordering: .relaxed) }

    /// To be called first of all. Whoever listens later replaces it.
    static func remember() {
        // A handler must not be the first to use it.
        flag.store(false, ordering: .relaxed)
        signal(SIGHUP) { _ in ReloadSignal.flag.store(true, ordering: .relaxed) }
    }
}
