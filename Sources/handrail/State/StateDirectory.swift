internal import Glibc
internal import HandrailFormats

/// The folder that a journal, its engine's lock, and the requests of people to the engine are in.
///
/// Who can write here is trusted with the machine: the engine does what the journal says. So it is private to the engine's
/// user unless somebody opens it to a group, and it is refused where everybody may write.
struct StateDirectory {
    let path: String
    let owner: uid_t
    /// The group may come in: requests and answers are then readable for it.
    let isShared: Bool

    var inbox: String { path + "/inbox" }
    var answers: String { path + "/answers" }
    /// What was found in the inbox and is no request. Nothing is deleted.
    var refused: String { path + "/refused" }
    var lock: String { path + "/engine.lock" }
    var journal: String { path + "/journal.sqlite" }

    // MARK: - Where it is

    /// What `--state` says, else `HANDRAIL_STATE`; else `/var/lib/handrail` for root, and what the XDG Base Directory
    /// Specification says for everybody else.
    static func path(option: String?) throws -> String {
        if let option { return option }
        if let path = environment("HANDRAIL_STATE") { return path }
        if geteuid() == 0 { return "/var/lib/handrail" }
        // The specification has relative ones ignored.
        if let base = environment("XDG_STATE_HOME"), base.hasPrefix("/") { return base + "/handrail" }
        if let home = environment("HOME"), home.hasPrefix("/") { return home + "/.local/state/handrail" }
        throw Failure(Failure.wrongUsage, "no state directory is named: use --state DIR or HANDRAIL_STATE")
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.utf8.isEmpty ? nil : text
    }

    // MARK: - Opening

    /// For those who look and ask. Creates nothing.
    static func opened(option: String?) throws -> StateDirectory {
        let path = try path(option: option)
        return try withDirectory(path) { status in try inspected(path, status) }
    }

    /// For the engine: creates what is missing.
    static func openedForEngine(option: String?) throws -> StateDirectory {
        let path = try path(option: option)
        try makeParents(of: path)
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw unreachable("make", path) }
        let directory = try withDirectory(path) { status in try inspected(path, status) }
        guard directory.owner == geteuid() else {
            let name = SystemUser.name(of: directory.owner) ?? "user \(directory.owner)"
            throw Failure(
                Failure.unreachable,
                "the state directory \(shown(path)) belongs to \(TerminalText.escaped(name)): run the engine as that user"
            )
        }
        try makeFolder(directory.inbox, mode: directory.isShared ? 0o3730 : 0o1700)
        try makeFolder(directory.answers, mode: directory.isShared ? 0o2750 : 0o700)
        try makeFolder(directory.refused, mode: 0o700)
        return directory
    }

    private static func makeParents(of path: String) throws {
        var end = path.utf8.startIndex
        while let slash = path.utf8[end...].dropFirst().firstIndex(of: UInt8(ascii: "/")) {
            end = slash
            let parent = String(path[..<slash])
            if mkdir(parent, 0o755) != 0, errno != EEXIST { throw unreachable("make", parent) }
        }
    }

    private static func inspected(_ path: String, _ status: stat) throws -> StateDirectory {
        guard status.st_mode & S_IWOTH == 0 else {
            throw Failure(
                Failure.unreachable,
                "the state directory \(shown(path)) may be written to by everybody: chmod o-w it after a look at it")
        }
        return StateDirectory(path: path, owner: status.st_uid, isShared: status.st_mode & S_IXGRP != 0)
    }

    /// - Throws: where it is a link or somebody else's.
    private static func makeFolder(_ path: String, mode: mode_t) throws {
        if mkdir(path, mode & 0o777) != 0, errno != EEXIST { throw unreachable("make", path) }
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreachable("open", path) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_uid == geteuid() else {
            throw Failure(Failure.unreachable, "\(shown(path)) belongs to somebody else: look at it, then remove it")
        }
        // Whatever the umask says.
        guard fchmod(descriptor, mode) == 0 else { throw unreachable("set the mode of", path) }
    }

    private static func withDirectory<Value>(_ path: String, _ body: (stat) throws -> Value) throws -> Value {
        let descriptor = open(path, Folder.passing | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let hint = errno == ENOENT ? "; name one with --state DIR or HANDRAIL_STATE" : ""
            throw unreachable("open the state directory", path, hint)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw unreachable("look at", path) }
        return try body(status)
    }

    private static func unreachable(_ verb: String, _ path: String, _ hint: String = "") -> Failure {
        let reason = String(cString: strerror(errno))
        return Failure(Failure.unreachable, "could not \(verb) \(shown(path)): \(reason)\(hint)")
    }

    static func shown(_ path: String) -> String { "`\(TerminalText.escaped(path))`" }

    // MARK: - Its engine

    /// Whether a process holds the engine's lock. The kernel knows, so a file that was left behind says nothing.
    ///
    /// It is asked by trying to share the lock for an instant; an engine that starts in that very instant tries again. Who may
    /// not open the file reads the kernel's list of locks.
    var hasEngine: Bool {
        let descriptor = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            guard errno == EACCES else { return errno != ENOENT }
            return KernelLocks.isHeld(lock)
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_size > 0 else { return false }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
