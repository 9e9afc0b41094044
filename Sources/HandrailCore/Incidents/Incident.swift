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
    var members: [Member] = []
    var firingCount = 0
    /// Members that some runbook's pattern matches.
    var bindable = BindableAlerts()
    var entityKeys: Set<EntityKey> = []
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
    /// The last time at which all alerts were there and something spoke against it.
    private var blockedAt: Timestamp?
    /// Whether something spoke against it when it was last tried.
    private var isBlocked = false
    private var isDecided = false
    /// Under `each`, the alerts that were decided for.
    private var handled: Set<Fingerprint> = []
    var isReportedAsNotChosen = false

    init() {}

    /// It was decided for these before a restart.
    init(decidedFor handled: [Fingerprint]) {
        isDecided = true
        self.handled = Set(handled)
    }

    mutating func breaks() {
        since = nil
        isDecided = false
        handled = []
        isReportedAsNotChosen = false
    }

    mutating func isBlocked(at now: Timestamp) {
        breaks()
        isBlocked = true
        blockedAt = now
    }

    /// It holds with these alerts.
    ///
    /// What spoke against it has ended only now, since every change is tried at once; and an alert that took another
    /// one's place has not held any longer than since it began.
    mutating func holds(completedAt: Timestamp, alerts: [BoundAlert], at now: Timestamp) {
        let beginning = isBlocked ? now : max(completedAt, blockedAt ?? .distantPast)
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

    /// Under `each`, the alerts that were decided for, sorted; nil where nothing was decided.
    var decidedFor: [Fingerprint]? { isDecided ? handled.sorted() : nil }
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
