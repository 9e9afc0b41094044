internal import Glibc
internal import HandrailCore
internal import HandrailFormats
internal import HandrailServer

/// `tokens.json` in the state directory: digests of the tokens, readable for the engine's user only.
struct TokenFile {
    private static let name = "tokens.json"
    private static let mostBytes = 8 << 20

    private let directory: StateDirectory

    init(_ directory: StateDirectory) {
        self.directory = directory
    }

    /// Without a file there are no tokens. One that cannot be trusted opens nothing.
    func read() throws -> TokenBook {
        let folder = try Folder(directory.path, isListed: false)
        do {
            let file = try ForeignFile(Self.cName, in: folder)
            guard file.status.st_uid == directory.owner, file.status.st_mode & 0o077 == 0 else {
                throw failure("it may be read by others than the engine's user: chmod 600 it")
            }
            return try TokenBook(try file.bytes(atMost: Self.mostBytes))
        } catch let refusal as ForeignFile.Refusal {
            switch refusal {
            case .gone: return TokenBook()
            case .because(let reason), .later(let reason): throw failure(reason)
            }
        } catch let invalid as TokenBook.Invalid {
            throw failure(invalid.message)
        }
    }

    /// One at a time: two that write at once would lose a token, or a revocation.
    func change<Result>(_ change: (inout TokenBook) throws -> Result) throws -> Result {
        guard directory.owner == geteuid() else {
            throw Failure(Failure.unreachable, "tokens are made by the engine's user only")
        }
        let descriptor = open(directory.path + "/tokens.lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw failure(String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var book = try read()
        let result: Result
        do {
            result = try change(&book)
        } catch let invalid as TokenBook.Invalid {
            throw Failure(Failure.findings, TerminalText.escaped(invalid.message))
        }
        try Folder(directory.path, isListed: false).write(book.bytes, as: Self.name, mode: 0o600)
        return result
    }

    private static var cName: [CChar] { name.utf8.map { CChar(bitPattern: $0) } + [0] }

    private func failure(_ reason: String) -> Failure {
        Failure(
            Failure.unreachable,
            "could not use \(StateDirectory.shown("\(directory.path)/\(Self.name)")): \(TerminalText.escaped(reason))")
    }

    /// What changes when the file does; nil where there is none.
    var stamp: [Int64]? {
        var status = stat()
        guard lstat("\(directory.path)/\(Self.name)", &status) == 0 else { return nil }
        return [
            Int64(truncatingIfNeeded: status.st_ino), Int64(status.st_mtim.tv_sec), Int64(status.st_mtim.tv_nsec),
            Int64(status.st_size), Int64(status.st_ctim.tv_sec), Int64(status.st_ctim.tv_nsec),
        ]
    }
}
