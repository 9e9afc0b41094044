internal import GRDB

/// Why the journal could not be opened, read or appended to. Nothing of what was asked for has been done.
public enum JournalError: Error, Hashable, Sendable {
    /// Some other file: another program's database, or no database at all.
    case notAJournal(path: String, because: String)
    /// Written by a newer Handrail.
    case newerSchema(path: String, found: Int64, known: Int64)
    case diskFull
    case readOnly
    /// The engine was killed while it made the file, and only who may write can take that back.
    case interrupted
    /// Another process held the write lock for longer than a writer waits.
    case busy
    /// The file at the path is another one by now, or gone.
    case moved(path: String)
    /// What is stored is not what was stored. The sequence of an entry where one can be named.
    case damaged(sequence: Int64?, because: String)
    /// Retention has removed these entries; a snapshot has to be folded first.
    case removed(through: Int64)
    case tooLarge(what: String, bytes: Int, limitBytes: Int)
    case invalidKind(String)
    case invalidKey(path: String, because: String)
    case invalidSnapshot(because: String)
    case closed
    /// Anything else that SQLite or the kernel says.
    case failed(String)
}

extension JournalError: CustomStringConvertible {
    /// One lowercase sentence without a final stop.
    public var description: String {
        switch self {
        case .notAJournal(let path, let reason): "`\(path)` is not a journal of Handrail: \(reason)"
        case .newerSchema(let path, let found, let known):
            "`\(path)` has schema \(found) and this version of Handrail knows \(known) at most; use a newer one"
        case .diskFull: "the disk is full; nothing was written to the journal, and it goes on once there is space"
        case .readOnly: "the journal may not be written to; see to the permissions of its file and folder"
        case .interrupted: "the journal was being made when its engine ended; the next engine completes it"
        case .busy: "another process holds the journal's write lock and does not let go of it"
        case .moved(let path): "`\(path)` was moved, removed or replaced while it was open; restart on the right file"
        case .damaged(let sequence?, let reason): "the journal is damaged at entry \(sequence): \(reason)"
        case .damaged(nil, let reason): "the journal is damaged: \(reason)"
        case .removed(let sequence): "entries up to \(sequence) were removed by retention; begin with a snapshot"
        case .tooLarge(let what, let bytes, let limit): "\(what) has \(bytes) bytes, more than \(limit)"
        case .invalidKind(let kind): "`\(kind)` is no kind of entry: 1 to 128 bytes of printable ASCII without spaces"
        case .invalidKey(let path, let reason): "the key `\(path)` cannot be used: \(reason)"
        case .invalidSnapshot(let reason): "the snapshot cannot be saved: \(reason)"
        case .closed: "the journal is closed"
        case .failed(let reason): "the journal failed: \(reason)"
        }
    }
}

extension JournalError {
    /// What an error of the database means for whoever asked. Cancellation stays what it is.
    static func meaning(of error: any Error, path: String) -> any Error {
        guard let error = error as? DatabaseError else { return error }
        if error.extendedResultCode == .SQLITE_READONLY_ROLLBACK { return JournalError.interrupted }
        switch error.resultCode {
        case .SQLITE_FULL: return JournalError.diskFull
        case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: return JournalError.readOnly
        case .SQLITE_BUSY, .SQLITE_LOCKED, .SQLITE_PROTOCOL: return JournalError.busy
        case .SQLITE_CORRUPT: return JournalError.damaged(sequence: nil, because: words(of: error))
        case .SQLITE_TOOBIG: return JournalError.damaged(sequence: nil, because: "a value is larger than any can be")
        case .SQLITE_NOTADB: return JournalError.notAJournal(path: path, because: words(of: error))
        default: return JournalError.failed("\(words(of: error)) (SQLite code \(error.extendedResultCode.rawValue))")
        }
    }

    private static func words(of error: DatabaseError) -> String { error.message ?? "no reason was given" }
}
