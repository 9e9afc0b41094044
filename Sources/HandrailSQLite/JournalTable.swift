internal import GRDB
internal import HandrailCore
internal import HandrailEngine

/// Where the chain stands: the last entry, or what is before the first.
struct JournalHead: Hashable, Sendable {
    let sequence: Int64
    let at: Timestamp
    let hash: [UInt8]
}

/// The statements over a journal's tables. Each function runs in the transaction that is open.
struct JournalTable {
    let database: Database
    let chain: JournalChain

    /// The last entry that retention has removed, or 0. Rows up to it may still lie in the file; they are gone all the same.
    func removedThrough() throws -> Int64 {
        try JournalSchema.integer("SELECT max(removed_through) FROM retention", of: database) ?? 0
    }

    /// What the first entry that is kept follows on.
    func anchor() throws -> JournalHead {
        let removed = try removedThrough()
        guard removed > 0 else {
            return JournalHead(sequence: 0, at: Timestamp(milliseconds: 0), hash: chain.genesis)
        }
        guard let checkpoint = try checkpoint(at: removed) else {
            throw JournalError.damaged(
                sequence: removed, because: "the checkpoint that retention left there is missing")
        }
        return JournalHead(sequence: removed, at: checkpoint.at, hash: checkpoint.hash)
    }

    func head() throws -> JournalHead {
        let anchor = try anchor()
        let statement = try SQLStatement(
            "SELECT sequence, at, hash FROM entry WHERE sequence > ? ORDER BY sequence DESC LIMIT 1", of: database)
        try statement.bind(anchor.sequence, at: 1)
        return try statement.row { try Self.head(in: statement) } ?? anchor
    }

    /// The entry itself, or the anchor; nil where there is neither.
    func head(at sequence: Int64) throws -> JournalHead? {
        let anchor = try anchor()
        if sequence == anchor.sequence { return anchor }
        guard sequence > anchor.sequence else { return nil }
        let statement = try SQLStatement("SELECT sequence, at, hash FROM entry WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        return try statement.row { try Self.head(in: statement) }
    }

    private static func head(in statement: SQLStatement) throws -> JournalHead {
        guard let sequence = statement.integer(0), let at = statement.integer(1), let hash = statement.blob(2),
            hash.count == JournalChain.hashBytes
        else { throw JournalError.damaged(sequence: statement.integer(0), because: "its columns have wrong types") }
        return JournalHead(sequence: sequence, at: Timestamp(milliseconds: at), hash: hash)
    }

    /// Appends behind the head.
    func append(_ records: some Sequence<JournalRecord>, after head: JournalHead) throws -> JournalHead {
        let statement = try SQLStatement(
            "INSERT INTO entry (sequence, at, kind, payload, hash) VALUES (?, ?, ?, ?, ?)", of: database)
        var head = head
        for record in records {
            let (sequence, overflow) = head.sequence.addingReportingOverflow(1)
            guard !overflow else { throw JournalError.damaged(sequence: head.sequence, because: "no number follows") }
            let hash = JournalChain.hash(after: head.hash, sequence: sequence, record: record)
            try statement.bind(sequence, at: 1)
            try statement.bind(record.at.milliseconds, at: 2)
            try statement.bind(text: record.kind, at: 3)
            try statement.bind(blob: record.payload, at: 4)
            try statement.bind(blob: hash, at: 5)
            try statement.run()
            head = JournalHead(sequence: sequence, at: record.at, hash: hash)
        }
        return head
    }

    /// Entries in their order, each checked against the one before it.
    ///
    /// - Throws: ``JournalError/removed(through:)`` where some of them are gone, `damaged` where one is not what was stored.
    func entries(after sequence: Int64, limit: Int) throws -> [JournalEntry] {
        let removed = try removedThrough()
        guard sequence >= removed else { throw JournalError.removed(through: removed) }
        guard let before = try head(at: sequence) else {
            // Beyond the end there is nothing yet; but a hole in the middle is damage.
            let head = try head()
            if sequence > head.sequence { return [] }
            throw JournalError.damaged(sequence: sequence, because: "it is missing")
        }
        var scan = try EntryScan(after: before, limit: limit, of: database)
        defer { scan.end() }
        var entries: [JournalEntry] = []
        while let row = try scan.next() {
            if let fault = row.fault { throw JournalError.damaged(sequence: row.sequence, because: "\(fault)") }
            guard let entry = scan.entry() else {
                throw JournalError.damaged(sequence: row.sequence, because: "its kind is not UTF-8")
            }
            entries.append(entry)
        }
        return entries
    }
}
