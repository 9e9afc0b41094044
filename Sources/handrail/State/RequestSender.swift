internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// The side of those who ask: puts a request into the inbox and waits for its answer.
struct RequestSender {
    enum Outcome: Hashable {
        case answered(Director.Answer)
        /// It lies in the inbox, and the next engine takes it.
        case recorded(String, hasEngine: Bool)
    }

    /// An engine looks four times a second; after this long without an answer it is asked whether there is one.
    private static let pauseBeforeDoubt = Duration.milliseconds(1500)
    private static let pollMicroseconds: useconds_t = 20_000

    let directory: StateDirectory

    /// - Parameter patience: how long a busy engine is waited for.
    func ask(_ request: PersonRequest, patience: Duration = .seconds(15)) throws -> Outcome {
        let file = RequestFile(id: Self.freshID(), request: request)
        guard file.bytes.count <= RequestFile.mostBytes else {
            throw Failure(Failure.wrongUsage, "the request is too long")
        }
        let name = RequestFile.name(of: file.id)
        try Folder(directory.inbox, isListed: false)
            .write(file.bytes, as: name, mode: directory.isShared ? 0o640 : 0o600)
        let clock = ContinuousClock()
        let start = clock.now
        while clock.now - start < patience {
            if let answer = answer(to: file.id) { return .answered(answer) }
            if clock.now - start >= Self.pauseBeforeDoubt, !directory.hasEngine {
                // It may have answered, and ended, in between.
                return answer(to: file.id).map { .answered($0) } ?? .recorded(name, hasEngine: false)
            }
            usleep(Self.pollMicroseconds)
        }
        return .recorded(name, hasEngine: true)
    }

    private func answer(to id: String) -> Director.Answer? {
        guard let folder = try? Folder(directory.answers, isListed: false),
            let file = try? ForeignFile(RequestFile.name(of: id).utf8.map { CChar(bitPattern: $0) } + [0], in: folder),
            file.status.st_uid == directory.owner, let bytes = try? file.bytes(atMost: RequestFile.mostBytes)
        else { return nil }
        return AnswerFile(bytes, id: id)?.answer
    }

    /// Milliseconds, the process and a random number.
    private static func freshID() -> String {
        let random = UInt64.random(in: .min ... .max)
        return "\(WallTime.now.milliseconds)-\(getpid())-\(String(random, radix: 16))"
    }
}
