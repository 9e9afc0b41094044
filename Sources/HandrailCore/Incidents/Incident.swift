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
    /// Slots of members that some runbook's pattern matches.
    var bindable: Set<Int> = []
    var entityKeys: Set<EntityKey> = []
    var resolvedAt: Timestamp?
    var matches: [MatchKey: MatchTracker] = [:]
    /// What was decided for a match; a match is decided once while it lasts.
    var decided: [MatchKey: Settled] = [:]
    /// By runbook index, for the runbooks that were touched and did not match.
    var misses: [Int: Miss] = [:]
    /// How the last run of a runbook ended, for `after`.
    var outcomes: [String: RunOutcome] = [:]
    /// The mutating run that holds the incident, in flight or waiting for a person.
    var holder: Int?
    var isEvaluationDue = false

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

/// Since when a match has held.
struct MatchTracker: Sendable {
    /// Nil while something speaks against it.
    var since: Timestamp?
    /// The last time at which all alerts were there and something spoke against it.
    var blockedAt: Timestamp?
    /// Whether something spoke against it when it was last tried.
    var isBlocked = false
    var isReportedAsNotChosen = false

    /// From when on it counts as held: what spoke against it has ended only now, since every change is tried at once.
    func beginning(completedAt: Timestamp, now: Timestamp) -> Timestamp {
        isBlocked ? now : max(completedAt, blockedAt ?? .distantPast)
    }
}

enum Settled: Sendable {
    /// Advised, denied or refused by the planner: once an incident is enough.
    case forGood
    /// A run or a question to a person.
    case run(Int)
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
