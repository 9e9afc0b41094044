/// Alerts believed to share a cause, while the engine still works on them.
struct Incident: Sendable {
    /// A label value, or a service, that relates alerts to this incident.
    struct EntityKey: Hashable, Sendable {
        let name: ExactText
        let value: ExactText
    }

    struct Member: Sendable {
        let slot: Int
        let report: IncidentSummary.Member
    }

    let id: Int
    let openedAt: Timestamp
    /// When the last of its alerts began to fire, by the engine's clock.
    var lastBeganAt: Timestamp
    var members = PagedArray<Member>()
    var firingCount = 0
    /// Members that some runbook's pattern matches.
    var bindable = BindableAlerts()
    /// Each once.
    var entityKeys = PagedArray<EntityKey>()
    var resolvedAt: Timestamp?
    var matches: [MatchKey: MatchTracker] = [:]
    /// Its runs in flight and questions to a person.
    var runs: Set<Int> = []
    /// The last run or question of a match.
    var asked: [MatchKey: Int] = [:]
    /// By runbook index, for the runbooks that were touched and did not match.
    var misses: [Int: Miss] = [:]
    /// How the last run of a runbook ended, for `after`.
    var outcomes: [String: RunOutcome] = [:]
    /// When its signatures will be tried again without an event.
    var evaluationDueAt: Timestamp?

    init(id: Int, openedAt: Timestamp) {
        self.id = id
        self.openedAt = openedAt
        lastBeganAt = openedAt
    }

    func isJoinable(at now: Timestamp, group: Correlation.Group) -> Bool {
        now <= lastBeganAt + group.window && now <= openedAt + group.life
    }
}

/// One match: a runbook, and the values of `same` that the match is for.
struct MatchKey: Hashable, Sendable, Comparable {
    let runbook: Int
    let values: [ExactText?]

    static func < (left: MatchKey, right: MatchKey) -> Bool {
        guard left.runbook == right.runbook else { return left.runbook < right.runbook }
        return left.values.map { $0 ?? "" }.lexicographicallyPrecedes(right.values.map { $0 ?? "" })
    }
}

/// Since when a match has held, and what was done about it. A match is decided once while it lasts.
struct MatchTracker: Sendable {
    /// Nil while it does not hold.
    private(set) var since: Timestamp?
    /// When what spoke against it had last ceased to.
    private var unblockedAt: Timestamp?
    /// Whether something spoke against it when it was last tried.
    private var isBlocked = false
    private var isDecided = false
    /// Under `each`, the alerts that were decided for.
    private var handled: Set<Fingerprint> = []
    var isReportedAsNotChosen = false

    init() {}

    init(_ memory: IncidentMemory.Match) {
        since = memory.since
        unblockedAt = memory.unblockedAt
        isBlocked = memory.isBlocked
        isDecided = memory.isDecided
        handled = Set(memory.handled)
    }

    func memory(runbook: String, values: [ExactText?]) -> IncidentMemory.Match {
        IncidentMemory.Match(
            runbook: runbook, values: values, since: since, isBlocked: isBlocked, unblockedAt: unblockedAt,
            isDecided: isDecided, handled: handled.sorted())
    }

    /// Whether there is nothing to remember.
    var isFresh: Bool { isSame(as: MatchTracker()) }

    /// As far as it is remembered.
    func isSame(as other: MatchTracker) -> Bool {
        since == other.since && unblockedAt == other.unblockedAt && isBlocked == other.isBlocked
            && isDecided == other.isDecided && handled == other.handled
    }

    /// Of two incidents that were one all along: what was settled in either stays settled, and neither gives the other
    /// time in which it did not hold.
    func joined(with other: MatchTracker) -> MatchTracker {
        var joined = self
        joined.since = [since, other.since].compactMap(\.self).max()
        joined.unblockedAt = [unblockedAt, other.unblockedAt].compactMap(\.self).max()
        joined.isBlocked = isBlocked || other.isBlocked
        joined.isDecided = isDecided || other.isDecided
        joined.handled = handled.union(other.handled)
        return joined
    }

    /// What was decided does not count any more; how long it has held does.
    mutating func isUndecided() {
        isDecided = false
        handled = []
        isReportedAsNotChosen = false
    }

    mutating func breaks() {
        since = nil
        isDecided = false
        handled = []
        isReportedAsNotChosen = false
    }

    mutating func isBlockedNow() {
        breaks()
        isBlocked = true
    }

    /// It holds with these alerts.
    ///
    /// What spoke against it has ended only now, since every change is tried at once; and an alert that took another
    /// one's place has not held any longer than since it began.
    mutating func holds(completedAt: Timestamp, alerts: [BoundAlert], at now: Timestamp) {
        if isBlocked { unblockedAt = now }
        let beginning = max(completedAt, unblockedAt ?? .distantPast)
        since = isDecided ? since ?? beginning : max(since ?? beginning, beginning, completedAt)
        isBlocked = false
        if !handled.isEmpty { handled.formIntersection(alerts.map(\.fingerprint)) }
    }

    /// Nothing is left to decide while it lasts.
    var isSettled: Bool { isDecided }

    func isHandled(_ alert: BoundAlert) -> Bool { handled.contains(alert.labels.fingerprint) }

    mutating func isDecided(for alerts: [Fingerprint]) {
        isDecided = true
        handled.formUnion(alerts)
    }
}

enum Miss: Sendable {
    case reason(String)
    /// It holds, and has not held long enough.
    case waiting(since: Timestamp, needed: Duration)

    func text(at now: Timestamp) -> String {
        switch self {
        case .reason(let text): text
        case .waiting(let since, let needed):
            "held for \(Duration.milliseconds((now - since).milliseconds / 1000 * 1000).inWords) of \(needed.inWords)"
        }
    }
}
