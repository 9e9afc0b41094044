/// One piece of state as a snapshot keeps it. All pieces, restored in order, give the state as it was.
public enum Memory: Sendable {
    /// Of the engine whose state it is.
    case mode(Engine.Mode)
    case alert(AlertMemory)
    case incident(IncidentMemory)
    /// More alerts of the incident before it.
    case members(of: Int, [IncidentSummary.Member])
    case run(RunMemory)
    case assumedRun(AssumedRunMemory)
    case ledger(LedgerMemory)
    case storm(StormMemory)
    case paused(PauseScope, by: Person, because: String)
    case quarantined(Quarantine)
    case handled(HandledRequest)
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
    /// Of an alert that fired once.
    public static let none = FlapMemory(isDamped: false, penalty: 0, measuredAt: .distantPast)

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
    /// How many members one piece of state holds: an incident of a storm is written down in several.
    static let mostMembers = 1000
    /// From so many bytes of their labels on it ends, too; as they are written.
    static let mostLabelBytes = 1 << 20

    /// How far a match has come; see `MatchTracker`.
    public struct Match: Hashable, Sendable {
        public let runbook: String
        public let values: [ExactText?]
        /// Nil while it does not hold.
        public let since: Timestamp?
        /// Something speaks against it.
        public let isBlocked: Bool
        /// When something last ceased to speak against it.
        public let unblockedAt: Timestamp?
        public let isDecided: Bool
        /// Under `each` the alerts that were decided for, sorted.
        public let handled: [Fingerprint]

        public init(
            runbook: String, values: [ExactText?], since: Timestamp?, isBlocked: Bool, unblockedAt: Timestamp?,
            isDecided: Bool, handled: [Fingerprint]
        ) {
            self.runbook = runbook
            self.values = values
            self.since = since
            self.isBlocked = isBlocked
            self.unblockedAt = unblockedAt
            self.isDecided = isDecided
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
    /// In the order of joining; the first of them, where there are many.
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
    /// Nothing was carried out: an engine that observes only assumed it.
    public let isAssumed: Bool

    public init(
        run: Int, incident: Int, plan: Plan, startedAt: Timestamp, endedAt: Timestamp?, outcome: RunOutcome?,
        isAssumed: Bool
    ) {
        self.run = run
        self.incident = incident
        self.plan = plan
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.outcome = outcome
        self.isAssumed = isAssumed
    }
}

/// A run, or a question to a person, that an engine which observes assumes.
public struct AssumedRunMemory: Sendable {
    public enum Stage: Hashable, Sendable {
        case pending(expiresAt: Timestamp)
        case verifying(deadline: Timestamp)
    }

    public let run: Int
    public let incident: Int
    public let plan: Plan
    /// The values of the signature's `same`; nil where the match has been decided again since.
    public let match: [ExactText?]?
    public let stage: Stage

    public init(run: Int, incident: Int, plan: Plan, match: [ExactText?]?, stage: Stage) {
        self.run = run
        self.incident = incident
        self.plan = plan
        self.match = match
        self.stage = stage
    }
}

public struct StormMemory: Hashable, Sendable {
    /// So many alerts began to fire at this time.
    public struct Beginning: Hashable, Sendable {
        public let at: Timestamp
        public let count: Int

        public init(at: Timestamp, count: Int) {
            self.at = at
            self.count = count
        }
    }

    /// Nil while there is no storm.
    public let lastReachedAt: Timestamp?
    /// Of the last ten seconds, in their order.
    public let recent: [Beginning]

    public init(lastReachedAt: Timestamp?, recent: [Beginning]) {
        self.lastReachedAt = lastReachedAt
        self.recent = recent
    }
}
