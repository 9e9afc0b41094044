internal import Glibc
internal import HandrailEngine
internal import Synchronization

/// Finds programs when plans are made, and remembers the digests of files that have not changed since.
final class ExecutableFinder: Sendable {
    private let searchPath: [String]
    /// Of files that lay still for a while; only planning uses it. A spawn always hashes.
    private let digests = Mutex<[FileIdentity: String]>([:])
    private static let mostDigests = 1024

    init(searchPath: [String]) {
        self.searchPath = searchPath
    }

    func find(_ name: String) throws(ExecutableError) -> ResolvedExecutable {
        let file = try ExecutableFile(path: realPath(of: candidate(for: name)))
        return ResolvedExecutable(path: file.path, digest: try digest(of: file))
    }

    private func candidate(for name: String) throws(ExecutableError) -> String {
        if name.utf8.first == UInt8(ascii: "/") { return name }
        guard !name.utf8.contains(UInt8(ascii: "/")), !name.utf8.contains(0) else { throw .relative(name) }
        let candidates = searchPath.map { $0 + "/" + name }
        // Names such as `.` are folders.
        guard !name.isEmpty, let found = candidates.first(where: Self.isExecutableFile) else {
            throw .notFound(name, searchPath: searchPath)
        }
        return found
    }

    private static func isExecutableFile(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
            && faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) == 0
    }

    private func realPath(of path: String) throws(ExecutableError) -> String {
        guard !path.utf8.contains(0), let real = realpath(path, nil) else {
            throw .unreadable(path: path, because: SystemError.text(of: errno))
        }
        defer { free(real) }
        return String(cString: real)
    }

    private func digest(of file: borrowing ExecutableFile) throws(ExecutableError) -> String {
        let identity = file.identity
        if let known = digests.withLock({ $0[identity] }) { return known }
        let digest = try file.digest()
        guard identity.isSettled else { return digest }
        digests.withLock { digests in
            if digests.count >= Self.mostDigests { digests.removeAll() }
            digests[identity] = digest
        }
        return digest
    }
}
