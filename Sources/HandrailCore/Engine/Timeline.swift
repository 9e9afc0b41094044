/// What happened, in the order in which the engine saw it: the material of every report and explanation.
public struct TimelineEntry: Sendable {
    public let at: Timestamp
    /// Nil for what concerns no single incident.
    public let incident: Int?
    public let event: TimelineEvent

    public init(at: Timestamp, incident: Int?, event: TimelineEvent) {
        self.at = at
        self.incident = incident
        self.event = event
    }
}

public enum TimelineEvent: Sendable {
    case incidentOpened(LabelSet)
    case alertJoined(LabelSet, MembershipReason)
    case alertFiredAgain(LabelSet)
    case alertResolved(LabelSet)
    indirect case alertMuted(LabelSet, by: Muting)
    case alertUnmuted(LabelSet)
    case alertDamped(LabelSet)
    case alertReleased(LabelSet)
    /// The incident of the entry took over the members of `absorbed`.
    case incidentsMerged(absorbed: Int, because: MembershipReason)
    /// No member fires any more. It may still fire again.
    case incidentResolved
    /// It takes no more alerts and is forgotten.
    indirect case incidentClosed(IncidentSummary)
    case stormBegan(because: String)
    case stormEnded
    /// Indirect, like the other large ones: an entry is handed on a million times for each of these.
    indirect case decided(DecisionRecord)
    /// A ripe match that lost against another one, or waits for a run that holds its target or incident.
    case notChosen(runbook: String, because: String)
    indirect case planRefused(runbook: String, PlanRefusal)
    case runStarted(run: Int, runbook: String)
    case runEnded(run: Int, runbook: String, outcome: RunOutcome, because: String)
    /// What else state is folded from. Only where the engine keeps its state.
    case state(StateChange)
}

/// Why an alert is in an incident.
public enum MembershipReason: Hashable, Sendable {
    /// The first one.
    case opened
    /// It shares this label with a member.
    case sharesLabel(name: String, value: String)
    case sameService(String)
    /// Its service depends on a member's service, or the other way round, over so many steps.
    case dependency(from: String, to: String, hops: Int)
    /// It has been a member before.
    case memberBefore
    /// It began where a run of this incident was at work.
    case causedByRun(runbook: String)
}

public enum Muting: Hashable, Sendable {
    case silencedBySource
    case silenced(because: String, at: FileLocation)
    case inhibited(by: LabelSet, at: FileLocation)
    /// Held back until the effects of the run have settled.
    case causedByRun(runbook: String)
}

/// An incident as reports show it.
public struct IncidentSummary: Sendable {
    public struct Member: Sendable {
        public let labels: LabelSet
        /// When Handrail first received it, not when it began.
        public let firstSeenAt: Timestamp
        public let reason: MembershipReason

        public init(labels: LabelSet, firstSeenAt: Timestamp, reason: MembershipReason) {
            self.labels = labels
            self.firstSeenAt = firstSeenAt
            self.reason = reason
        }
    }

    /// From 1, in the order of opening.
    public let id: Int
    public let openedAt: Timestamp
    /// Nil while a member fires.
    public let resolvedAt: Timestamp?
    /// In the order of joining.
    public let members: [Member]
    /// Members that the journal does not list again at the end: what has many thousands of them would be too large to keep.
    public let omittedMembers: Int
    /// Runbooks that a member touched and that did not match, each with the last reason why; sorted by name.
    public let nearMisses: [NearMiss]

    public init(
        id: Int, openedAt: Timestamp, resolvedAt: Timestamp?, members: [Member], omittedMembers: Int = 0,
        nearMisses: [NearMiss]
    ) {
        self.id = id
        self.openedAt = openedAt
        self.resolvedAt = resolvedAt
        self.members = members
        self.omittedMembers = omittedMembers
        self.nearMisses = nearMisses
    }
}

/// A runbook that came close.
public struct NearMiss: Hashable, Sendable {
    public let runbook: String
    /// `unless RedisDown fires`, `held for 24s of 2m`, `no alert for queue`.
    public let because: String

    public init(runbook: String, because: String) {
        self.runbook = runbook
        self.because = because
    }
}

/// A decision with what led to it.
public struct DecisionRecord: Sendable {
    public let at: Timestamp
    public let incident: Int
    /// Its number, where something may come of it: from 1, in the order of the decisions.
    public let run: Int?
    public let plan: Plan
    public let decision: Decision
    /// The values of the signature's `same` that the match is for.
    public let match: [ExactText?]
    /// The alerts bound to each pattern, in the order of the signature.
    public let bindings: [(pattern: String, alerts: [LabelSet])]
    /// What else came close at that moment.
    public let nearMisses: [NearMiss]

    public init(
        at: Timestamp, incident: Int, run: Int? = nil, plan: Plan, decision: Decision, match: [ExactText?] = [],
        bindings: [(pattern: String, alerts: [LabelSet])], nearMisses: [NearMiss]
    ) {
        self.at = at
        self.incident = incident
        self.run = run
        self.plan = plan
        self.decision = decision
        self.match = match
        self.bindings = bindings
        self.nearMisses = nearMisses
    }
}

/// Counts of everything that came in; nothing is dropped without one of them growing.
///
/// Each notice grows `alerts` and exactly one of `duplicates`, `late`, `distrusted`, `resolvedUnseen`, `episodes`
/// and `ended`.
public struct Counters: Hashable, Sendable {
    public var deliveries = 0
    public var alerts = 0
    /// Known already, and nothing new in it.
    public var duplicates = 0
    /// Notices of an episode that is over, or of an earlier one.
    public var late = 0
    /// Not authenticated, about alerts that an authenticated source vouches for; they change nothing.
    public var distrusted = 0
    /// Resolved notices for alerts that were never seen firing.
    public var resolvedUnseen = 0
    /// Resolved notices that ended an episode. One that lapsed without a notice is not among them.
    public var ended = 0
    /// Alerts that the source says it left out; saturated, since it may say anything.
    public var truncated = 0
    /// Alerts that began to fire, muted ones included.
    public var episodes = 0
    public var muted = 0
    public var incidents = 0
    /// Plans that were given a number.
    public var runs = 0

    public init() {}

    mutating func leftOut(_ count: Int) {
        let (sum, overflow) = truncated.addingReportingOverflow(count)
        truncated = overflow ? .max : sum
    }
}
