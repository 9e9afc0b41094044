import Foundation
import Glibc
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

@testable import handrail

/// A request is carried out once, whatever becomes of its answer, and nobody keeps another's from being taken.
@Suite struct RequestOnceTests {
    private let scratch: Scratch
    private let directory: StateDirectory

    init() throws {
        scratch = try Scratch()
        directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
    }

    private func put(_ id: String = "1-2-a", _ request: PersonRequest = .resume(.everything)) throws {
        let path = directory.inbox + "/" + RequestFile.name(of: id)
        try Data(RequestFile(id: id, request: request).bytes).write(to: URL(filePath: path))
        #expect(chmod(path, 0o600) == 0)
    }

    private var left: [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory.inbox)) ?? ["?"]
    }

    // MARK: - Answers

    @Test func whatADyingEngineLeftHalfWrittenStopsNoAnswer() throws {
        try put()
        let temporary = directory.answers + "/.1-2-a.json.new"
        #expect(FileManager.default.createFile(atPath: temporary, contents: Data("{".utf8)))
        var inbox = try RequestInbox(directory)
        #expect(try inbox.take { _ in }.count == 1)
        try inbox.answer("1-2-a", .done)
        #expect(access(directory.answers + "/1-2-a.json", F_OK) == 0 && access(temporary, F_OK) != 0)
        #expect(left == [])
    }

    @Test func aRequestWhoseAnswerCannotBeWrittenIsGoneAllTheSame() throws {
        try put()
        try FileManager.default.createDirectory(
            atPath: directory.answers + "/.1-2-a.json.new/full", withIntermediateDirectories: true)
        var inbox = try RequestInbox(directory)
        #expect(try inbox.take { _ in }.count == 1)
        #expect(throws: Failure.self) { try inbox.answer("1-2-a", .done) }
        #expect(left == [])
        var next = try RequestInbox(directory)
        #expect(try next.take { _ in }.isEmpty)
    }

    /// It lies there again, without an answer: the journal knows that it was done, and a later pause stays.
    @Test func aStaleResumeDoesNotUndoALaterPause() async throws {
        let me = try #require(SystemUser.person(of: geteuid()))
        let path = scratch.path("live")
        let first = try await LiveEngine(path, people: [me.name.string])
        #expect(await first.conductor.handle(.pause(.everything, because: "a"), id: "1-1-a", by: me) == .done)
        #expect(await first.conductor.handle(.resume(.everything), id: "1-1-b", by: me) == .done)
        #expect(await first.conductor.handle(.pause(.everything, because: "b"), id: "1-1-c", by: me) == .done)
        #expect(await first.conductor.handle(.resume(.everything), id: "1-1-b", by: me) == .done)
        #expect(await first.conductor.engine.pausedScopes.map(\.because) == ["b"])
        try await first.stop()

        for _ in 0..<2 {
            let next = try await LiveEngine(path, people: [me.name.string])
            #expect(await next.conductor.handle(.resume(.everything), id: "1-1-b", by: me) == .done)
            #expect(await next.conductor.engine.pausedScopes.map(\.because) == ["b"])
            // Somebody else's word is not taken for it.
            let other = await next.conductor.handle(.resume(.everything), id: "1-1-b", by: Person("mallory"))
            #expect(other == .refused(because: "\(me.name) made a request of this id before"))
            try await next.stop()
        }
        let kept = try await JournalAccess(StateDirectory.opened(option: path)).requestIDs()
        #expect(kept == ["1-1-a", "1-1-b", "1-1-c"])
    }

    // MARK: - Whoever is in the way

    @Test func whatIsBeingWrittenHidesNoRequest() throws {
        for number in 0..<60 {
            #expect(FileManager.default.createFile(atPath: directory.inbox + "/.\(number)", contents: nil))
        }
        try put()
        var inbox = try RequestInbox(directory, mostFiles: 50)
        for _ in 0..<2 { #expect(try inbox.take { _ in }.count <= 1) }
        try inbox.answer("1-2-a", .done)
        #expect(left.allSatisfy { $0.hasPrefix(".") } && left.count == 60)
    }

    @Test(.enabled(if: geteuid() == 0)) func aFloodOfOnePersonLeavesRoomForAnother() throws {
        for number in 0..<40 {
            try put("1-\(number)-a")
            #expect(chown(directory.inbox + "/1-\(number)-a.json", 1, 1) == 0)
        }
        try put("9-9-z", .pause(.everything, because: "x"))
        var inbox = try RequestInbox(directory, mostAtOnce: 10)
        let taken = try inbox.take { _ in }
        #expect(taken.map(\.id).contains("9-9-z") && taken.count <= 10)
    }

    /// A directory service that does not answer is no reason to throw a pause away.
    @Test func whoseOwnerCannotBeAskedForWaits() throws {
        try put()
        let answers = AccountAnswers()
        var inbox = try RequestInbox(directory) { answers.next(of: $0) }
        var told: [RefusedFile] = []
        for _ in 0..<3 { #expect(try inbox.take { told.append($0) }.isEmpty) }
        #expect(left == ["1-2-a.json"])
        #expect(told.count == 1 && told.first?.fate == .waits, "\(told)")
        answers.isReachable = true
        #expect(try inbox.take { told.append($0) }.map(\.id) == ["1-2-a"])
        #expect(told.count == 1)
    }

    private final class AccountAnswers: @unchecked Sendable {
        // Used by one thread only.
        var isReachable = false

        func next(of user: uid_t) -> SystemUser.Answer {
            isReachable ? SystemUser.account(of: user) : .unknown(code: EIO)
        }
    }

    @Test func aNumberWithoutAnAccountIsNobody() {
        #expect(SystemUser.account(of: 3_999_999) == .nobody)
        #expect(SystemUser.account(of: 0) == .named("root"))
    }

    @Test func anInboxThatIsGoneIsAnErrorAndNotEmpty() throws {
        var inbox = try RequestInbox(directory)
        try FileManager.default.removeItem(atPath: directory.inbox)
        #expect(throws: Failure.self) { try inbox.take { _ in } }
    }

    // MARK: - Whether there is an engine

    @Test func whoMayNotOpenTheLockReadsItInTheKernelsList() throws {
        let list = """
            1: POSIX  ADVISORY  WRITE 11 fd:01:77 0 EOF
            2: FLOCK  ADVISORY  READ  12 fd:01:78 0 EOF
            3: FLOCK  ADVISORY  WRITE 13 00:1f:79 0 EOF
            3: -> FLOCK  ADVISORY  WRITE 14 00:1f:80 0 EOF

            """
        #expect((76...80).filter { KernelLocks.isHeld(file: $0, in: list) } == [79])
        let path = scratch.path("lock")
        let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        #expect(!KernelLocks.isHeld(path))
        #expect(flock(file, LOCK_EX) == 0)
        #expect(KernelLocks.isHeld(path))
        // Closing alone would leave it to a child that another test is about to start.
        #expect(flock(file, LOCK_UN) == 0)
        close(file)
        #expect(!KernelLocks.isHeld(path))
    }
}

extension JournalAccess {
    fileprivate func requestIDs() async throws -> [String] {
        var found: [String] = []
        try await scan { entries in
            for entry in entries where entry.record.kind == "request.made" {
                if case .string(let id)? = try JSONValue(parsing: entry.record.payload)["id"] { found.append(id) }
            }
            return true
        }
        return found
    }
}
