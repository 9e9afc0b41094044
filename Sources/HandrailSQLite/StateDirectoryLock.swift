internal import Glibc

/// The right to be the engine of a state directory. There is one at a time, on one machine.
///
/// It is the kernel's lock on `engine.lock`, so it goes with the process, however that ends, and a file that was left behind
/// locks nobody out. The process id in the file is for messages only.
public struct StateDirectoryLock: ~Copyable, Sendable {
    /// Another engine is at work there.
    public struct Held: Error, Hashable, CustomStringConvertible {
        public let directory: String
        /// Nil where the holder has not written it yet.
        public let processID: Int32?

        /// One lowercase sentence without a final stop.
        public var description: String {
            let holder = processID.map { "process \($0)" } ?? "another process"
            return "\(holder) is the engine of `\(directory)` already; stop it first, or use another state directory"
        }
    }

    /// Who asks whether there is an engine holds the lock for an instant, and so does a child of an engine that was killed
    /// between fork and exec. Neither must stop an engine that starts.
    private static let attempts = 20
    private static let pause = timespec(tv_sec: 0, tv_nsec: 25_000_000)

    private let descriptor: Int32

    /// Waits half a second at most.
    ///
    /// - Throws: ``Held``, or ``JournalError`` where the file cannot be made.
    public init(directory: String) throws {
        let path = directory + "/engine.lock"
        // Not inherited by children: a lock lives as long as any descriptor of it.
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        // Nobody else may open it: whoever can could hold a lock on it, and keep every engine from starting.
        guard file >= 0, fchmod(file, 0o600) == 0 else {
            let reason = String(cString: strerror(errno))
            if file >= 0 { close(file) }
            throw JournalError.failed("could not open `\(path)`: \(reason)")
        }
        try Self.lock(file, directory: directory)
        Self.write("\(getpid())\n", to: file)
        // Last: were it set before a throw, `deinit` would run, and wipe the holder's process id.
        descriptor = file
    }

    /// Lets go of it.
    deinit {
        // The file stays: removing it would let two processes lock two files of that name.
        Self.write("", to: descriptor)
        close(descriptor)
    }

    private static func lock(_ descriptor: Int32, directory: String) throws {
        var attempt = 1
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code == EWOULDBLOCK, attempt < attempts {
                attempt += 1
                var pause = pause
                nanosleep(&pause, nil)
                continue
            }
            defer { close(descriptor) }
            guard code == EWOULDBLOCK else {
                throw JournalError.failed("could not lock `\(directory)`: \(String(cString: strerror(code)))")
            }
            throw Held(directory: directory, processID: processID(in: descriptor))
        }
    }

    private static func processID(in descriptor: Int32) -> Int32? {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n").first.flatMap { Int32($0) }
    }

    /// Best effort: the lock holds without it.
    private static func write(_ text: String, to descriptor: Int32) {
        ftruncate(descriptor, 0)
        pwrite(descriptor, text, text.utf8.count, 0)
    }
}
