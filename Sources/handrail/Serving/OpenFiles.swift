internal import Glibc

/// How many descriptors a server may have, and how many of them connections.
enum OpenFiles {
    /// More are never needed.
    private static let wanted: rlim_t = 65_536
    /// For the journal, pipes of commands, and what else the engine opens: strangers must not keep an undo from starting.
    private static let reserved = 512

    /// Raises the soft limit as far as the hard one allows. Commands get a limit of their own.
    ///
    /// - Returns: how many descriptors there may be.
    static func raise() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(resource, &limit) == 0 else { return 1024 }
        var raised = limit
        raised.rlim_cur = max(limit.rlim_cur, min(limit.rlim_max, wanted))
        return Int(clamping: setrlimit(resource, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur)
    }

    /// How many of so many descriptors may be connections.
    static func connections(of descriptors: Int, atMost most: Int) -> Int {
        max(1, min(most, descriptors - min(reserved, descriptors / 2)))
    }
}
