internal import GRDB
internal import GRDBSQLite
internal import Synchronization

/// Moves what was committed from the write-ahead log into the file, beside the connection that writes.
///
/// SQLite does it at the end of the commit that makes the log long, and whoever waits for that commit waits for two more
/// flushes of the disk. What is in the log is durable, so nobody has to wait for this.
final class LogMover: Sendable {
    /// Of 4 KiB: what the log may grow to before a commit does the rest of it after all. Then the log starts anew.
    private static let mostPages = 16_384
    /// From one move to the next: a fourth of SQLite's own default. Who commits meanwhile waits for the same disk, and the less
    /// there is to flush at once, the shorter.
    private static let pagesBetweenMoves = 250
    private static let pagesBeforeRestart = 4000

    private struct State {
        /// How long the log was when it was last moved.
        var movedAt = 0
        var moving: Task<Void, Never>?
        var isClosed = false
    }

    private let queue: DatabaseQueue
    /// The connection that writes.
    private let writer: DatabaseQueue
    /// Not that of the snapshots: the log grows while nothing is moved.
    private let thread: BackgroundThread
    private let state = Mutex(State())
    /// How long the log was after the last commit of the connection that writes.
    private let pages = Atomic(0)
    var pageCount: Int { pages.load(ordering: .relaxed) }

    init(path: String, beside writer: DatabaseQueue) throws {
        queue = try JournalFile.openForMoving(path)
        self.writer = writer
        thread = try BackgroundThread(niceness: 10)
    }

    /// Has to outlive the connection's last commit: it is told of each.
    func watch(_ database: Database) {
        let gauge = Unmanaged.passUnretained(self).toOpaque()
        // In the place of SQLite's own, which moves the log from a length on.
        sqlite3_wal_hook(
            database.sqliteConnection,
            { gauge, connection, name, pages in
                guard let gauge else { return SQLITE_OK }
                Unmanaged<LogMover>.fromOpaque(gauge).takeUnretainedValue().pages.store(Int(pages), ordering: .relaxed)
                guard pages >= LogMover.mostPages else { return SQLITE_OK }
                // Whatever keeps it from being done is no failure of the commit; so it is with SQLite's own.
                sqlite3_wal_checkpoint_v2(connection, name, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
                return SQLITE_OK
            }, gauge)
    }

    /// To be called after each commit. Whatever keeps it from being done is no loss: it is done with a later one.
    func moveIfLong() {
        let pages = pageCount
        state.withLock { state in
            // It has started anew.
            if pages < state.movedAt { state.movedAt = 0 }
            guard pages - state.movedAt >= Self.pagesBetweenMoves, state.moving == nil, !state.isClosed else { return }
            state.movedAt = pages
            state.moving = Task.detached {
                await self.move(restarting: pages >= Self.pagesBeforeRestart)
                self.state.withLock { $0.moving = nil }
            }
        }
    }

    func move(restarting: Bool) async {
        await thread.perform { try? self.queue.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
        // What was committed meanwhile is little. Only with that moved as well does the next commit start the log anew, so for
        // once those who commit wait: in their own queue, since SQLite would let them try again after milliseconds.
        if restarting { try? await writer.writeWithoutTransaction { _ = try $0.checkpoint(.passive) } }
    }

    /// Begins nothing any more, and waits for what is under way: a connection that is closed must not be used.
    func stop() async {
        let moving = state.withLock { state in
            state.isClosed = true
            return state.moving
        }
        await moving?.value
    }

    /// After ``stop()``.
    func close() throws {
        try queue.close()
    }
}
