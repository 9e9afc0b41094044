internal import Glibc
internal import HandrailCore

/// People as the operating system knows them.
enum SystemUser {
    /// Nil where no account has the number.
    static func name(of user: uid_t) -> String? {
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
            guard code == 0, found != nil, let name = record.pw_name else { return nil }
            return String(cString: name)
        }
        return nil
    }

    /// The name is what `people:` lists.
    static func person(of user: uid_t) -> Person? {
        name(of: user).flatMap { $0.utf8.isEmpty ? nil : Person($0) }
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
