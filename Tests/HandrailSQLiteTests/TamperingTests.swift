import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

/// Whoever can write the file, with SQLite's own shell and all knowledge of the format.
struct TamperingTests {
    private static let entryCount = 40

    enum Tampering: String, CaseIterable {
        case edit, drop, dropAndRenumber, insertAndRenumber, insertAtTheEnd, swap, cutOff, moveHash, duplicate
    }

    /// - Returns: the first entry that is wrong after it.
    private func tamper(_ tampering: Tampering, _ directory: StateDirectory, _ random: inout SeededGenerator) throws
        -> Int
    {
        let place = Int.random(in: 1..<Self.entryCount, using: &random)
        let other = Int.random(in: place + 1...Self.entryCount, using: &random)
        let columns = "at, kind, payload, hash"
        let insert = "INSERT INTO entry (sequence, \(columns)) SELECT"
        switch tampering {
        case .edit:
            let edits = [
                "at = at + 1", "kind = kind || 'x'", "payload = CAST(payload || 'x' AS BLOB)", "payload = x''",
            ]
            let edit = edits[Int.random(in: edits.indices, using: &random)]
            try directory.edit("UPDATE entry SET \(edit) WHERE sequence = \(place)")
        case .drop:
            try directory.edit("DELETE FROM entry WHERE sequence BETWEEN \(place) AND \(other - 1)")
        case .dropAndRenumber:
            try directory.edit(
                "DELETE FROM entry WHERE sequence = \(place); \(Self.renumber(from: place + 1, by: -1))")
        case .insertAndRenumber:
            try directory.edit(
                "\(Self.renumber(from: place, by: 1)); \(insert) \(place), \(columns) FROM entry WHERE sequence = \(other + 1)"
            )
        case .insertAtTheEnd:
            try directory.edit("\(insert) \(Self.entryCount + 1), \(columns) FROM entry WHERE sequence = \(place)")
            return Self.entryCount + 1
        case .swap:
            try directory.edit(
                """
                UPDATE entry SET sequence = -1 WHERE sequence = \(place);
                UPDATE entry SET sequence = \(place) WHERE sequence = \(other);
                UPDATE entry SET sequence = \(other) WHERE sequence = -1
                """)
        case .cutOff: try directory.edit("DELETE FROM entry WHERE sequence >= \(place)")
        case .moveHash:
            try directory.edit(
                "UPDATE entry SET hash = (SELECT hash FROM entry WHERE sequence = \(other)) WHERE sequence = \(place)")
        case .duplicate:
            let early = -Int.random(in: 0...3, using: &random)
            try directory.edit("\(insert) \(early), \(columns) FROM entry WHERE sequence = \(place)")
            return early
        }
        return place
    }

    private static func renumber(from place: Int, by step: Int) -> String {
        // Away and back, since no number may occur twice in between.
        "UPDATE entry SET sequence = -sequence WHERE sequence >= \(place);"
            + "UPDATE entry SET sequence = -sequence + \(step) WHERE sequence < 0"
    }

    @Test(arguments: Tampering.allCases)
    func theFirstBadEntryIsNamed(tampering: Tampering) async throws {
        let original = try await StateDirectory.filled(Self.entryCount)
        for seed in UInt64(1)...12 {
            var random = SeededGenerator(state: seed)
            let directory = try original.copy()
            let place = try tamper(tampering, directory, &random)
            let finding = try await directory.audit().firstBad
            #expect(finding?.sequence == Int64(place), "\(tampering), seed \(seed): \(String(describing: finding))")
        }
    }

