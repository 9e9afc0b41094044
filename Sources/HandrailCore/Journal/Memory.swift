/// One piece of state as a snapshot keeps it. All pieces, restored in order, give the state as it was.
public enum Memory: Sendable {
    case alert(AlertMemory)
    case incident(IncidentMemory)
    case run(RunMemory)
    case ledger(LedgerMemory)
    case storm(lastReachedAt: Timestamp)
    case paused(PauseScope, by: Person, because: String)
    case quarantined(Quarantine)
}

/// What is remembered of one alert; see `TrackedAlert`.
public struct AlertMemory: Sendable {
    public let labels: LabelSet
    public let annotations: [Label]
    public let firstSeenAt: Timestamp
    public let isFiring: Bool
    public let startsAt: Timestamp
    public let beganAt: Timestamp
    public let lastSeenAt: Timestamp
    public let endedAt: Timestamp?
    public let earlierStartsAt: Timestamp?
    public let lapsesAt: Timestamp?
    public let isSuppressedBySource: Bool
    public let hasLapsed: Bool
    public let isAuthenticated: Bool
    public let episodes: Int
    /// The run whose doing it was taken for.
    public let causedBy: Int?
    public let flap: FlapMemory

    public init(
        labels: LabelSet, annotations: [Label], firstSeenAt: Timestamp, isFiring: Bool, startsAt: Timestamp,
        beganAt: Timestamp, lastSeenAt: Timestamp, endedAt: Timestamp?, earlierStartsAt: Timestamp?,
        lapsesAt: Timestamp?, isSuppressedBySource: Bool, hasLapsed: Bool, isAuthenticated: Bool, episodes: Int,
        causedBy: Int?, flap: FlapMemory
    ) {
        self.labels = labels
        self.annotations = annotations
        self.firstSeenAt = firstSeenAt
        self.isFiring = isFiring
        self.startsAt = startsAt
        self.beganAt = beganAt
        self.lastSeenAt = lastSeenAt
        self.endedAt = endedAt
        self.earlierStartsAt = earlierStartsAt
        self.lapsesAt = lapsesAt
        self.isSuppressedBySource = isSuppressedBySource
        self.hasLapsed = hasLapsed
        self.isAuthenticated = isAuthenticated
        self.episodes = episodes
        self.causedBy = causedBy
        self.flap = flap
    }
}

public struct FlapMemory: Hashable, Sendable {
    public let isDamped: Bool
    public let penalty: Double
    public let measuredAt: Timestamp

    public init(isDamped: Bool, penalty: Double, measuredAt: Timestamp) {
        self.isDamped = isDamped
        self.penalty = penalty
        self.measuredAt = measuredAt
    }
}

/// An open incident. Its members are known by their labels.
public struct IncidentMemory: Sendable {
    /// A match as far as it was settled.
    public struct Match: Hashable, Sendable {
        public let runbook: String
        public let values: [ExactText?]
        /// Under `each` the alerts that were decided for, sorted.
        public let handled: [Fingerprint]

        public init(runbook: String, values: [ExactText?], handled: [Fingerprint]) {
            self.runbook = runbook
            self.values = values
            self.handled = handled
        }
    }

    public struct Outcome: Hashable, Sendable {
        public let runbook: String
        public let outcome: RunOutcome

        public init(runbook: String, outcome: RunOutcome) {
            self.runbook = runbook
            self.outcome = outcome
        }
    }

    public let id: Int
    public let openedAt: Timestamp
    public let lastBeganAt: Timestamp
    public let resolvedAt: Timestamp?
    /// In the order of joining.
    public let members: [IncidentSummary.Member]
    /// Sorted by runbook, then values.
    public let matches: [Match]
    /// Sorted by runbook.
    public let outcomes: [Outcome]

    public init(
        id: Int, openedAt: Timestamp, lastBeganAt: Timestamp, resolvedAt: Timestamp?,
        members: [IncidentSummary.Member], matches: [Match], outcomes: [Outcome]
    ) {
        self.id = id
        self.openedAt = openedAt
        self.lastBeganAt = lastBeganAt
        self.resolvedAt = resolvedAt
        self.members = members
        self.matches = matches
        self.outcomes = outcomes
    }
}

/// A run that has not ended: its decision, and everything that has happened to it since.
public struct RunMemory: Sendable {
    public struct Event: Hashable, Sendable {
        public let at: Timestamp
        public let event: RunEvent

        public init(at: Timestamp, event: RunEvent) {
            self.at = at
            self.event = event
        }
    }

    public let record: DecisionRecord
    /// Empty where it was not sealed.
    public let planDigest: String
    public let events: [Event]

    public init(record: DecisionRecord, planDigest: String, events: [Event]) {
        self.record = record
        self.planDigest = planDigest
        self.events = events
    }
}

/// A run as limits, cooldowns and breakers count it.
public struct LedgerMemory: Sendable {
    public let run: Int
    public let incident: Int
    public let plan: Plan
    public let startedAt: Timestamp
    /// Both nil while it is in flight.
    public let endedAt: Timestamp?
    public let outcome: RunOutcome?

    public init(run: Int, incident: Int, plan: Plan, startedAt: Timestamp, endedAt: Timestamp?, outcome: RunOutcome?) {
        self.run = run
        self.incident = incident
        self.plan = plan
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
    }
}
