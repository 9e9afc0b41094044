internal import GRDB

/// One walk over a journal, in one read transaction: entries, and beside them the checkpoints in the file and the exported
/// ones, all in the order of their sequence.
struct AuditPass {
    private struct Stop: Error {
        let finding: AuditReport.Finding
    }

    private let table: JournalTable
    private let keys: [VerifyingKey]
    private var exported: ArraySlice<Checkpoint>
    private let checkpoints: SQLStatement
    private var nextCheckpoint: Checkpoint?
    private var report = AuditReport()

    init(table: JournalTable, keys: [VerifyingKey], exported: [Checkpoint]) throws {
        self.table = table
        self.keys = keys
        self.exported = exported.sorted { $0.sequence < $1.sequence }[...]
        checkpoints = try table.checkpointStatement()
        report.journal = table.chain.identity
    }

    mutating func run() -> AuditReport {
        do {
            try walk()
            try checkEnd()
            try checkRemoval()
            try checkSnapshots()
            try checkFile()
        } catch let stop as Stop {
            report.firstBad = stop.finding
        } catch let error as JournalError {
            report.firstBad = finding(of: error)
        } catch {
            // SQLite's own words, for example that a page is malformed, while the entry after the last good one was read.
            let meaning = JournalError.meaning(of: error, path: "")
            report.firstBad = AuditReport.Finding(
                sequence: afterLast, reason: .unreadable(because: "\(meaning)"))
        }
        checkpoints.reset()
        return report
    }

    /// Saturated: the number may be a hostile one.
    private var afterLast: Int64 { report.lastSequence == .max ? .max : report.lastSequence + 1 }

    private func finding(of error: JournalError) -> AuditReport.Finding {
        guard case .damaged(let sequence, let reason) = error else {
            return AuditReport.Finding(sequence: nil, reason: .damagedFile(because: "\(error)"))
        }
        return AuditReport.Finding(sequence: sequence, reason: .damagedCheckpoint(because: reason))
    }

    private func stop(_ sequence: Int64?, _ reason: AuditReport.Reason) -> Stop {
        Stop(finding: AuditReport.Finding(sequence: sequence, reason: reason))
    }

    // MARK: - Entries

    private mutating func walk() throws {
        if let lowest = try JournalSchema.integer("SELECT min(sequence) FROM entry", of: table.database), lowest < 1 {
            throw stop(lowest, .numberedBelowOne)
        }
        let anchor = try table.anchor()
        report.removedThrough = anchor.sequence
        report.lastSequence = anchor.sequence
        dropExports(before: anchor.sequence)
        try readCheckpoint(after: .min)
        if anchor.sequence > 0 { try compare(anchor) }
        var scan = try EntryScan(after: anchor, limit: -1, of: table.database)
        defer { scan.end() }
        while let row = try scan.next() {
            if let fault = row.fault { throw stop(row.sequence, reason(of: fault)) }
            report.entries += 1
            report.lastSequence = row.sequence
            guard isDue(nextCheckpoint, at: row.sequence) || isDue(exported.first, at: row.sequence) else { continue }
            try compare(JournalHead(sequence: row.sequence, at: row.at, hash: scan.hash))
        }
    }

    private func isDue(_ checkpoint: Checkpoint?, at sequence: Int64) -> Bool {
        checkpoint.map { $0.sequence <= sequence } ?? false
    }

    private func reason(of fault: EntryScan.Fault) -> AuditReport.Reason {
        switch fault {
        case .missing: .missing
        case .columns: .wrongColumns
        case .hash: .hashMismatch
        }
    }

    // MARK: - Checkpoints

    private mutating func compare(_ head: JournalHead) throws {
        while let checkpoint = exported.first, checkpoint.sequence <= head.sequence {
            exported.removeFirst()
            try compare(exported: checkpoint, with: head)
        }
        guard let checkpoint = nextCheckpoint, checkpoint.sequence <= head.sequence else { return }
        guard checkpoint.sequence == head.sequence else {
            throw stop(checkpoint.sequence, .damagedCheckpoint(because: "there is no such entry"))
        }
        guard checkpoint.hash == head.hash, checkpoint.at == head.at else {
            throw stop(checkpoint.sequence, .checkpointMismatch)
        }
        try checkSignature(of: checkpoint)
        report.checkpoints += 1
        report.lastCheckpoint = checkpoint
        try readCheckpoint(after: checkpoint.sequence)
    }

