/// Where one attempt to carry out one plan stands. It changes in ``Run/after(_:at:)`` and nowhere else.
///
/// Steps are counted from 0, in the order of the plan.
public enum RunState: Hashable, Sendable {
    /// Planned, and not decided.
    case proposed
    /// A step's dry-run is under way. Dry-runs come before the question to a person, who is shown their output.
    case rehearsing(step: Int, Authorization)
    /// Waiting for a person.
    case pending(Question, rehearsedAt: Timestamp)
    /// All is decided again, on fresh facts, before this step.
    case checking(StepProgress)
    /// The step's intent is durable; it may have run from here on. `cancelledBy`: who asked to stop meanwhile.
    case running(StepProgress, cancelledBy: Person?)
    /// Nobody knows whether the step took effect, and the verification's probe is asked.
    case probing(StepProgress)
    case verifying(Authority)
    /// Steps up to this one may have run, and are undone, last first.
    case rollingBack(undoing: Int, Authority, because: String)
    /// An outcome is unknown; a person with a name decides. Steps up to `mayHaveRun` may have run.
    case held(mayHaveRun: Int, Authority, because: String)
    /// It can go neither way: an undo failed, or there is none.
    case stuck(undoing: Int, because: String)
    case finished(RunEnding)

    /// Whether nothing follows any more.
    public var isFinished: Bool {
        switch self {
        case .finished: true
        case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack, .held, .stuck:
            false
        }
    }
}

/// A step that is being tried.
public struct StepProgress: Hashable, Sendable {
    public let step: Int
    /// From 1.
    public let attempt: Int
    public let authority: Authority
    /// When the plan's dry-runs were last complete.
    public let rehearsedAt: Timestamp

    public init(step: Int, attempt: Int, authority: Authority, rehearsedAt: Timestamp) {
        self.step = step
        self.attempt = attempt
        self.authority = authority
        self.rehearsedAt = rehearsedAt
    }
}

/// How a run ended.
public enum RunEnding: Hashable, Sendable {
    case advised
    case denied(because: String)
    case rejected(by: Person, because: String)
    case expired
    case cancelled(by: Person)
    /// Nothing was changed, since a rehearsal or the decision before the first step stood against it.
    case refused(because: String)
    case succeeded
    case rolledBack(because: String)
    /// A person took it over as it was.
    case takenOver(by: Person)
}

/// A person as the operating system or a token names them; never just a flag.
public struct Person: Hashable, Sendable, Comparable {
    public let name: ExactText

    public init(_ name: String) {
        self.name = ExactText(name)
    }

    public static func < (left: Person, right: Person) -> Bool { left.name < right.name }
}

/// Who said that the run may act.
public enum Authority: Hashable, Sendable {
    case policy
    /// Sorted; as many different people as were asked for.
    case people([Person])
}

/// What is needed before the run may act.
public enum Authorization: Hashable, Sendable {
    case given(Authority)
    case needed(Question)
}

/// What a person is asked, and who has said yes so far.
public struct Question: Hashable, Sendable {
    /// SHA-256 of exactly what the person sees, in hexadecimal.
    public let planDigest: String
    public let approval: Approval
    /// Who wrote or requested the plan and so can't approve it, sorted.
    public let excluded: [Person]
    public let expiresAt: Timestamp
    /// Different people, sorted.
    public internal(set) var approvals: [Person]

    /// - Parameter approvals: of a question that was read back; a run that begins with one counts none of them.
    public init(
        planDigest: String, approval: Approval, excluded: [Person], expiresAt: Timestamp, approvals: [Person] = []
    ) {
        self.planDigest = planDigest
        self.approval = approval
        self.excluded = excluded.sorted()
        self.expiresAt = expiresAt
        self.approvals = approvals.sorted()
    }
}

/// Proof that policy, or people, allowed one attempt at one step. The memberwise `init` is internal to the core.
public struct Permit: Hashable, Sendable {
    public let authority: Authority
    public let planDigest: String
    public let step: Int
    public let attempt: Int
}
