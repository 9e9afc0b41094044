internal import GRDB
internal import GRDBSQLite

/// A prepared statement of GRDB's that is bound and read through SQLite's own functions.
///
/// GRDB reads a blob as Foundation's `Data`, and converts a value of an unexpected type where it can. A journal that may
/// have been tampered with has to see each value as it is stored.
struct SQLStatement {
    private let database: Database
    private let statement: Statement

    private var handle: OpaquePointer { statement.sqliteStatement }

    /// Kept by the connection, so that it is prepared once.
    init(_ sql: String, of database: Database) throws {
        self.database = database
        statement = try database.cachedStatement(sql: sql)
        reset()
    }

    func bind(_ number: Int64, at place: Int32) throws {
        try check(sqlite3_bind_int64(handle, place, number))
    }

    /// Binds no bytes as an empty blob and not as NULL, which is what SQLite makes of a null pointer.
    func bind(blob bytes: [UInt8], at place: Int32) throws {
        guard !bytes.isEmpty else { return try check(sqlite3_bind_zeroblob(handle, place, 0)) }
        try bytes.withUnsafeBytes {
            try check(sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), Self.copied))
        }
    }

    func bind(text: String, at place: Int32) throws {
        var text = text
        try text.withUTF8 { utf8 in
            try utf8.withMemoryRebound(to: CChar.self) {
                try check(
                    sqlite3_bind_text64(
                        handle, place, $0.baseAddress, UInt64($0.count), Self.copied, UInt8(SQLITE_UTF8)))
            }
        }
    }

    func bindNull(at place: Int32) throws {
        try check(sqlite3_bind_null(handle, place))
    }

    /// - Returns: whether there is a row to be read.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code: throw failure(code)
        }
    }

    /// Ends what is under way: else it would hold its read lock.
    func reset() {
        sqlite3_reset(handle)
    }

    /// One row, and no more of it.
    func row<Value>(_ read: () throws -> Value) throws -> Value? {
        defer { reset() }
        return try step() ? try read() : nil
    }

    /// Runs it for its effect.
    func run() throws {
        defer { reset() }
        while try step() {}
    }

    /// Nil unless it is stored as an integer.
    func integer(_ column: Int32) -> Int64? {
        sqlite3_column_type(handle, column) == SQLITE_INTEGER ? sqlite3_column_int64(handle, column) : nil
    }

    /// Nil unless it is stored as a blob. The bytes are valid until the next step.
    func withBlob<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value? {
        guard sqlite3_column_type(handle, column) == SQLITE_BLOB else { return nil }
        let start = sqlite3_column_blob(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// Nil unless it is stored as text. The bytes are valid until the next step, and not known to be UTF-8.
    func withText<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) throws -> Value) rethrows -> Value? {
        guard sqlite3_column_type(handle, column) == SQLITE_TEXT else { return nil }
        let start = sqlite3_column_text(handle, column)
        return try body(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func blob(_ column: Int32) -> [UInt8]? { withBlob(column) { Array($0) } }

    func text(_ column: Int32) -> String? {
        withText(column) { String(validating: $0, as: UTF8.self) }.flatMap { $0 }
    }

    /// SQLITE_TRANSIENT: SQLite takes a copy.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(resultCode: ResultCode(rawValue: code), message: database.lastErrorMessage)
    }
}

extension Database {
    /// The largest value that this connection reads or writes from now on.
    func limitValues(toBytes bytes: Int) {
        sqlite3_limit(sqliteConnection, SQLITE_LIMIT_LENGTH, Int32(clamping: bytes))
    }

    /// Whether the path leads to another file than the open one, or to none.
    func hasMoved() -> Bool {
        var moved: Int32 = 0
        let code = sqlite3_file_control(sqliteConnection, "main", SQLITE_FCNTL_HAS_MOVED, &moved)
        return code == SQLITE_OK && moved != 0
    }
}
