internal import GRDB
internal import GRDBSQLite
internal import Glibc

/// Opens connections to a journal's file, with the settings that its promises rest on.
///
/// Nothing here, or anywhere in this module, opens the file but SQLite: POSIX drops a process's locks on a file when any
/// descriptor of it is closed, and the journal's other connections would lose theirs.
enum JournalFile {
    static let name = "journal.sqlite"

    /// How long a connection waits for another process's transaction.
    private static let patienceSeconds = 5.0

    static func path(in directory: String) -> String {
        // A relative path could begin with `file:`, which SQLite would take for a URI.
        (directory.hasPrefix("/") ? directory : "./" + directory) + "/" + name
    }

    /// Opens for writing. Creates and migrates where needed.
    static func openForWriting(_ path: String) throws -> (queue: DatabaseQueue, chain: JournalChain) {
        try create(path)
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: false))
            let identity = try queue.writeWithoutTransaction { database in
                try prepareForWriting(database, path: path)
                return try JournalSchema.identity(of: database)
            }
            return (queue, JournalChain(identity: identity))
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    /// A second connection that only moves what is in the write-ahead log into the file.
    static func openForMoving(_ path: String) throws -> DatabaseQueue {
        do {
            // It can wait for another time, and while it waited others would.
            var configuration = configuration(isReadOnly: false)
            configuration.busyMode = .immediateError
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { database in
                try database.execute(sql: "PRAGMA synchronous = FULL")
                // It may be the last that is closed, where whoever has opened the journal fails.
                try keepLog(database)
            }
            return queue
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    /// Opens for reading, also while another process writes. The schema is checked: what it says can be trusted no more than
    /// the file.
    static func openForReading(_ path: String) throws -> DatabaseQueue {
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw JournalError.failed("could not open `\(path)`: \(String(cString: strerror(errno)))")
        }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration(isReadOnly: true))
            try queue.read { database in
                guard try JournalSchema.version(of: database, path: path) > 0 else {
                    throw JournalError.notAJournal(path: path, because: "it is empty")
                }
            }
            return queue
        } catch {
            throw JournalError.meaning(of: error, path: path)
        }
    }

    /// Written by its owner only, whatever the umask says: the engine does what the journal says, and those who may approve are
    /// in its group. They may read as far as the umask lets them. SQLite gives its other files the same mode.
    private static func create(_ path: String) throws(JournalError) {
        guard mknod(path, S_IFREG | 0o640, 0) == 0 || errno == EEXIST else {
            throw .failed("could not make `\(path)`: \(String(cString: strerror(errno)))")
        }
        for file in [path, path + "-wal", path + "-shm"] { try tighten(file) }
    }

    /// By its name, since the file must not be opened here. Only its owner can do this, and nobody else needs to.
    private static func tighten(_ path: String) throws(JournalError) {
        var status = stat()
        let excess = mode_t(S_IWGRP | S_IXGRP | S_IRWXO)
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return }
        guard status.st_mode & excess != 0, status.st_uid == geteuid() || geteuid() == 0 else { return }
        guard chmod(path, status.st_mode & 0o7777 & ~excess) == 0 else {
            throw .failed("could not keep others from writing to `\(path)`: \(String(cString: strerror(errno)))")
        }
    }

    private static func configuration(isReadOnly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.label = "handrail.journal"
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(patienceSeconds)
        configuration.prepareDatabase { database in
            // The file may be hostile: no function of its schema runs, and each page is checked before it is used.
            try database.execute(sql: "PRAGMA trusted_schema = OFF")
            try database.execute(sql: "PRAGMA cell_size_check = ON")
            database.limitValues(toBytes: JournalLimits.snapshotRecordBytes + 1024)
        }
        return configuration
    }

    private static func prepareForWriting(_ database: Database, path: String) throws {
        // A foreign database is left as it is.
        let version = try JournalSchema.version(of: database, path: path)
        // Only takes effect before the first page is written.
        if version == 0 { try database.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL") }
        try setUpLog(database)
        guard version < JournalSchema.latest else { return }
        try database.inTransaction(.immediate) {
            try JournalSchema.migrate(database, path: path)
            return .commit
        }
    }

    /// Write-ahead log, flushed to the disk at every commit. Read back, since a journal without that is worth nothing.
    private static func setUpLog(_ database: Database) throws {
        let mode = try SQLStatement("PRAGMA journal_mode = WAL", of: database)
        guard try mode.row({ mode.text(0) }) == "wal" else {
            throw JournalError.failed("this file system cannot hold SQLite's write-ahead log")
        }
        try database.execute(sql: "PRAGMA synchronous = FULL")
        guard try synchronous(database) == 2 else {
            throw JournalError.failed("SQLite does not flush every commit to the disk")
        }
        try database.execute(sql: "PRAGMA journal_size_limit = \(64 << 20)")
        try keepLog(database)
    }

    /// The log's files stay, emptied, when the engine ends: who may read but not write them could not open the journal
    /// otherwise, since SQLite would have to make them anew.
    private static func keepLog(_ database: Database) throws {
        var isKept: CInt = 1
        let code = sqlite3_file_control(database.sqliteConnection, "main", SQLITE_FCNTL_PERSIST_WAL, &isKept)
        guard code == SQLITE_OK else {
            throw JournalError.failed("SQLite does not keep its write-ahead log (code \(code))")
        }
    }

    static func synchronous(_ database: Database) throws -> Int64? {
        try JournalSchema.integer("PRAGMA synchronous", of: database)
    }
}

/// What a journal takes at most.
enum JournalLimits {
    /// Of the payload of one entry. What is longer is no event but a file.
    static let payloadBytes = 16 << 20
    static let kindBytes = 128
    /// Of one snapshot, all its records together: some million alerts.
    static let snapshotBytes = 2 << 30
    /// Of one of its records. Once all of a snapshot was one value, and could not be more.
    static let snapshotRecordBytes = 256 << 20
    /// Snapshots that are kept, so that a damaged one has another behind it.
    static let snapshots = 2
}
