internal import Glibc

/// One line of the system's process table.
struct ProcessEntry: Hashable, Sendable {
    /// A number together with the time it was given out, so that a number used again is another process.
    struct Identity: Hashable, Sendable {
        let number: pid_t
        /// Clock ticks since the system started.
        let startedAt: UInt64
    }

    let identity: Identity
    let parent: pid_t
    let group: pid_t
    let session: pid_t
    /// Ended, and not yet taken note of by its parent.
    let isZombie: Bool

    var number: pid_t { identity.number }

    init?(number: pid_t) {
        guard let bytes = SmallFile.bytes(of: "/proc/\(number)/stat"),
            // The name is in parentheses and may hold anything, parentheses too.
            let end = bytes.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = String(decoding: bytes[(end + 1)...], as: UTF8.self).split(separator: " ")
        guard fields.count > 19, let parent = pid_t(fields[1]), let group = pid_t(fields[2]),
            let session = pid_t(fields[3]), let startedAt = UInt64(fields[19])
        else { return nil }
        identity = Identity(number: number, startedAt: startedAt)
        self.parent = parent
        self.group = group
        self.session = session
        isZombie = fields[0] == "Z" || fields[0] == "X"
    }

    static func all() -> [ProcessEntry] {
        SmallFile.names(in: "/proc").compactMap { pid_t($0) }.compactMap { ProcessEntry(number: $0) }
    }

    /// All that this process started or adopted, and what those started in turn; nil where the kernel does not tell.
    ///
    /// Far quicker than the whole table, but while children come and go the kernel may pass over one of them.
    static func descendants() -> [ProcessEntry]? {
        guard access("/proc/self/task/\(getpid())/children", R_OK) == 0 else { return nil }
        var numbers = children(of: getpid())
        var position = 0
        while position < numbers.count {
            numbers += children(of: numbers[position])
            position += 1
        }
        return numbers.compactMap { ProcessEntry(number: $0) }
    }

    /// Each thread has its own.
    private static func children(of number: pid_t) -> [pid_t] {
        SmallFile.names(in: "/proc/\(number)/task").flatMap { thread in
            SmallFile.lines(of: "/proc/\(number)/task/\(thread)/children").flatMap { $0.split(separator: " ") }
                .compactMap { pid_t($0) }
        }
    }

    /// Whether its environment, as it was when its program began, holds this very entry.
    func hasEnvironment(_ entry: String) -> Bool {
        Self.environment(of: number).contains { $0.elementsEqual(entry.utf8) }
    }

    /// Empty for the processes of other users, and for those that have ended.
    static func environment(of number: pid_t) -> [ArraySlice<UInt8>] {
        SmallFile.bytes(of: "/proc/\(number)/environ", atMost: 4 << 20)?.split(separator: 0) ?? []
    }
}

extension ProcessEntry.Identity {
    /// Signals exactly this process: not one that has been given its number since.
    func signal(_ signal: Int32) {
        ProcessReference.signal(signal, to: self)
    }
}
