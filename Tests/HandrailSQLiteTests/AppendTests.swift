import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Testing

@testable import HandrailSQLite

struct AppendTests {
    @Test func whatWasAppendedIsReadBackInOrderAndAfterReopening() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        #expect(try await journal.append([]) == 0)
        #expect(try await journal.append(records(1...3)) == 3)
        #expect(try await journal.append(records(4...4)) == 4)
        #expect(try await journal.append([]) == 4)
        try await journal.close()

        let again = try directory.open()
        #expect(try await again.append(records(5...5)) == 5)
        let entries = try await again.entries(after: 0, limit: 10)
        #expect(entries.map(\.sequence) == [1, 2, 3, 4, 5])
        #expect(entries.map(\.record) == records(1...5))
        #expect(try await again.entries(after: 2, limit: 2).map(\.sequence) == [3, 4])
        #expect(try await again.entries(after: 5, limit: 10) == [])
        #expect(try await again.entries(after: 99, limit: 10) == [])
        #expect(try await again.entries(after: 0, limit: -1) == [])
        #expect(try await again.lastSequence() == 5)
    }

    /// The framing, written out once more from the documentation and not from the code.
    @Test func theHashIsTheOneThatIsDocumented() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        _ = try await journal.append(records(1...2))
        let identity = try #require(try await journal.checkpoint()).journal
        let entries = try await journal.entries(after: 0, limit: 2)
        func number(_ value: Int64) -> [UInt8] {
            (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
        }
        var hash = JournalChain.sha256(Array("handrail journal 1\n".utf8) + identity)
        for entry in entries {
            let kind = Array(entry.record.kind.utf8)
            hash = JournalChain.sha256(
                hash + number(entry.sequence) + number(entry.record.at.milliseconds) + number(Int64(kind.count)) + kind
                    + number(Int64(entry.record.payload.count)) + entry.record.payload)
            #expect(entry.hash == hash)
        }
    }

    /// FIPS 180-2, appendix B.1.
    @Test func theHashFunctionIsSHA256() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(JournalChain.sha256(Array("abc".utf8)).hexadecimal == expected)
    }

    @Test(arguments: [
        Timestamp.distantPast, Timestamp.distantFuture, Timestamp(milliseconds: 0), Timestamp(milliseconds: -1),
    ])
    func extremeRecordsSurvive(time: Timestamp) async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        let extremes = [
            JournalRecord(at: time, kind: "a", payload: []),
            JournalRecord(at: time, kind: String(repeating: "k", count: 128), payload: Array(0...255)),
            JournalRecord(at: time, kind: "large", payload: [UInt8](repeating: 7, count: 1 << 20)),
        ]
        _ = try await journal.append(extremes)
        #expect(try await journal.entries(after: 0, limit: 3).map(\.record) == extremes)
        #expect(try await directory.audit().isIntact)
    }

    @Test(arguments: ["", "with space", "line\n", "nul\0", "umlaut-ä", String(repeating: "k", count: 129)])
    func anUnreadableKindIsRefusedAndNothingOfItsCallIsKept(kind: String) async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        await #expect(throws: JournalError.invalidKind(kind)) {
            try await journal.append([record(1), JournalRecord(at: .distantPast, kind: kind, payload: [])])
        }
        #expect(try await journal.lastSequence() == 0)
    }

    @Test func aPayloadBeyondTheLimitIsRefused() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        let limit = JournalLimits.payloadBytes
        await #expect(
            throws: JournalError.tooLarge(what: "the payload of a `note`", bytes: limit + 1, limitBytes: limit)
        ) {
            try await journal.append([record(1, payloadBytes: limit + 1)])
        }
        #expect(try await journal.append([record(1, payloadBytes: limit)]) == 1)
    }

    @Test func everyCommitIsFlushedToTheDisk() async throws {
        let directory = try StateDirectory()
        let (queue, _) = try JournalFile.openForWriting(directory.journal)
        // 2 is FULL; GRDB's pool would have made it 1, NORMAL.
        #expect(try await queue.read { try JournalFile.synchronous($0) } == 2)
        #expect(try await queue.read { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
        #expect(try await queue.read { try Int.fetchOne($0, sql: "PRAGMA auto_vacuum") } == 2)
    }

    @Test func theFileIsClosedToOthers() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        _ = try await journal.append(records(1...1))
        for suffix in ["", "-wal", "-shm"] { #expect(permissions(of: directory.journal + suffix) & 0o007 == 0) }
        #expect(permissions(of: directory.journal) & 0o600 == 0o600)
    }

    @Test func manyOpenersOfANewJournalAgree() async throws {
        let directory = try StateDirectory()
        let journals = try await withThrowingTaskGroup(of: SQLiteJournal.self) { group in
            for _ in 0..<8 { group.addTask { try directory.open() } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        for journal in journals { _ = try await journal.append(records(1...2)) }
        #expect(try await directory.audit().entries == 16)
        #expect(try await directory.audit().isIntact)
    }

    @Test func afterClosingNothingIsAppended() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        async let last = journal.append(records(1...100))
        _ = try await last
        try await journal.close()
        try await journal.close()
        await #expect(throws: JournalError.closed) { try await journal.append(records(1...1)) }
        let log = try FileManager.default.attributesOfItem(atPath: directory.journal + "-wal")
        #expect(log[.size] as? Int == 0, "all is in the one file, and the log stays for those who may only read")
        #expect(try await directory.audit().lastCheckpoint?.sequence == 100)
    }

    @Test func aJournalThatWasMovedAwayIsNoticed() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        _ = try await journal.append(records(1...1))
        try FileManager.default.moveItem(atPath: directory.journal, toPath: directory.journal + ".old")
        await #expect(throws: JournalError.moved(path: directory.journal)) {
            try await journal.append(records(2...2))
        }
    }

    @Test func entriesThatVanishWhileTheJournalIsOpenAreNoticed() async throws {
        let directory = try StateDirectory()
        let journal = try directory.open()
        _ = try await journal.append(records(1...5))
        try directory.edit("DELETE FROM entry WHERE sequence > 3")
        await #expect(throws: JournalError.self) { try await journal.append(records(6...6)) }
        #expect(try await journal.lastSequence() == 3)
    }

    @Test func aDamagedEntryIsNeverHandedOut() async throws {
        let directory = try await StateDirectory.filled(20)
        try directory.edit("UPDATE entry SET payload = x'00' WHERE sequence = 7")
        let reader = try JournalReader(directory: directory.path)
        #expect(try await reader.entries(after: 0, limit: 6).count == 6)
        await #expect(throws: JournalError.self) { try await reader.entries(after: 0, limit: 7) }
        try directory.edit("DELETE FROM entry WHERE sequence = 7")
        await #expect(throws: JournalError.damaged(sequence: 7, because: "it is missing")) {
            try await reader.entries(after: 7, limit: 7)
        }
    }
}
