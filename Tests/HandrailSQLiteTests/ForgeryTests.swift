import Foundation
import GRDB
import HandrailCore
import HandrailEngine
import Synchronization
import Testing

@testable import HandrailSQLite

/// What somebody puts into the file who knows the format, and has no key: an engine must neither believe nor sign it.
struct ForgeryTests {
    private let time = Timestamp(milliseconds: 1_900_000_000_000)

    private static func isDamaged(_ error: any Error, at sequence: Int64) -> Bool {
        guard case JournalError.damaged(sequence, _) = error else { return false }
        return true
    }

    // MARK: - Retention

    @Test func aForgedRemovalIsFoundWithTheKey() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(40, key: key)
        let exported = try await directory.checkpoints()
        try directory.forgeTrim(through: 20)
        #expect(try await directory.audit().isIntact, "without a key nobody can tell")
        let report = try await directory.audit(keys: [key.verifyingKey])
        #expect(report.firstBad == .init(sequence: 20, reason: .unprovenRemoval))
        let compared = try await directory.audit(exported: exported)
        #expect(compared.comparedExports == 3 && compared.skippedExports == 1)
    }

    /// Else the engine's next checkpoint would vouch for it.
    @Test func anEngineWithTheKeyDoesNotGoOnAfterAForgedRemoval() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(40, key: key)
        let journal = try directory.open(key: key)
        _ = try await journal.append(records(41...41))
        try directory.forgeTrim(through: 20)
        await #expect { try await journal.append(records(42...42)) } throws: { Self.isDamaged($0, at: 20) }
        await #expect { try await journal.checkpoint() } throws: { Self.isDamaged($0, at: 20) }
        #expect { try directory.open(key: key) } throws: { Self.isDamaged($0, at: 20) }
    }

    @Test func aRemovalIsCoveredAtOnce() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(40, key: key)
        let journal = try directory.open(key: key)
        try await journal.save(JournalSnapshot(sequence: 40, records: []))
        #expect(try await journal.trim(through: 40, at: time) == 40)
        // Neither closed nor followed by anything.
        let report = try await directory.audit(keys: [key.verifyingKey])
        #expect(report.isIntact && report.coveredThrough == 41 && report.removedThrough == 40)
        #expect(try await journal.append(records(42...43)) == 43)
        try await journal.close()
        #expect(try await directory.open(key: key).append(records(44...44)) == 44)
    }

    @Test func aSignedJournalIsTrimmedWithItsKeyOnly() async throws {
        let directory = try await StateDirectory.filled(40, key: .generate())
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 40, records: []))
        await #expect(throws: JournalError.self) { try await journal.trim(through: 40, at: time) }
        #expect(try await directory.audit().removedThrough == 0)
    }

    @Test func whatIsOlderThanATimeIsRemoved() async throws {
        let directory = try await StateDirectory.filled(40)
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 40, records: []))
        #expect(try await journal.trim(before: record(1).at, at: time) == 0)
        #expect(try await journal.trim(before: record(26).at, at: time) == 20)
        #expect(try await journal.trim(before: time, at: time) == 40)
        #expect(try await directory.audit().isIntact)
    }

    /// A file that somebody made without incremental vacuum never gives its pages back.
    @Test func aFileThatKeepsItsPagesIsNotAskedForEver() async throws {
        let directory = try await StateDirectory.filled(40)
        let queue = try DatabaseQueue(path: directory.journal)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA auto_vacuum = NONE; VACUUM") }
        try queue.close()
        let journal = try directory.open()
        _ = try await journal.append((41...300).map { record($0, payloadBytes: 2000) })
        _ = try await journal.checkpoint()
        try await journal.save(JournalSnapshot(sequence: 300, records: []))
        #expect(try await journal.trim(through: 300, at: time) == 300)
    }

    // MARK: - Rewritten chains

    @Test(arguments: [0, 5])
    func aRewrittenChainIsNotGoneOnWith(longer: Int) async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(20, key: key)
        let journal = try directory.open(checkpointInterval: 10, key: key)
        try directory.rewrite(from: 15)
        try directory.forge(records(1...5).prefix(longer))
        await #expect { try await journal.append(records(21...21)) } throws: { Self.isDamaged($0, at: 20) }
        await #expect { try await journal.checkpoint() } throws: { Self.isDamaged($0, at: 20) }
        await #expect(throws: JournalError.self) { try await journal.close() }
        // The checkpoint of before is all that was signed.
        #expect(try await directory.checkpoints().map(\.sequence) == [10, 20])
    }

    @Test func aCheckpointThatIsGoneIsNotReplaced() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open(checkpointInterval: 10)
        _ = try await journal.append(records(21...22))
        try directory.edit("DELETE FROM checkpoint")
        await #expect { try await journal.checkpoint() } throws: { Self.isDamaged($0, at: 20) }
    }

    @Test(arguments: [
        "DELETE FROM entry WHERE sequence > 35", "UPDATE entry SET hash = zeroblob(32) WHERE sequence = 40",
    ])
    func aJournalThatDoesNotFitItsCheckpointIsNotOpened(sql: String) async throws {
        let directory = try await StateDirectory.filled(40)
        try directory.edit(sql)
        #expect { try directory.open() } throws: { Self.isDamaged($0, at: 40) }
    }

    @Test func aForgedSignatureKeepsAnEngineFromStarting() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(20, key: key)
        let genuine = try #require(try await directory.checkpoints().last)
        var bytes = try #require(genuine.signature).bytes
        bytes[5] ^= 1
        try directory.replace(
            Checkpoint(
                journal: genuine.journal, sequence: genuine.sequence, at: genuine.at, hash: genuine.hash,
                signature: .init(key: key.verifyingKey, bytes: bytes)))
        #expect { try directory.open(key: key) } throws: { Self.isDamaged($0, at: 20) }
    }

    // MARK: - Snapshots

    @Test func aForgedSnapshotIsNotBelieved() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(40, key: key)
        let genuine = JournalSnapshot(sequence: 20, records: records(1...2))
        let journal = try directory.open(key: key)
        try await journal.save(genuine)
        for isOfTheFirstVersion in [false, true] {
            let forged = JournalSnapshot(sequence: 30, records: records(7...7))
            try directory.forge(forged, isOfTheFirstVersion: isOfTheFirstVersion)
            #expect(try await journal.latestSnapshot() == genuine)
            #expect(try await directory.audit(keys: [key.verifyingKey]).unsignedSnapshots == [30])
            #expect(try await directory.audit().damagedSnapshots == [])
            // Who has no key has only the file's word.
            #expect(try await JournalReader(directory: directory.path).latestSnapshot() == forged)
        }
        let other = try await StateDirectory.filled(40)
        let unsigned = try other.open()
        try await unsigned.save(genuine)
        #expect(try await unsigned.latestSnapshot() == genuine)
    }

    /// A journal that gets its key later starts with what it has; from then on only what is signed counts.
    @Test func aSnapshotOfBeforeThereWasAKeyCountsUntilTheFirstSignature() async throws {
        let key = SigningKey.generate()
        let directory = try await StateDirectory.filled(20)
        let snapshot = JournalSnapshot(sequence: 20, records: records(1...2))
        let unsigned = try directory.open()
        try await unsigned.save(snapshot)
        try await unsigned.close()
        let journal = try directory.open(key: key)
        #expect(try await journal.latestSnapshot() == snapshot)
        _ = try await journal.append(records(21...21))
        _ = try await journal.checkpoint()
        #expect(try await journal.latestSnapshot() == nil)
    }

    @Test func aSnapshotFitsNoOtherHistory() async throws {
        let directory = try await StateDirectory.filled(20)
        let journal = try directory.open()
        try await journal.save(JournalSnapshot(sequence: 12, records: records(1...2)))
        try directory.rewrite(from: 5)
        #expect(try await journal.latestSnapshot() == nil)
    }

    // MARK: - Failures

    /// Waiting for a lock, or for a file that is gone, is not done once for each of them.
    @Test func whatFailsForAllIsTriedOnceForAll() async throws {
        let directory = try StateDirectory()
        let gate = DispatchSemaphore(value: 0)
        let tries = Mutex(0)
        var options = SQLiteJournal.Options()
        options.onStage = { stage in
            guard case .beforeTransaction = stage else { return }
            if tries.withLock({ count in
                count += 1
                return count == 1
            }) {
                gate.wait()
            }
        }
        let journal = try SQLiteJournal(directory: directory.path, options: options)
        await withTaskGroup(of: Bool.self) { group in
            for number in 1...20 {
                group.addTask { (try? await journal.append([record(number)])) == nil }
            }
            while await journal.waitingCallCount < 19 { await Task.yield() }
            #expect(rename(directory.journal, directory.path + "/elsewhere") == 0)
            gate.signal()
            for await hasFailed in group { #expect(hasFailed) }
        }
        #expect(tries.withLock { $0 } == 2)
    }

    // MARK: - Who may write

    /// Whatever the umask was when it was made: approvers are in the group.
    @Test func nobodyButTheOwnerMayWriteToTheJournal() async throws {
        let directory = try await StateDirectory.filled(5)
        let files = ["", "-wal", "-shm"].map { directory.journal + $0 }
        for file in files { #expect(permissions(of: file) & 0o027 == 0) }
        for file in files { chmod(file, 0o666) }
        let journal = try directory.open()
        for file in files { #expect(permissions(of: file) == 0o640) }
        try await journal.close()
    }

    @Test func nobodyButTheOwnerMayOpenTheLock() throws {
        let directory = try StateDirectory()
        let path = directory.path + "/engine.lock"
        #expect(FileManager.default.createFile(atPath: path, contents: nil) && chmod(path, 0o664) == 0)
        let lock = try StateDirectoryLock(directory: directory.path)
        #expect(permissions(of: path) == 0o600)
        withExtendedLifetime(lock) {}
    }
}

extension StateDirectory {
    /// Appends as anybody can who knows the format.
    func forge(_ records: some Sequence<JournalRecord>) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { database in
            let table = JournalTable(database: database, chain: chain)
            _ = try table.append(records, after: table.head())
        }
    }

    func forge(_ snapshot: JournalSnapshot, isOfTheFirstVersion: Bool) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { database in
            try JournalTable(database: database, chain: chain).save(snapshot)
            guard isOfTheFirstVersion else { return }
            // All of it in one piece.
            let content = SnapshotContent.encode(snapshot.records)
            let digest = SnapshotSeal.firstDigest(
                of: JournalChain.sha256(content), sequence: snapshot.sequence, journal: chain.identity)
            try database.execute(
                sql: "UPDATE snapshot SET content = ?, digest = ? WHERE sequence = ?",
                arguments: [Data(content), Data(digest), snapshot.sequence])
            try database.execute(
                sql: "DELETE FROM snapshot_part WHERE snapshot = ?", arguments: [snapshot.sequence])
        }
    }

    /// Deletes, and says that it was retention.
    func forgeTrim(through sequence: Int64) throws {
        let (queue, chain) = try JournalFile.openForWriting(journal)
        try queue.write { database in
            let table = JournalTable(database: database, chain: chain)
            let anchor = try #require(try table.checkpoint(at: sequence))
            let head = try table.append(
                [TrimRecord.record(of: anchor, at: Timestamp(milliseconds: 1_900_000_000_000))], after: table.head())
            try database.execute(
                sql: """
                    INSERT INTO retention VALUES (\(sequence), \(head.sequence));
                    DELETE FROM entry WHERE sequence <= \(sequence);
                    DELETE FROM checkpoint WHERE sequence < \(sequence)
                    """)
        }
    }
}
