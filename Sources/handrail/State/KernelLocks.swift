internal import Glibc

/// The locks that the kernel knows of, which everybody may read.
enum KernelLocks {
    private static let path = "/proc/locks"
    private static let mostBytes = 16 << 20

    /// Whether some process holds the file's lock (`flock`) for itself. Engines in another container are not seen.
    static func isHeld(_ file: String) -> Bool {
        var status = stat()
        guard lstat(file, &status) == 0 else { return false }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let bytes = DescriptorContent.bytes(of: descriptor, atMost: mostBytes) ?? []
        return isHeld(file: UInt64(status.st_ino), in: String(decoding: bytes, as: UTF8.self))
    }

    /// A line is `1: FLOCK  ADVISORY  WRITE 4711 fd:01:131090 0 EOF`; one of somebody who waits has `->` behind its number.
    ///
    /// Only the file's number is compared: some file systems show another device here than in `stat`.
    static func isHeld(file: UInt64, in list: String) -> Bool {
        list.split(separator: "\n").contains { line in
            let words = line.split(separator: " ")
            guard words.count >= 6, words[1] == "FLOCK", words[3] == "WRITE" else { return false }
            return words[5].split(separator: ":").last.flatMap { UInt64($0) } == file
        }
    }
}