    private mutating func readCheckpoint(after sequence: Int64) throws {
        nextCheckpoint = try checkpoints.step() ? try table.checkpoint(in: checkpoints) : nil
        guard let nextCheckpoint, nextCheckpoint.sequence <= max(sequence, 0) else { return }
        throw stop(nextCheckpoint.sequence, .damagedCheckpoint(because: "it is out of place"))
    }

    private mutating func checkSignature(of checkpoint: Checkpoint) throws {
        guard let signature = checkpoint.signature else {
            // Before the first signed one there may be others: from when there was no key yet.
            if report.lastCheckpoint?.signature != nil { throw stop(checkpoint.sequence, .unsigned) }
            if keys.isEmpty { report.coveredThrough = checkpoint.sequence }
            return
        }
        guard keys.isEmpty || keys.contains(signature.key) else {
            throw stop(checkpoint.sequence, .signedByOtherKey(name: signature.key.name))
        }
        guard checkpoint.isSigned(by: signature.key) else { throw stop(checkpoint.sequence, .badSignature) }
        report.coveredThrough = checkpoint.sequence
        if !keys.isEmpty { report.signedCheckpoints += 1 }
    }

    private mutating func dropExports(before sequence: Int64) {
        report.skippedExports = exported.count { $0.sequence < sequence && $0.journal == report.journal }
        // One of another journal stays, to be reported.
        exported = exported.filter { $0.sequence >= sequence || $0.journal != report.journal }[...]
    }

    private mutating func compare(exported checkpoint: Checkpoint, with head: JournalHead) throws {
        guard checkpoint.journal == report.journal else { throw stop(checkpoint.sequence, .otherJournal) }
        guard checkpoint.sequence == head.sequence, checkpoint.hash == head.hash, checkpoint.at == head.at else {
            throw stop(checkpoint.sequence, .exportedCheckpointMismatch)
        }
        report.comparedExports += 1
        report.coveredThrough = max(report.coveredThrough, checkpoint.sequence)
    }

    // MARK: - What is wrong as a whole

    private func checkEnd() throws {
        if let other = exported.first(where: { $0.journal != report.journal }) {
            throw stop(other.sequence, .otherJournal)
        }
        if let beyond = [nextCheckpoint, exported.first].compactMap(\.self).map(\.sequence).min() {
            throw stop(afterLast, .truncated(checkpoint: beyond))
        }
        guard keys.isEmpty || report.signedCheckpoints > 0 || report.entries == 0 else {
            throw stop(report.lastCheckpoint?.sequence ?? report.lastSequence, .unsigned)
        }
    }

    /// The chain itself has to say what retention has removed. Where keys are given, what one of them has signed, or what was
    /// exported, has to cover the entry that says so: anybody could have appended it.
    private func checkRemoval() throws {
        let statement = try SQLStatement("SELECT removed_through, recorded_by FROM retention", of: table.database)
        defer { statement.reset() }
        guard try statement.step() else { return }
        guard statement.integer(0) == report.removedThrough, let recordedBy = statement.integer(1),
            recordedBy > report.removedThrough, recordedBy <= report.lastSequence, try !statement.step(),
            try table.isTrimRecord(at: recordedBy), keys.isEmpty || recordedBy <= report.coveredThrough
        else { throw stop(report.removedThrough, .unprovenRemoval) }
    }

    private mutating func checkSnapshots() throws {
        let sequences = try table.snapshotSequences()
        guard sequences.count <= JournalLimits.snapshots else {
            throw stop(nil, .damagedFile(because: "it holds more snapshots than Handrail keeps"))
        }
        for sequence in sequences {
            guard let seal = try table.sealIfIntact(ofSnapshot: sequence) else {
                report.damagedSnapshots.append(sequence)
                continue
            }
            if !keys.isEmpty && !keys.contains(where: { seal.isSigned(by: $0) }) {
                report.unsignedSnapshots.append(sequence)
            }
        }
    }

    /// Pages that the walk did not come through: a search by number could be led astray by them.
    private func checkFile() throws {
        let statement = try SQLStatement("PRAGMA quick_check(1)", of: table.database)
        let words = try statement.row { statement.text(0) }.flatMap { $0 }
        guard words == "ok" else { throw stop(nil, .damagedFile(because: words ?? "SQLite cannot check it")) }
    }
}
