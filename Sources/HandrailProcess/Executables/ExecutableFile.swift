internal import CSpawn
internal import Crypto
internal import Glibc
internal import HandrailCore

/// A program's file, open. What was hashed through the descriptor is what is run by it, whatever its path names by then.
///
/// Against a write into the very file there is a read lease: whoever opens it for writing waits as long as this value
/// lives. Where there are no leases (another user's file, network file systems) the times are compared instead, which
/// leaves the moment between the last look and the exec.
struct ExecutableFile: ~Copyable {
    let path: String
    let descriptor: Descriptor
    let identity: FileIdentity
    private let status: stat

    /// - Parameter path: absolute, without symbolic links; a link in its last place is refused.
    init(path: String) throws(ExecutableError) {
        let opened: Descriptor
        do {
            // Non-blocking: a pipe in the place of the file must not hold us up.
            opened = try Descriptor.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        } catch {
            throw .unreadable(path: path, because: SystemError.text(of: error.code))
        }
        var status = stat()
        guard fstat(opened.number, &status) == 0 else {
            throw .unreadable(path: path, because: SystemError.text(of: errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path: path) }
        guard status.st_mode & 0o111 != 0, faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0 else {
            throw .notExecutable(path: path)
        }
        try TrustedPath.check(path, file: status)
        self.path = path
        self.status = status
        descriptor = opened
        identity = FileIdentity(status)
    }

    /// Keeps writers out until `letWritersIn`, or until this value ends.
    func holdOffWriters() throws(ExecutableError) {
        guard cspawn_hold_off_writers(descriptor.number) != 0 else { return }
        if errno == EAGAIN { throw .beingWritten(path: path) }
    }

    func letWritersIn() {
        cspawn_let_writers_in(descriptor.number)
    }

    /// SHA-256 of the content, in hexadecimal.
    func digest() throws(ExecutableError) -> String {
        var hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
        defer { buffer.deallocate() }
        var offset = 0
        while true {
            let count = pread(descriptor.number, buffer.baseAddress, buffer.count, off_t(offset))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw .unreadable(path: path, because: SystemError.text(of: errno)) }
            guard count > 0 else { break }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += count
        }
        try checkUnchanged()
        return hash.finalize().hexadecimal
    }

    /// Whether nothing was written since it was opened, as far as its times tell.
    func checkUnchanged() throws(ExecutableError) {
        var now = stat()
        guard fstat(descriptor.number, &now) == 0, FileIdentity(now) == identity else { throw .changed(path: path) }
    }

    /// Whether the kernel runs it as it is. Everything else is handed to an interpreter by name, as `/dev/fd/3`.
    var isBinary: Bool { firstBytes(4) == [0x7F, 0x45, 0x4C, 0x46] }

    /// What a script's first line asks for.
    var interpreter: String? {
        let line = firstBytes(256).prefix { $0 != UInt8(ascii: "\n") }
        guard line.starts(with: "#!".utf8) else { return nil }
        return String(decoding: line.dropFirst(2), as: UTF8.self)
            .split(whereSeparator: { $0 == " " || $0 == "\t" }).first.map { String($0) }
    }

    private func firstBytes(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let read = pread(descriptor.number, &bytes, count, 0)
        return Array(bytes.prefix(max(0, read)))
    }
}
