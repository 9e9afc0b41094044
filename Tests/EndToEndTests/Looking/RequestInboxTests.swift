import CDispatch
import Foundation
import Glibc
import HandrailCore
import HandrailEngine
import Testing

@testable import handrail

/// What anybody may have put into the inbox, and what becomes of it.
@Suite struct RequestInboxTests {
    private let scratch: Scratch
    private let directory: StateDirectory
    private static let digest = String(repeating: "0f", count: 32)

    init() throws {
        scratch = try Scratch()
        directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
    }

    private func put(_ request: PersonRequest, id: String = "1-2-a", mode: mode_t = 0o600) throws {
        try write(RequestFile(id: id, request: request).bytes, as: RequestFile.name(of: id), mode: mode)
    }

    private func write(_ bytes: [UInt8], as name: String, mode: mode_t = 0o600) throws {
        let path = directory.inbox + "/" + name
        try Data(bytes).write(to: URL(filePath: path))
        #expect(chmod(path, mode) == 0)
    }

    private func write(_ text: String, as name: String) throws { try write(Array(text.utf8), as: name) }

    private func take(at now: Timestamp = WallTime.now) throws -> (requests: [InboxRequest], refused: [RefusedFile]) {
        var inbox = try RequestInbox(directory)
        var refused: [RefusedFile] = []
        let requests = try inbox.take(at: now) { refused.append($0) }
        return (requests, refused)
    }

    private func answer(to id: String) throws -> Director.Answer? {
        let path = directory.answers + "/" + RequestFile.name(of: id)
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return try #require(AnswerFile([UInt8](data), id: id)).answer
    }

    /// The file is out of the inbox, and is kept.
    private func expectRefused(_ because: String, kept: Int = 1, at location: Testing.SourceLocation = #_sourceLocation)
        throws
    {
        let (requests, refused) = try take()
        #expect(requests.isEmpty, sourceLocation: location)
        #expect(refused.map(\.because) == [because], sourceLocation: location)
        let left = try FileManager.default.contentsOfDirectory(atPath: directory.inbox)
        #expect(left.isEmpty, "\(left)", sourceLocation: location)
        let moved = try FileManager.default.contentsOfDirectory(atPath: directory.refused)
        #expect(moved.count == kept, sourceLocation: location)
    }

    // MARK: - Requests

    @Test(arguments: [
        PersonRequest.approve(run: 7, digest: Self.digest), .reject(run: 1, because: "no\n\u{202E}"),
        .cancel(run: 2, because: "x"), .rollBack(run: 3, because: "x"), .takeOver(run: 4, because: "x"),
        .pause(.everything, because: "x"), .pause(.runbook("a"), because: "x"), .resume(.service("b")),
        .release(target: "worker w2", because: "x"),
    ])
    func aRequestComesOutAsItWentIn(request: PersonRequest) throws {
        try put(request)
        let (requests, refused) = try take()
        let person = try #require(SystemUser.person(of: geteuid()))
        #expect(requests == [InboxRequest(id: "1-2-a", person: person, request: request)])
        #expect(refused.isEmpty)
    }

    @Test func aRequestIsTakenOnceAndAnsweredAndThenGone() throws {
        try put(.resume(.everything))
        var inbox = try RequestInbox(directory)
        #expect(try inbox.take { _ in }.count == 1)
        #expect(try inbox.take { _ in }.isEmpty)
        try inbox.answer("1-2-a", .refused(because: "it is not paused"))
        #expect(try answer(to: "1-2-a") == .refused(because: "it is not paused"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.inbox).isEmpty)
    }

    /// Somebody may have kept a second name of the file, and put it back once the first is gone.
    @Test func aRequestThatWasAnsweredIsNotTakenAgain() throws {
        try put(.pause(.everything, because: "x"))
        var inbox = try RequestInbox(directory)
        #expect(try inbox.take { _ in }.count == 1)
        try inbox.answer("1-2-a", .done)
        try put(.pause(.everything, because: "x"))
        try expectRefused("a request of this name has been taken already")
        #expect(try answer(to: "1-2-a") == .done)
    }

    @Test func anEngineThatEndedBeforeItAnsweredLeavesTheRequestToTheNext() throws {
        try put(.resume(.everything))
        #expect(try take().requests.count == 1)
        #expect(try take().requests.count == 1)
    }

    @Test func requestsComeInTheOrderOfTheirArrival() throws {
        for id in ["9-9-c", "1-1-a", "5-5-b"] {
            try put(.resume(.everything), id: id)
            // The kernel's clock ticks in steps of some milliseconds.
            var status = stat()
            let first = directory.inbox + "/" + RequestFile.name(of: id)
            stat(first, &status)
            let before = status.st_ctim.tv_nsec
            repeat {
                chmod(first, 0o600)
                try Data().write(to: URL(filePath: scratch.path("tick")))
                stat(scratch.path("tick"), &status)
            } while status.st_ctim.tv_nsec == before
        }
        #expect(try take().requests.map(\.id) == ["9-9-c", "1-1-a", "5-5-b"])
    }

    @Test func aRequestOfYesterdayIsRefused() throws {
        try put(.approve(run: 1, digest: Self.digest))
        let (requests, refused) = try take(at: WallTime.now + .seconds(25 * 60 * 60))
        #expect(requests.isEmpty && refused.map(\.because) == ["it is older than 1d, or from the future"])
    }

    // MARK: - What is none

    @Test func aLinkIsNotFollowed() throws {
        try put(.resume(.everything), id: "elsewhere")
        let real = directory.inbox + "/elsewhere.json"
        #expect(rename(real, scratch.path("real")) == 0)
        #expect(symlink(scratch.path("real"), directory.inbox + "/1-2-a.json") == 0)
        try expectRefused("it is a symbolic link")
    }

    @Test func aPipeIsNotWaitedFor() throws {
        #expect(mkfifo(directory.inbox + "/1-2-a.json", 0o600) == 0)
        try expectRefused("it is no plain file")
    }

    @Test(.enabled(if: geteuid() == 0)) func aDeviceIsNotRead() throws {
        #expect(mknod(directory.inbox + "/1-2-a.json", S_IFCHR | 0o600, 0x105) == 0)
        try expectRefused("it is no plain file")
    }

    @Test func aFolderIsMovedAside() throws {
        try FileManager.default.createDirectory(
            atPath: directory.inbox + "/1-2-a.json/deeper", withIntermediateDirectories: true)
        try expectRefused("it is no plain file")
    }

    /// It would be somebody's file that somebody else put there.
    @Test func aFileWithASecondNameIsRefused() throws {
        try put(.resume(.everything), id: "1-2-a")
        #expect(link(directory.inbox + "/1-2-a.json", scratch.path("second")) == 0)
        try expectRefused("it has another name elsewhere")
    }

    /// Its content could be another person's word.
    @Test(arguments: [0o620, 0o602, 0o666] as [mode_t])
    func aFileThatOthersMayWriteToIsRefused(mode: mode_t) throws {
        try put(.resume(.everything), mode: mode)
        try expectRefused("others than its owner may write to it")
    }

    @Test(.enabled(if: geteuid() == 0)) func aFileOfNobodyIsRefused() throws {
        try put(.resume(.everything))
        #expect(chown(directory.inbox + "/1-2-a.json", 3_999_999, 0) == 0)
        try expectRefused("no account has its owner's number")
        #expect(
            try answer(to: "1-2-a")
                == .refused(because: "the request could not be taken: no account has its owner's number"))
    }

