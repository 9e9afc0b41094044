internal import Glibc
internal import HandrailCore

/// People as the operating system knows them.
enum SystemUser {
    /// What the system says to a number.
    enum Answer: Hashable {
        case named(String)
        /// No account has the number, for certain.
        case nobody
        /// It could not be asked: a directory service does not answer, or the system is short of something.
        case unknown(code: Int32)
    }

    /// Nil where no account has the number, as far as is known; for messages only.
    static func name(of user: uid_t) -> String? {
        guard case .named(let name) = account(of: user) else { return nil }
        return name
    }

    /// May wait for a directory service.
    static func account(of user: uid_t) -> Answer {
        var size = 1024
        while size <= 1 << 20 {
            var buffer = [CChar](repeating: 0, count: size)
            var record = passwd()
            var found: UnsafeMutablePointer<passwd>?
            let code = getpwuid_r(user, &record, &buffer, size, &found)
            if code == ERANGE {
                size *= 4
                continue
            }
            guard code == 0 else { return .unknown(code: code) }
            guard found != nil, let name = record.pw_name.map({ String(cString: $0) }), !name.utf8.isEmpty else {
                return .nobody
            }
            return .named(name)
        }
        return .unknown(code: ERANGE)
    }

    /// The name is what `people:` lists.
    static func person(of user: uid_t) -> Person? {
        name(of: user).map { Person($0) }
    }
}

/// The time of day.
enum WallTime {
    static var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
