internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// A request of a person, taken out of the inbox.
struct InboxRequest: Hashable {
    let id: String
    /// The owner of the file.
    let person: Person
    let request: PersonRequest
}

/// What lay in the inbox and was no request, or none that could be taken yet.
struct RefusedFile: Hashable, CustomStringConvertible {
    enum Fate: Hashable {
        /// Aside, to be looked at.
        case moved(to: String)
        /// It could not be moved.
        case left
        /// For the next look.
        case waits
    }

    /// Escaped for a terminal.
    let name: String
    /// An account, or its number.
    let owner: String
    /// One lowercase sentence without a final stop.
    let because: String
    let fate: Fate

    var description: String {
        switch fate {
        case .moved(let place): "`\(name)` of \(owner) is no request: \(because); moved to `\(place)`"
        case .left: "`\(name)` of \(owner) is no request: \(because); left where it is"
        case .waits: "`\(name)` of \(owner) cannot be taken yet: \(because); it is tried again"
        }
    }
}

/// The engine's side of the inbox: what people ask for arrives as files, one a request, and is answered by files.
///
/// Everybody who may approve can put anything there. So nothing of it is trusted but what the kernel says of a file: who
/// owns it. Each request is taken once: its answer stays longer than a request counts, and where there is no answer the journal
/// knows its id.
struct RequestInbox: ~Copyable {
    /// How often the engine looks.
    static let pause = Duration.milliseconds(250)
    /// An older request was for a world that is gone.
    static let requestLife = Duration.seconds(24 * 60 * 60)
    private static let answerLife = Duration.seconds(48 * 60 * 60)
    /// A file that is still being written.
    private static let temporaryLife = Duration.seconds(60 * 60)
    private static let pauseBetweenCleanings = Duration.seconds(10 * 60)
    /// Of what is still being written, looked at each time that old ones are cleared away.
    private static let mostTemporaries = 1000

    private struct Candidate {
        let name: [CChar]
        let status: stat
    }

    private let directory: StateDirectory
    private let mostAtOnce: Int
    private let mostFiles: Int
    private let account: @Sendable (uid_t) -> SystemUser.Answer
    private let inbox: Folder
    private let answers: Folder
    private let refused: Folder
    /// By id: the file, until it is answered.
    private var taken: [String: ino_t] = [:]
    /// What could not be moved aside, so that it is reported once.
    private var leftBehind: Set<ino_t> = []
    /// What waits for the next look, so that it is reported only now and then.
    private var postponed: Set<ino_t> = []
    private var cleanedAt = Timestamp.distantPast
    private var movedCount = 0

    /// - Parameters:
    ///   - directory: opened for the engine, whose lock the caller holds.
    ///   - mostAtOnce: files that one call takes; the others wait for the next.
    ///   - mostFiles: files that are looked at, to find out which of them came first.
    ///   - account: who has a number.
    init(
        _ directory: StateDirectory, mostAtOnce: Int = 1000, mostFiles: Int = 100_000,
        account: @escaping @Sendable (uid_t) -> SystemUser.Answer = { SystemUser.account(of: $0) }
    ) throws {
        let inbox = try Folder(directory.inbox)
        let answers = try Folder(directory.answers)
        let refused = try Folder(directory.refused)
        self.directory = directory
        self.mostAtOnce = mostAtOnce
        self.mostFiles = mostFiles
        self.account = account
        self.inbox = inbox
        self.answers = answers
        self.refused = refused
    }

    /// What has arrived since the last time, in the order of its arrival. Each has to be answered.
    ///
    /// - Parameter report: called with each file that is no request.
    /// - Throws: where the inbox cannot be looked through.
    mutating func take(
        at now: Timestamp = WallTime.now, reporting report: (RefusedFile) -> Void
    ) throws -> [InboxRequest] {
        var candidates = try candidates()
        if now - cleanedAt >= Self.pauseBetweenCleanings {
            try forgetOldAnswers(now)
            postponed = []
            candidates += try temporaries()
        }
        var requests: [InboxRequest] = []
        for candidate in candidates {
            do {
                if let request = try request(candidate, now) { requests.append(request) }
            } catch {
                switch error {
                case .gone: continue
                case .because(let reason): if let file = refuse(candidate, because: reason, now) { report(file) }
                case .later(let reason): if let file = postpone(candidate, because: reason) { report(file) }
                }
            }
        }
        return requests
    }

    /// Tells whoever asked, and lets go of the request: also where nobody could be told. What was handled is not handled again.
    mutating func answer(_ id: String, _ answer: Director.Answer) throws {
        defer { letGo(of: id) }
        try answers.write(
            AnswerFile(id: id, answer: answer).bytes, as: RequestFile.name(of: id),
            mode: directory.isShared ? 0o640 : 0o600)
    }

    private mutating func letGo(of id: String) {
        guard let inode = taken[id] else { return }
        let name = Self.cString(RequestFile.name(of: id))
        // Another file that has come to this name is not removed unseen. What cannot be removed stays taken.
        if inbox.status(of: name)?.st_ino == inode, unlinkat(inbox.descriptor, name, 0) != 0, errno != ENOENT { return }
        taken[id] = nil
    }

    // MARK: - Reading

