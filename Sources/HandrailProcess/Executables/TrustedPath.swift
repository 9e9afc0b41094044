internal import Glibc

/// Holds that nobody but root, the engine's user and the file's owner can put another program in the place of one.
///
/// A digest finds a change before the spawn; this keeps those who are no owner from making one at any time. The engine's
/// own user is trusted because it could change the engine. Access control lists count: their mask is the group's bits.
enum TrustedPath {
    /// - Parameter path: absolute, without symbolic links.
    static func check(_ path: String, file: stat) throws(ExecutableError) {
        try check(path, file, owners: [file.st_uid])
        for folder in folders(above: path) {
            var status = stat()
            guard lstat(folder, &status) == 0 else {
                throw .unreadable(path: folder, because: SystemError.text(of: errno))
            }
            guard status.st_mode & S_IFMT == S_IFDIR else { throw .changeable(path: folder, by: "a symbolic link") }
            try check(folder, status, owners: [0, geteuid(), file.st_uid])
        }
    }

    private static func check(_ path: String, _ status: stat, owners: Set<uid_t>) throws(ExecutableError) {
        guard owners.contains(status.st_uid) else { throw .changeable(path: path, by: "user \(status.st_uid)") }
        // In root's sticky folder, as `/tmp` is, everybody may add files and only owners may rename them.
        let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0 && status.st_uid == 0
        guard !isSticky else { return }
        guard status.st_mode & S_IWGRP == 0 else { throw .changeable(path: path, by: "its group") }
        guard status.st_mode & S_IWOTH == 0 else { throw .changeable(path: path, by: "everybody") }
    }

    /// `/usr/bin`, `/usr`, `/` for `/usr/bin/true`.
    private static func folders(above path: String) -> [String] {
        var rest = path[...]
        var folders: [String] = []
        while let slash = rest.lastIndex(of: "/") {
            rest = rest[..<slash]
            folders.append(rest.isEmpty ? "/" : String(rest))
        }
        return folders
    }
}
