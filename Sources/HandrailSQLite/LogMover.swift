internal import GRDB

/// Moves what was committed from the write-ahead log into the file, beside the connection that writes.
///
/// SQLite does it at the end of the commit that makes the log long, and whoever waits for that commit waits for two more
/// flushes of the disk. What is in the log is durable, so nobody has to wait for this.
struct LogMover: Sendable {
    /// Of 4 KiB: what the log may grow to before a commit does the rest of it after all. Then the log starts anew.
    static let mostPages = 16_384
    /// How much is committed from one move to the next: as much as SQLite's own thousand pages.
    static let bytes = 4 << 20

    private let queue: DatabaseQueue

    init(path: String) throws {
        queue = try JournalFile.openForMoving(path)
    }

    /// Whatever keeps it from being done is no loss: it is done with the next one.
    func move() async {
        try? await queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) }
    }

    func close() throws {
        try queue.close()
    }
}
