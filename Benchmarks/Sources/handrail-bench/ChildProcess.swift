internal import Glibc

/// This program once more, with other arguments.
enum ChildProcess {
    struct Ended {
        let status: Int32
        let output: String
        let peakBytes: Int
    }

    /// Runs to the end. The child's standard error is ours.
    static func runSelf(_ arguments: [String]) throws(BenchError) -> Ended {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw BenchError("could not make a pipe: \(lastError())") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let child = spawnSelf(arguments, output: ends[1])
        close(ends[1])
        defer { close(ends[0]) }
        guard let child else { throw BenchError("could not start a process to measure in") }
        let output = readAll(ends[0])
        return try wait(for: child, output: output)
    }

    private static func spawnSelf(_ arguments: [String], output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        var argv = (["handrail-bench"] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var child = pid_t()
        return posix_spawn(&child, "/proc/self/exe", &actions, nil, &argv, environ) == 0 ? child : nil
    }

    private static func readAll(_ descriptor: Int32) -> String {
        var text: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return String(decoding: text, as: UTF8.self) }
            text += buffer[..<count]
        }
    }

    /// `ru_maxrss` is in KiB, and counts from what the parent had at the spawn: so the parent has to stay small.
    private static func wait(for child: pid_t, output: String) throws(BenchError) -> Ended {
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchError("could not wait for a process: \(lastError())") }
        }
        return Ended(status: status, output: output, peakBytes: usage.ru_maxrss * 1024)
    }

    private static func lastError() -> String { String(cString: strerror(errno)) }
}
