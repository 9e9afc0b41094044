internal import GRDB
internal import HandrailCore

extension JournalTable {
    /// - Throws: `damaged` where it is not what was stored.
    func checkpoint(at sequence: Int64) throws -> Checkpoint? {
        let statement = try SQLStatement(
            "SELECT sequence, at, hash, public_key, signature, digest FROM checkpoint WHERE sequence = ?", of: database)
        try statement.bind(sequence, at: 1)
        return try statement.row { try checkpoint(in: statement) }
    }

    func latestCheckpoint() throws -> Checkpoint? {
        try checkpointBefore(.max)
    }

    /// The latest at a sequence or before it.
    func checkpointBefore(_ sequence: Int64) throws -> Checkpoint? {
        let statement = try SQLStatement(
            """
            SELECT sequence, at, hash, public_key, signature, digest FROM checkpoint WHERE sequence <= ?
            ORDER BY sequence DESC LIMIT 1
            """, of: database)
        try statement.bind(sequence, at: 1)
        return try statement.row { try checkpoint(in: statement) }
    }

    /// In their order.
    func checkpoints() throws -> [Checkpoint] {
        var checkpoints: [Checkpoint] = []
        try forEachCheckpoint { checkpoints.append($0) }
        return checkpoints
    }

    private func forEachCheckpoint(_ body: (Checkpoint) -> Void) throws {
        let statement = try checkpointStatement()
        defer { statement.reset() }
        while try statement.step() { body(try checkpoint(in: statement)) }
    }

    /// All checkpoints in their order, for ``checkpoint(in:)``.
    func checkpointStatement() throws -> SQLStatement {
        try SQLStatement(
            "SELECT sequence, at, hash, public_key, signature, digest FROM checkpoint ORDER BY sequence", of: database)
    }

    /// - Throws: `damaged`, with its sequence as far as that can be read.
    func checkpoint(in statement: SQLStatement) throws -> Checkpoint {
        let sequence = statement.integer(0)
        guard let sequence, let at = statement.integer(1), let hash = statement.blob(2),
            hash.count == JournalChain.hashBytes, let digest = statement.blob(5)
        else { throw JournalError.damaged(sequence: sequence, because: "its checkpoint has wrong columns") }
        let checkpoint = Checkpoint(
            journal: chain.identity, sequence: sequence, at: Timestamp(milliseconds: at), hash: hash,
            signature: try signature(in: statement, sequence: sequence))
        guard checkpoint.digest == digest else {
            throw JournalError.damaged(sequence: sequence, because: "its checkpoint is not what was stored")
        }
        return checkpoint
    }

    private func signature(in statement: SQLStatement, sequence: Int64) throws -> Checkpoint.Signature? {
        if statement.isNull(3) && statement.isNull(4) { return nil }
        guard let key = statement.blob(3).flatMap({ VerifyingKey(bytes: $0) }), let bytes = statement.blob(4),
            bytes.count == 64
        else { throw JournalError.damaged(sequence: sequence, because: "its checkpoint's signature has wrong columns") }
        return Checkpoint.Signature(key: key, bytes: bytes)
    }

    /// Puts down a checkpoint at the head, unless there is one that says as much.
    ///
    /// Without a key none is made behind a signed one: an unsigned one there would look like a forgery.
    ///
    /// - Returns: the latest checkpoint. Nil where there is none.
    func makeCheckpoint(at head: JournalHead, key: SigningKey?) throws -> Checkpoint? {
        let latest = try latestCheckpoint()
        if let latest {
            guard head.sequence >= latest.sequence else {
                throw JournalError.damaged(sequence: latest.sequence, because: "it is missing, and has a checkpoint")
            }
            let isSigned = latest.signature != nil
            let addsNothing = head.sequence == latest.sequence && (isSigned || key == nil)
            if addsNothing || (isSigned && key == nil) { return latest }
        }
        guard head.sequence > 0 else { return nil }
        let checkpoint = try Checkpoint(
            journal: chain.identity, sequence: head.sequence, at: head.at, hash: head.hash, signedWith: key)
        try store(checkpoint)
        return checkpoint
    }

    func store(_ checkpoint: Checkpoint) throws {
        let statement = try SQLStatement(
            """
            INSERT OR REPLACE INTO checkpoint (sequence, at, hash, public_key, signature, digest)
            VALUES (?, ?, ?, ?, ?, ?)
            """, of: database)
        try statement.bind(checkpoint.sequence, at: 1)
        try statement.bind(checkpoint.at.milliseconds, at: 2)
        try statement.bind(blob: checkpoint.hash, at: 3)
        if let signature = checkpoint.signature {
            try statement.bind(blob: signature.key.bytes, at: 4)
            try statement.bind(blob: signature.bytes, at: 5)
        } else {
            try statement.bindNull(at: 4)
            try statement.bindNull(at: 5)
        }
        try statement.bind(blob: checkpoint.digest, at: 6)
        try statement.run()
    }
}
