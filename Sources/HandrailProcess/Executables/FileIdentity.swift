internal import Glibc

/// What tells a file, in the state that it has now, from every other. A write moves the times, a replacement the inode.
struct FileIdentity: Hashable, Sendable {
    let device: UInt
    let inode: UInt
    let sizeBytes: Int
    /// Nanoseconds since 1970.
    let modifiedAt: Int
    let changedAt: Int

    init(_ status: stat) {
        device = UInt(status.st_dev)
        inode = UInt(status.st_ino)
        sizeBytes = Int(status.st_size)
        modifiedAt = Self.nanoseconds(status.st_mtim)
        changedAt = Self.nanoseconds(status.st_ctim)
    }

    /// Whether a write that comes now would surely get another time. The kernel's clock for files moves in ticks.
    var isSettled: Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let age = Self.nanoseconds(now) &- max(modifiedAt, changedAt)
        return age > 2_000_000_000
    }

    private static func nanoseconds(_ time: timespec) -> Int {
        time.tv_sec &* 1_000_000_000 &+ time.tv_nsec
    }
}
