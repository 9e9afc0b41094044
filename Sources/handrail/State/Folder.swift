internal import Glibc

/// An open folder. All that is done in it is done by this descriptor, so nobody can put another folder in its place.
struct Folder: ~Copyable {
    /// Linux's `O_PATH`, which the module map leaves out: for going through a folder without the right to list it.
    static let passing: Int32 = 0o10000000

    let descriptor: Int32
    private let isListed: Bool

    /// - Parameter isListed: whether the names in it will be asked for.
    /// - Throws: where it is none, or a link.
    init(_ path: String, isListed: Bool = true) throws {
        self.isListed = isListed
        let access = isListed ? O_RDONLY : Self.passing
        descriptor = open(path, access | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw Failure(Failure.unreachable, "could not open \(StateDirectory.shown(path)): \(reason)")
        }
    }

    deinit { close(descriptor) }

    /// Names as the kernel gives them, ended by a zero; at most `limit` of those that are wanted, and never `.` and `..`.
    ///
    /// - Throws: where the folder cannot be read, or was removed: that it is empty must not be believed then.
    func names(atMost limit: Int, where isWanted: ([CChar]) -> Bool = { _ in true }) throws -> [[CChar]] {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Self.failure("look at", "the folder") }
        guard status.st_nlink > 0 else { throw Failure(Failure.unreachable, "the folder was removed") }
        // A descriptor of its own, since reading moves the place in it.
        let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0, let stream = fdopendir(copy) else {
            let failure = Self.failure("read", "the folder")
            if copy >= 0 { close(copy) }
            throw failure
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while names.count < limit {
            errno = 0
            guard let entry = readdir(stream) else {
                guard errno == 0 else { throw Self.failure("read", "the folder") }
                break
            }
            let name = Self.name(of: entry)
            if name != [0x2E, 0] && name != [0x2E, 0x2E, 0] && isWanted(name) { names.append(name) }
        }
        return names
    }

    private static func name(of entry: UnsafeMutablePointer<dirent>) -> [CChar] {
        withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
            bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
        }
    }

    /// Nil where it is gone.
    func status(of name: [CChar]) -> stat? {
        var status = stat()
        return fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
    }

    /// Puts a whole file there under its name, or nothing. Its content is on the disk then; its name is, too, unless the folder
    /// was only opened to pass through: nobody can flush a folder without the right to read it.
    func write(_ bytes: [UInt8], as name: String, mode: mode_t) throws {
        let temporary = ".\(name).new"
        let file = try create(temporary, for: name, mode: mode)
        // Whatever the umask says.
        guard fchmod(file, mode) == 0, Self.writeAll(bytes, to: file), fsync(file) == 0 else {
            let failure = Self.failure("write", name)
            close(file)
            unlinkat(descriptor, temporary, 0)
            throw failure
        }
        close(file)
        guard renameat(descriptor, temporary, descriptor, name) == 0 else {
            let failure = Self.failure("write", name)
            unlinkat(descriptor, temporary, 0)
            throw failure
        }
        guard !isListed || fsync(descriptor) == 0 else { throw Self.failure("flush", name) }
    }

    /// What somebody left there who died while writing is in nobody's use any more.
    private func create(_ temporary: String, for name: String, mode: mode_t) throws -> Int32 {
        for isSecond in [false, true] {
            let file = openat(descriptor, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode)
            if file >= 0 { return file }
            guard errno == EEXIST, !isSecond, unlinkat(descriptor, temporary, 0) == 0 else { break }
        }
        throw Self.failure("write", name)
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress?.advanced(by: written), $0.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func failure(_ verb: String, _ name: String) -> Failure {
        let reason = String(cString: strerror(errno))
        return Failure(Failure.unreachable, "could not \(verb) \(StateDirectory.shown(name)): \(reason)")
    }
}

/// A file that somebody else may have put there, opened without being led astray or made to wait.
struct ForeignFile: ~Copyable {
    enum Refusal: Error {
        case gone
        /// One lowercase sentence without a final stop.
        case because(String)
        /// Nothing is wrong with it; it may do at the next look. One lowercase sentence without a final stop.
        case later(String)
    }

    private let descriptor: Int32
    let status: stat

    init(_ name: [CChar], in folder: borrowing Folder) throws(Refusal) {
        // Not followed: a link could lead to a file of somebody else. Not waited for: a pipe would have no end.
        let file = openat(folder.descriptor, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard file >= 0 else {
            switch errno {
            case ENOENT: throw .gone
            case ELOOP: throw .because("it is a symbolic link")
            case ENXIO, ENODEV: throw .because("it is no plain file")
            case EMFILE, ENFILE, ENOMEM, EINTR, EIO: throw .later("it could not be opened")
            case let code: throw .because("it could not be opened: \(String(cString: strerror(code)))")
            }
        }
        var status = stat()
        guard fstat(file, &status) == 0 else {
            close(file)
            throw .because("it could not be looked at")
        }
        descriptor = file
        self.status = status
    }

    deinit { close(descriptor) }

    /// - Throws: where it is no plain file, has a second name, may be written to by others than its owner, or is too large.
    func bytes(atMost limit: Int) throws(Refusal) -> [UInt8] {
        guard status.st_mode & S_IFMT == S_IFREG else { throw .because("it is no plain file") }
        guard status.st_nlink == 1 else { throw .because("it has another name elsewhere") }
        guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else {
            throw .because("others than its owner may write to it")
        }
        guard status.st_size <= limit else { throw .because("it is larger than \(limit) bytes") }
        guard let bytes = DescriptorContent.bytes(of: descriptor, atMost: limit) else {
            throw .because("it could not be read")
        }
        // It may have grown meanwhile.
        guard bytes.count <= limit else { throw .because("it is larger than \(limit) bytes") }
        return bytes
    }
}
