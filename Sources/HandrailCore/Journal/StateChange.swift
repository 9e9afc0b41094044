/// What state is folded from, beside what reports show: the rest of what the journal keeps.
public enum StateChange: Sendable {
    /// An engine took the state over.
    case engineStarted(EngineStart)
    case engineStopped
    /// Other files are in force from here on.
    case workspaceLoaded(digest: String)
    /// Whose tokens open something.
    case access(AccessChange)
    case alert(AlertTransition)
    /// How far a match of the entry's incident has come.
    case match(IncidentMemory.Match)
    case run(RunAdvance)
    /// What a command of a run did. Says nothing to the fold; it is evidence.
    case report(StepReport)
    /// What a person asked for. Nil: it was done; else why not.
    case request(MadeRequest, by: Person, refusal: String?)
    case quarantined(Quarantine)
    /// Growth of the counters since they were last kept, at most once a second.
    case counted(Counters)
    /// People could not be told.
    case announcementFailed(run: Int?, because: String)
    /// Part of a snapshot.
    case remembered(Memory)
}

public struct EngineStart: Hashable, Sendable {
    public let version: String
    public let mode: Engine.Mode
    /// Of all files of the workspace.
    public let workspaceDigest: String

    public init(version: String, mode: Engine.Mode, workspaceDigest: String) {
        self.version = version
        self.mode = mode
        self.workspaceDigest = workspaceDigest
    }
}

/// An alert began to fire, went on, or ended. Repetitions are only counted, but for a sign of life now and then.
public struct AlertTransition: Hashable, Sendable {
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        case began
        /// It is still heard of. Kept seldom, so that a restart does not take it for stale.
        case renewed
        case ended
        /// It was not renewed in time; nobody said that it has resolved.
        case lapsed
    }

    public let kind: Kind
    public let labels: LabelSet
    /// Only where it began.
    public let annotations: [Label]
    public let startsAt: Timestamp
    public let endsAt: Timestamp?
    public let isAuthenticated: Bool
    public let isSuppressedBySource: Bool

    public init(
        kind: Kind, labels: LabelSet, annotations: [Label] = [], startsAt: Timestamp, endsAt: Timestamp? = nil,
        isAuthenticated: Bool, isSuppressedBySource: Bool = false
    ) {
        self.kind = kind
        self.labels = labels
        self.annotations = annotations
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.isAuthenticated = isAuthenticated
        self.isSuppressedBySource = isSuppressedBySource
    }
}

/// An event of a run that is really carried out.
public struct RunAdvance: Hashable, Sendable {
    public let run: Int
    public let runbook: String
    /// SHA-256 of exactly what was decided about, in hexadecimal.
    public let planDigest: String
    public let event: RunEvent
    /// Where the run stands after it.
    public let state: RunState
    /// To be carried out once the event is durable.
    public let effects: [RunEffect]

    public init(
        run: Int, runbook: String, planDigest: String, event: RunEvent, state: RunState, effects: [RunEffect]
    ) {
        self.run = run
        self.runbook = runbook
        self.planDigest = planDigest
        self.event = event
        self.state = state
        self.effects = effects
    }
}

/// Nothing may touch this target until a person releases it: an undo failed there.
public struct Quarantine: Hashable, Sendable {
    public let target: Target
    public let run: Int
    public let because: String

    public init(target: Target, run: Int, because: String) {
        self.target = target
        self.run = run
        self.because = because
    }
}