    /// By the time of their arrival, which nobody but the kernel sets. What is still being written is passed over while the names
    /// are read, so that no number of such files hides a request; and where there are more than are taken at once, each owner
    /// gets a share.
    private func candidates() throws -> [Candidate] {
        let waiting = looked(at: try inbox.names(atMost: mostFiles) { $0.first != 0x2E })
        guard waiting.count > mostAtOnce else { return waiting }
        let share = max(1, mostAtOnce / Set(waiting.map(\.status.st_uid)).count)
        var rest: [uid_t: Int] = [:]
        let shares = waiting.filter { candidate in
            rest[candidate.status.st_uid, default: share] -= 1
            return rest[candidate.status.st_uid, default: 0] >= 0
        }
        return Array(shares.prefix(mostAtOnce))
    }

    private func temporaries() throws -> [Candidate] {
        looked(at: try inbox.names(atMost: Self.mostTemporaries) { $0.first == 0x2E })
    }

    private func looked(at names: [[CChar]]) -> [Candidate] {
        names.compactMap { name in
            inbox.status(of: name).map { Candidate(name: name, status: $0) }
        }
        .sorted { left, right in
            let (first, second) = (left.status.st_ctim, right.status.st_ctim)
            if (first.tv_sec, first.tv_nsec) != (second.tv_sec, second.tv_nsec) {
                return (first.tv_sec, first.tv_nsec) < (second.tv_sec, second.tv_nsec)
            }
            return left.name.lexicographicallyPrecedes(right.name)
        }
    }

    /// Nil where there is nothing to do yet.
    private mutating func request(_ candidate: Candidate, _ now: Timestamp) throws(ForeignFile.Refusal) -> InboxRequest?
    {
        let name = Self.text(candidate.name)
        if name.hasPrefix(".") {
            guard now - candidate.status.changedAt >= Self.temporaryLife else { return nil }
            throw .because("nobody has finished writing it")
        }
        guard let id = RequestFile.id(of: name) else { throw .because("it has no name of a request") }
        guard taken[id] != candidate.status.st_ino else { return nil }
        let file = try ForeignFile(candidate.name, in: inbox)
        let bytes = try file.bytes(atMost: RequestFile.mostBytes)
        let age = now - file.status.modifiedAt
        guard age <= Self.requestLife, age >= .zero - .seconds(60 * 60) else {
            throw .because("it is older than \(Self.requestLife.inWords), or from the future")
        }
        guard taken[id] == nil, answers.status(of: candidate.name) == nil else {
            throw .because("a request of this name has been taken already")
        }
        let person = try person(of: file.status.st_uid)
        do {
            let request = try RequestFile(bytes, id: id).request
            taken[id] = file.status.st_ino
            return InboxRequest(id: id, person: person, request: request)
        } catch {
            throw .because(error.message)
        }
    }

    private func person(of user: uid_t) throws(ForeignFile.Refusal) -> Person {
        switch account(user) {
        case .named(let name): return Person(name)
        case .nobody: throw .because("no account has its owner's number")
        case .unknown(let code):
            throw .later("the system does not say who its owner is (\(String(cString: strerror(code))))")
        }
    }

    // MARK: - What is no request

    /// Nil where it was reported a while ago.
    private mutating func postpone(_ candidate: Candidate, because: String) -> RefusedFile? {
        guard postponed.insert(candidate.status.st_ino).inserted else { return nil }
        return RefusedFile(
            name: TerminalText.escaped(Self.text(candidate.name)), owner: "user \(candidate.status.st_uid)",
            because: because, fate: .waits)
    }

    /// Nil where it was reported before.
    private mutating func refuse(_ candidate: Candidate, because: String, _ now: Timestamp) -> RefusedFile? {
        guard !leftBehind.contains(candidate.status.st_ino) else { return nil }
        let name = Self.text(candidate.name)
        tell(name, because)
        movedCount += 1
        let place = "\(now.milliseconds)-\(movedCount)"
        let isMoved = renameat(inbox.descriptor, candidate.name, refused.descriptor, place) == 0
        if !isMoved { leftBehind.insert(candidate.status.st_ino) }
        return RefusedFile(
            name: TerminalText.escaped(name),
            owner: TerminalText.escaped(
                SystemUser.name(of: candidate.status.st_uid) ?? "user \(candidate.status.st_uid)"),
            because: because, fate: isMoved ? .moved(to: "\(directory.refused)/\(place)") : .left)
    }

    /// Whoever waits for an answer to a request of this name, and has none yet, is told.
    private func tell(_ name: String, _ because: String) {
        guard let id = RequestFile.id(of: name), taken[id] == nil, answers.status(of: Self.cString(name)) == nil else {
            return
        }
        let answer = AnswerFile(id: id, answer: .refused(because: "the request could not be taken: \(because)"))
        // The file is reported and kept in any case.
        try? answers.write(answer.bytes, as: name, mode: directory.isShared ? 0o640 : 0o600)
    }

    private mutating func forgetOldAnswers(_ now: Timestamp) throws {
        cleanedAt = now
        for name in try answers.names(atMost: .max) {
            guard let status = answers.status(of: name), now - status.modifiedAt > Self.answerLife else { continue }
            unlinkat(answers.descriptor, name, 0)
        }
    }

    private static func text(_ name: [CChar]) -> String {
        String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func cString(_ name: String) -> [CChar] {
        name.utf8.map { CChar(bitPattern: $0) } + [0]
    }
}

extension stat {
    var modifiedAt: Timestamp { Self.time(st_mtim) }
    /// Set by the kernel only.
    var changedAt: Timestamp { Self.time(st_ctim) }

    private static func time(_ time: timespec) -> Timestamp {
        let (milliseconds, overflow) = Int64(time.tv_sec).multipliedReportingOverflow(by: 1000)
        return overflow ? .distantPast : Timestamp(milliseconds: milliseconds)
    }
}