    @Test func whatWasCutOffAfterTheLastCheckpointIsSaidToBeUncovered() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open(checkpointInterval: 10)
        for number in 1...17 { _ = try await journal.append([record(number)]) }
        let report = try await directory.audit()
        #expect(report.isIntact && report.coveredThrough == 10 && report.uncoveredEntries == 7)
        try directory.edit("DELETE FROM entry WHERE sequence > 12")
        #expect(try await directory.audit().isIntact)
        try directory.edit("DELETE FROM entry WHERE sequence > 9")
        #expect(try await directory.audit().firstBad == .init(sequence: 10, reason: .truncated(checkpoint: 10)))
    }

    /// Who knows the format can make the chain anew. Only a signature, or a checkpoint kept elsewhere, shows it.
    @Test func aRewrittenHistoryIsFoundByTheNextCheckpointTheSignatureOrTheExport() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(Self.entryCount, key: key)
        let exported = try await directory.checkpoints()
        #expect(try await directory.audit(keys: [key.verifyingKey], exported: exported).comparedExports == 4)

        try directory.rewrite(from: 15)
        #expect(try await directory.audit().firstBad == .init(sequence: 20, reason: .checkpointMismatch))

        try directory.remakeCheckpoints(from: 15, key: nil)
        let unsigned = AuditReport.Finding(sequence: 20, reason: .unsigned)
        #expect(try await directory.audit(keys: [key.verifyingKey]).firstBad == unsigned)
        #expect(try await directory.audit().firstBad == unsigned)

        let forger = SigningKey.generate()
        try directory.remakeCheckpoints(from: 15, key: forger)
        let forged = AuditReport.Finding(sequence: 20, reason: .signedByOtherKey(name: forger.verifyingKey.name))
        #expect(try await directory.audit(keys: [key.verifyingKey]).firstBad == forged)
        #expect(try await directory.audit().isIntact, "without a key nobody can tell")
        let rewritten = AuditReport.Finding(sequence: 20, reason: .exportedCheckpointMismatch)
        #expect(try await directory.audit(exported: exported).firstBad == rewritten)

        try directory.edit("DELETE FROM checkpoint")
        #expect(try await directory.audit(keys: [key.verifyingKey]).firstBad?.reason == .unsigned)
    }

    @Test func aForgedSignatureIsFound() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(20, key: key)
        let genuine = try #require(try await directory.checkpoints().last)
        var bytes = try #require(genuine.signature).bytes
        bytes[5] ^= 1
        let forged = Checkpoint(
            journal: genuine.journal, sequence: genuine.sequence, at: genuine.at, hash: genuine.hash,
            signature: .init(key: key.verifyingKey, bytes: bytes))
        try directory.replace(forged)
        let report = try await directory.audit(keys: [key.verifyingKey])
        #expect(report.firstBad == .init(sequence: 20, reason: .badSignature))
        #expect(report.signedCheckpoints == 1 && report.coveredThrough == 10)
        #expect(try await directory.audit().firstBad == report.firstBad)
    }

    @Test func anEarlierStateOfTheFileIsFoundByAnExportedCheckpoint() async throws {
        let directory = try await StateDirectory.filled(20)
        let earlier = try directory.copy()
        let journal = try directory.open()
        _ = try await journal.append(records(21...30))
        let exported = try #require(try await journal.checkpoint())
        #expect(try await directory.audit(exported: [exported]).comparedExports == 1)
        let put = try await earlier.audit(exported: [exported])
        #expect(put.firstBad == .init(sequence: 21, reason: .truncated(checkpoint: 30)))
        let other = try await StateDirectory.filled(40)
        #expect(try await other.audit(exported: [exported]).firstBad == .init(sequence: 30, reason: .otherJournal))
    }
}

extension StateDirectory {
    func copy() throws -> StateDirectory {
        let copy = try StateDirectory()
        try FileManager.default.copyItem(atPath: journal, toPath: copy.journal)
        return copy
    }

    /// Edits an entry and makes all hashes from there anew.
    func rewrite(from place: Int64) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { database in
            let table = JournalTable(database: database, chain: chain)
            guard var head = try table.head(at: place - 1) else { throw JournalError.closed }
            let old = try Row.fetchAll(
                database, sql: "SELECT at, kind, payload FROM entry WHERE sequence >= ? ORDER BY sequence",
                arguments: [place])
            try database.execute(sql: "DELETE FROM entry WHERE sequence >= ?", arguments: [place])
            for (index, row) in old.enumerated() {
                let payload: Data = index == 0 ? Data("changed".utf8) : row["payload"]
                let record = JournalRecord(
                    at: Timestamp(milliseconds: row["at"]), kind: row["kind"], payload: Array(payload))
                head = try table.append([record], after: head)
            }
        }
    }

    /// Makes the checkpoints from a place on fit the entries again.
    func remakeCheckpoints(from place: Int64, key: SigningKey?) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { database in
            let table = JournalTable(database: database, chain: chain)
            let sequences = try Int64.fetchAll(
                database, sql: "SELECT sequence FROM checkpoint WHERE sequence >= ? ORDER BY 1", arguments: [place])
            try database.execute(sql: "DELETE FROM checkpoint WHERE sequence >= ?", arguments: [place])
            for sequence in sequences {
                guard let head = try table.head(at: sequence) else { continue }
                try table.store(
                    Checkpoint(
                        journal: chain.identity, sequence: sequence, at: head.at, hash: head.hash, signedWith: key))
            }
        }
    }

    func replace(_ checkpoint: Checkpoint) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { try JournalTable(database: $0, chain: chain).store(checkpoint) }
    }
}
