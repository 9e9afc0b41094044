public import HandrailCore

/// One thing to be done outside, for a run.
public enum Order: Hashable, Sendable {
    /// Reads only: a dry-run, a capture, a probe.
    case observe(CommandOrder)
    case perform(CommandOrder, Permit)
    case silence(SilenceRequest, Permit)
    case expire(MadeSilence, Permit)
    /// A silence that may have been made, by its mark.
    case expireMarked(String, Permit)
    case announce(Announcement, Permit)
}

/// A command whose secrets are still names.
public struct CommandOrder: Hashable, Sendable {
    public let argv: [String]
    public let executable: ResolvedExecutable
    public let secrets: [String]
    public let timeout: Duration

    public init(argv: [String], executable: ResolvedExecutable, secrets: [String], timeout: Duration) {
        self.argv = argv
        self.executable = executable
        self.secrets = secrets
        self.timeout = timeout
    }
}

/// What came of an order.
public struct OrderReport: Hashable, Sendable {
    public let ending: ExecutionEnding
    /// Redacted and bounded; of a silence its identifier and where it is.
    public let output: String
    public let errorOutput: String
    public let droppedBytes: Int
    public let duration: Duration
    /// Processes that had outlived their parent and were killed.
    public let survivors: Int
    /// Processes of it that could not be killed.
    public let stillLiving: Int
    /// Something was taken out of the output because it looked like a secret, or was one.
    public let isRedacted: Bool

    public init(
        ending: ExecutionEnding, output: String = "", errorOutput: String = "", droppedBytes: Int = 0,
        duration: Duration = .zero, survivors: Int = 0, stillLiving: Int = 0, isRedacted: Bool = false
    ) {
        self.ending = ending
        self.output = output
        self.errorOutput = errorOutput
        self.droppedBytes = droppedBytes
        self.duration = duration
        self.survivors = survivors
        self.stillLiving = stillLiving
        self.isRedacted = isRedacted
    }

    public var isSuccess: Bool { ending == .exited(code: 0) && stillLiving == 0 }

    /// For people: `exited 1`, `was stopped after 30s, and 2 processes of it cannot be killed`.
    public func inWords(timeout: Duration) -> String {
        let killed =
            switch survivors {
            case 0: ""
            case 1: ", and a process that it had left was killed"
            default: ", and \(survivors) processes that it had left were killed"
            }
        let left =
            switch stillLiving {
            case 0: ""
            case 1: ", and a process of it cannot be killed"
            default: ", and \(stillLiving) processes of it cannot be killed"
            }
        return ending.inWords(timeout: timeout) + killed + left
    }

    /// What it says about the effect of a step.
    func stepEnding(timeout: Duration) -> StepEnding {
        guard stillLiving == 0 else { return .outOfHand(because: "it \(inWords(timeout: timeout))") }
        return ending.stepEnding(timeout: timeout)
    }
}

extension ExecutionEnding {
    /// For people: `exited 1`, `was stopped after 30s`.
    public func inWords(timeout: Duration) -> String {
        switch self {
        case .exited(let code): "exited \(code)"
        case .killed(let signal): "was killed by signal \(signal)"
        case .timedOut: "was stopped after \(timeout.inWords)"
        case .terminated: "was stopped"
        case .unanswered(let because): "has an unknown outcome: \(because)"
        case .notStarted(let because): "was not started: \(because)"
        }
    }

    /// What it says about the effect of a step. Whatever did not end by itself may have taken effect.
    fileprivate func stepEnding(timeout: Duration) -> StepEnding {
        switch self {
        case .exited(code: 0): .succeeded
        case .exited: .failed(because: "it \(inWords(timeout: timeout))")
        case .killed, .timedOut, .terminated, .unanswered: .unknown(because: "it \(inWords(timeout: timeout))")
        case .notStarted(let because): .notStarted(because: because)
        }
    }
}
