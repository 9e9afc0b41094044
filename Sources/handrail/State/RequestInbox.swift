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

/// What lay in the inbox and was no request: moved aside, to be looked at.
struct RefusedFile: Hashable, CustomStringConvertible {
    /// Escaped for a terminal.
    let name: String
    /// An account, or its number.
    let owner: String
    /// One lowercase sentence without a final stop.
    let because: String
    /// Nil where it could not be moved.
    let movedTo: String?

    var description: String {
        let place = movedTo.map { "moved to `\($0)`" } ?? "left where it is"
        return "`\(name)` of \(owner) is no request: \(because); \(place)"
    }
}

/// The engine's side of the inbox: what people ask for arrives as files, one a request, and is answered by files.
///
/// Everybody who may approve can put anything there. So nothing of it is trusted but what the kernel says of a file: who
/// owns it. Each request is taken once: its answer stays longer than a request counts.
struct RequestInbox: ~Copyable {
    /// How often the engine looks.
    static let pause = Duration.milliseconds(250)
    /// An older request was for a world that is gone.
    static let requestLife = Duration.seconds(24 * 60 * 60)
    private static let answerLife = Duration.seconds(48 * 60 * 60)
    /// A file that is still being written.
    private static let temporaryLife = Duration.seconds(60 * 60)
    private static let pauseBetweenCleanings = Duration.seconds(10 * 60)
    private static let mostFiles = 100_000

    private struct Candidate {
        let name: [CChar]
        let status: stat
    }

    private let directory: StateDirectory
    private let mostAtOnce: Int
    private let inbox: Folder
    private let answers: Folder
    private let refused: Folder
    /// By id: the file, until it is answered.
    private var taken: [String: ino_t] = [:]
    /// What could not be moved aside, so that it is reported once.
    private var leftBehind: Set<ino_t> = []
    private var cleanedAt = Timestamp.distantPast
    private var movedCount = 0

    /// - Parameters:
    ///   - directory: opened for the engine, whose lock the caller holds.
    ///   - mostAtOnce: files that one call takes; the others wait for the next.
    init(_ directory: StateDirectory, mostAtOnce: Int = 1000) throws {
        let inbox = try Folder(directory.inbox)
        let answers = try Folder(directory.answers)
        let refused = try Folder(directory.refused)
        self.directory = directory
        self.mostAtOnce = mostAtOnce
        self.inbox = inbox
        self.answers = answers
        self.refused = refused
    }

    /// What has arrived since the last time, in the order of its arrival. Each has to be answered.
    ///
    /// - Parameter report: called with each file that is no request.
    mutating func take(at now: Timestamp = WallTime.now, reporting report: (RefusedFile) -> Void) -> [InboxRequest] {
        let isCleaning = now - cleanedAt >= Self.pauseBetweenCleanings
        if isCleaning { forgetOldAnswers(now) }
        var requests: [InboxRequest] = []
        for candidate in candidates(withTemporaries: isCleaning) {
            do {
                if let request = try request(candidate, now) { requests.append(request) }
            } catch {
                switch error {
                case .gone: continue
                case .because(let reason): if let file = refuse(candidate, because: reason, now) { report(file) }
                }
            }
        }
        return requests
    }

    /// Tells whoever asked, and lets go of the request.
    mutating func answer(_ id: String, _ answer: Director.Answer) throws {
        try answers.write(
            AnswerFile(id: id, answer: answer).bytes, as: RequestFile.name(of: id),
            mode: directory.isShared ? 0o640 : 0o600)
        guard let inode = taken.removeValue(forKey: id) else { return }
        let name = Self.cString(RequestFile.name(of: id))
        // Another file that has come to this name is not removed unseen.
        if inbox.status(of: name)?.st_ino == inode { unlinkat(inbox.descriptor, name, 0) }
    }

    // MARK: - Reading

    /// By the time of their arrival, which nobody but the kernel sets.
    ///
    /// - Parameter withTemporaries: also what is still being written. Otherwise it is passed over, however much there is.
    private func candidates(withTemporaries: Bool) -> [Candidate] {
        let names = inbox.names(atMost: Self.mostFiles).filter { withTemporaries || $0.first != 0x2E }
        return names.compactMap { name in
            inbox.status(of: name).map { Candidate(name: name, status: $0) }
        }
        .sorted { left, right in
            let (first, second) = (left.status.st_ctim, right.status.st_ctim)
            if (first.tv_sec, first.tv_nsec) != (second.tv_sec, second.tv_nsec) {
                return (first.tv_sec, first.tv_nsec) < (second.tv_sec, second.tv_nsec)
            }
            return left.name.lexicographicallyPrecedes(right.name)
        }
        .prefix(mostAtOnce).map(\.self)
    }

    /// Nil where there is nothing to do yet.
    private mutating func request(_ candidate: Candidate, _ now: Timestamp) throws(ForeignFile.Refusal) -> InboxRequest?
    {
        let name = String(decoding: candidate.name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
        guard let person = SystemUser.person(of: file.status.st_uid) else {
            throw .because("no account has its owner's number")
        }
        do {
            let request = try RequestFile(bytes, id: id).request
            taken[id] = file.status.st_ino
            return InboxRequest(id: id, person: person, request: request)
        } catch {
            throw .because(error.message)
        }
    }

    // MARK: - What is no request

    /// Nil where it was reported before.
    private mutating func refuse(_ candidate: Candidate, because: String, _ now: Timestamp) -> RefusedFile? {
        guard !leftBehind.contains(candidate.status.st_ino) else { return nil }
        let name = String(decoding: candidate.name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        tell(name, because)
        movedCount += 1
        let place = "\(now.milliseconds)-\(movedCount)"
        let isMoved = renameat(inbox.descriptor, candidate.name, refused.descriptor, place) == 0
        if !isMoved { leftBehind.insert(candidate.status.st_ino) }
        return RefusedFile(
            name: TerminalText.escaped(name),
            owner: TerminalText.escaped(
                SystemUser.name(of: candidate.status.st_uid) ?? "user \(candidate.status.st_uid)"),
            because: because, movedTo: isMoved ? "\(directory.refused)/\(place)" : nil)
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

    private mutating func forgetOldAnswers(_ now: Timestamp) {
        cleanedAt = now
        for name in answers.names(atMost: .max) {
            guard let status = answers.status(of: name), now - status.modifiedAt > Self.answerLife else { continue }
            unlinkat(answers.descriptor, name, 0)
        }
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
