internal import GRDB

/// One step of the file's format.
struct JournalMigration {
    let version: Int64
    /// What is executed to come here from the version before.
    let steps: [String]
    /// All tables that there are then, as SQLite keeps their text. A file with anything else in its schema is not trusted.
    let tables: [String]
}

/// The tables of a journal, and how older files become new ones.
///
/// A journal is forever: a migration may add to what earlier versions wrote, and never rewrites an entry.
enum JournalSchema {
    /// "HNDR", in the header of the file: `file` and people can tell what it is.
    static let applicationID: Int64 = 0x484E_4452

    static let migrations = [first, second, third]
    static let latest = migrations.last?.version ?? 0

    private static let first = JournalMigration(version: 1, steps: firstTables, tables: firstTables)

    /// A snapshot may be large. It is written in parts, since nothing else can be written while one part is.
    private static let second = JournalMigration(
        version: 2, steps: [partTable()], tables: firstTables + [partTable()])

    /// Parts are deflated: then they have so many bytes once they are inflated again. Null where a part is stored as it is.
    private static let third = JournalMigration(
        version: 3, steps: ["ALTER TABLE snapshot_part ADD COLUMN inflated_bytes INTEGER"],
        tables: firstTables + [partTable(with: ", inflated_bytes INTEGER")])

    private static func partTable(with column: String = "") -> String {
        """
        CREATE TABLE snapshot_part (snapshot INTEGER NOT NULL, number INTEGER NOT NULL, content BLOB NOT NULL\(column), \
        PRIMARY KEY (snapshot, number)) STRICT, WITHOUT ROWID
        """
    }

    private static let firstTables = [
        "CREATE TABLE migration (version INTEGER PRIMARY KEY) STRICT",
        "CREATE TABLE journal (one INTEGER PRIMARY KEY CHECK (one = 1), identity BLOB NOT NULL) STRICT",
        """
        CREATE TABLE entry (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind TEXT NOT NULL, \
        payload BLOB NOT NULL, hash BLOB NOT NULL) STRICT
        """,
        """
        CREATE TABLE checkpoint (sequence INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash BLOB NOT NULL, \
        public_key BLOB, signature BLOB, digest BLOB NOT NULL) STRICT
        """,
        """
        CREATE TABLE retention (removed_through INTEGER PRIMARY KEY, recorded_by INTEGER NOT NULL) STRICT
        """,
        "CREATE TABLE snapshot (sequence INTEGER PRIMARY KEY, content BLOB NOT NULL, digest BLOB NOT NULL) STRICT",
    ]

    /// Creates or migrates, in the transaction that is open.
    static func migrate(_ database: Database, path: String) throws {
        let found = try version(of: database, path: path)
        for migration in migrations where migration.version > found {
            for step in migration.steps { try database.execute(sql: step) }
            try database.execute(sql: "INSERT INTO migration (version) VALUES (\(migration.version))")
        }
        guard found == 0 else { return }
        let statement = try SQLStatement("INSERT INTO journal (one, identity) VALUES (1, ?)", of: database)
        try statement.bind(blob: randomIdentity(), at: 1)
        try statement.run()
        try database.execute(sql: "PRAGMA application_id = \(applicationID)")
    }

    /// The version of a file whose schema is exactly what that version has; 0 for an empty file.
    ///
    /// The text of each table is compared, since a view or a trigger of that name could make a query do anything.
    static func version(of database: Database, path: String) throws -> Int64 {
        let application = try integer("PRAGMA application_id", of: database)
        let tables = try schema(of: database)
        if tables.isEmpty && application == 0 { return 0 }
        guard application == applicationID else {
            throw JournalError.notAJournal(path: path, because: "its application id is another program's")
        }
        guard tables.contains(firstTables[0]) else {
            throw JournalError.notAJournal(path: path, because: "it has no table of migrations")
        }
        return try migratedVersion(of: database, path: path, tables: tables)
    }

    private static func migratedVersion(of database: Database, path: String, tables: [String]) throws -> Int64 {
        let found = try integer("SELECT max(version) FROM migration", of: database)
        // Each once, so that as many from 1 on are all.
        let counts = try ["", " WHERE version > 0"].map { condition in
            try integer("SELECT count(*) FROM migration\(condition)", of: database)
        }
        guard let found, found > 0, counts == [found, found] else {
            throw JournalError.notAJournal(path: path, because: "its table of migrations is not complete")
        }
        guard found <= latest else { throw JournalError.newerSchema(path: path, found: found, known: latest) }
        guard tables == migrations.first(where: { $0.version == found })?.tables.sorted() else {
            throw JournalError.notAJournal(path: path, because: "its tables are not those of schema \(found)")
        }
        return found
    }

    /// Where the parts of snapshots are found: their numbers, content, and what they have inflated. Nil where there can be none. A
    /// file that is only read stays as it is.
    static func partQuery(of database: Database) throws -> String? {
        let version = try integer("SELECT max(version) FROM migration", of: database) ?? 0
        guard version >= second.version else { return nil }
        let inflatedBytes = version >= third.version ? "inflated_bytes" : "NULL"
        return "SELECT number, content, \(inflatedBytes) FROM snapshot_part WHERE snapshot = ? ORDER BY number"
    }

    /// - Throws: unless the file holds one identity.
    static func identity(of database: Database) throws -> [UInt8] {
        let statement = try SQLStatement("SELECT one, identity FROM journal", of: database)
        defer { statement.reset() }
        guard try statement.step(), statement.integer(0) == 1, let identity = statement.blob(1),
            identity.count == JournalChain.identityBytes, try !statement.step()
        else { throw JournalError.damaged(sequence: nil, because: "its identity is not one value of 16 bytes") }
        return identity
    }

    private static func schema(of database: Database) throws -> [String] {
        let statement = try SQLStatement("SELECT sql FROM sqlite_schema", of: database)
        defer { statement.reset() }
        var tables: [String] = []
        while try statement.step() {
            tables.append(statement.text(0) ?? "")
            guard tables.count <= 100 else { break }
        }
        return tables.sorted()
    }

    static func integer(_ sql: String, of database: Database) throws -> Int64? {
        let statement = try SQLStatement(sql, of: database)
        return try statement.row { statement.integer(0) }.flatMap { $0 }
    }

    private static func randomIdentity() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<JournalChain.identityBytes).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