    @Test(.enabled(if: geteuid() == 0)) func thePersonIsTheOwnerWhateverTheFileSays() throws {
        let text = #"{"version":1,"id":"1-2-a","request":"resume","scope":"everything","by":"ada","person":"ada"}"#
        try write(text, as: "1-2-a.json")
        #expect(chown(directory.inbox + "/1-2-a.json", 1, 1) == 0)
        #expect(try take().requests.map(\.person) == [Person("daemon")])
    }

    @Test(arguments: [
        ("not JSON", "it is no JSON"), ("", "it is no JSON"),
        ("[]", "it is of a version that this engine does not know"),
        (
            #"{"version":2,"id":"1-2-a","request":"resume","scope":"everything"}"#,
            "it is of a version that this engine does not know"
        ),
        (
            #"{"version":1,"id":"1-2-b","request":"resume","scope":"everything"}"#,
            "it is not called like the request in it"
        ),
        (#"{"version":1,"id":"1-2-a","request":"shell"}"#, "nobody knows such a request"),
        (#"{"version":1,"id":"1-2-a","request":"resume","scope":"all"}"#, "`scope` is none"),
        (#"{"version":1,"id":"1-2-a","request":"reject","run":1.5,"because":"x"}"#, "`run` is no number of a run"),
        (#"{"version":1,"id":"1-2-a","request":"reject","run":-1,"because":"x"}"#, "`run` is no number of a run"),
        (
            #"{"version":1,"id":"1-2-a","request":"reject","run":1,"because":""}"#,
            "`because` is no text of 1 to 2000 bytes"
        ),
    ])
    func whatIsNoRequestIsMovedAside(text: String, because: String) throws {
        try write(text, as: "1-2-a.json")
        try expectRefused(because)
        #expect(try answer(to: "1-2-a") == .refused(because: "the request could not be taken: \(because)"))
    }

    @Test func aHugeFileIsNotRead() throws {
        try write(String(repeating: " ", count: RequestFile.mostBytes + 1), as: "1-2-a.json")
        try expectRefused("it is larger than 16384 bytes")
    }

    @Test(arguments: ["x.txt", "A.json", "..json.json", "a b.json", "\u{1B}[2J.json", "é.json"])
    func aNameThatIsNoneIsEscapedAndMovedAside(name: String) throws {
        try write("{}", as: name)
        let (requests, refused) = try take()
        // What begins with a dot may still be under way.
        #expect(requests.isEmpty && refused.count == (name.hasPrefix(".") ? 0 : 1))
        #expect(refused.allSatisfy { !$0.description.unicodeScalars.contains("\u{1B}") })
    }

    @Test func whatIsStillBeingWrittenIsLeftForAnHour() throws {
        try write("{", as: ".1-2-a.json.new")
        #expect(try take().refused.isEmpty)
        let later = try take(at: WallTime.now + .seconds(2 * 60 * 60))
        #expect(later.refused.map(\.because) == ["nobody has finished writing it"])
    }

    @Test func aFloodIsTakenInPiecesAndNothingOfItIsLost() throws {
        for number in 0..<50 { try put(.resume(.everything), id: "1-\(number)-a") }
        for number in 0..<50 { try write("{", as: ".\(number)") }
        var inbox = try RequestInbox(directory, mostAtOnce: 20)
        var taken: Set<String> = []
        for expected in [20, 20, 10, 0] {
            let requests = try inbox.take { _ in }.filter { taken.insert($0.id).inserted }
            #expect(requests.count == expected)
            for request in requests { try inbox.answer(request.id, .done) }
        }
        #expect(taken.count == 50)
    }

    /// Seeded; a seed that fails once becomes a test of its own.
    @Test(arguments: 0..<200) func damagedRequestsNeverComeOutAsOthers(seed: Int) throws {
        var random = SplitMix64(seed: seed)
        let request = PersonRequest.approve(run: 7, digest: Self.digest)
        var bytes = RequestFile(id: "1-2-a", request: request).bytes
        ByteDamage.flip(&bytes, &random)
        if random.chance(30) { ByteDamage.truncate(&bytes, &random) }
        // A flipped digit of the run or of the digest is another request, and the engine's to judge.
        guard let read = try? RequestFile(bytes, id: "1-2-a") else { return }
        #expect(read.id == "1-2-a")
        #expect(try RequestFile(read.bytes, id: "1-2-a") == read)
    }
}

/// Where the state is, and who may have a say in it.
@Suite struct StateDirectoryTests {
    @Test func itIsMadePrivate() throws {
        let scratch = try Scratch()
        let directory = try StateDirectory.openedForEngine(option: scratch.path("a/b"))
        var status = stat()
        stat(directory.path, &status)
        #expect(status.st_mode & 0o7777 == 0o700)
        stat(directory.inbox, &status)
        #expect(status.st_mode & 0o7777 == 0o1700)
    }

    @Test func oneThatAGroupMayEnterHasAnInboxForTheGroup() throws {
        let scratch = try Scratch()
        #expect(mkdir(scratch.path("state"), 0o750) == 0)
        let directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
        var status = stat()
        stat(directory.inbox, &status)
        #expect(status.st_mode & 0o7777 == 0o3730)
        stat(directory.answers, &status)
        #expect(status.st_mode & 0o7777 == 0o2750)
        stat(directory.refused, &status)
        #expect(status.st_mode & 0o7777 == 0o700)
    }

    @Test func oneThatEverybodyMayWriteToIsRefused() throws {
        let scratch = try Scratch()
        #expect(mkdir(scratch.path("state"), 0o700) == 0 && chmod(scratch.path("state"), 0o777) == 0)
        #expect(throws: Failure.self) { try StateDirectory.openedForEngine(option: scratch.path("state")) }
        #expect(throws: Failure.self) { try StateDirectory.opened(option: scratch.path("state")) }
    }

    @Test(.enabled(if: geteuid() == 0)) func theEngineRunsOnlyOnItsOwn() throws {
        let scratch = try Scratch()
        #expect(mkdir(scratch.path("state"), 0o700) == 0 && chown(scratch.path("state"), 1, 1) == 0)
        #expect(throws: Failure.self) { try StateDirectory.openedForEngine(option: scratch.path("state")) }
    }

    @Test func anInboxThatIsALinkIsRefused() throws {
        let scratch = try Scratch()
        #expect(mkdir(scratch.path("state"), 0o700) == 0 && mkdir(scratch.path("other"), 0o700) == 0)
        #expect(symlink(scratch.path("other"), scratch.path("state/inbox")) == 0)
        #expect(throws: Failure.self) { try StateDirectory.openedForEngine(option: scratch.path("state")) }
    }

    @Test func withoutAnEngineTheRequestStaysWhereItIs() throws {
        let scratch = try Scratch()
        let directory = try StateDirectory.openedForEngine(option: scratch.path("state"))
        #expect(!directory.hasEngine)
        let outcome = try RequestSender(directory: directory).ask(.resume(.everything), patience: .seconds(10))
        guard case .recorded(let name, hasEngine: false) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(access(directory.inbox + "/" + name, F_OK) == 0)
    }
}
