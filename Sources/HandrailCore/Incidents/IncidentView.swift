internal import CEL

/// The alerts of one incident as signatures and policies see them at one moment.
struct IncidentView {
    /// Firing and unmuted, by start, then fingerprint. Before a step, with those that only pause.
    let eligible: [BoundAlert]
    /// Indices of the runbooks that a member's labels match, firing or not; ascending.
    let touchedRunbooks: [Int]
    private let id: Int
    private let openedAt: Timestamp
    private let index: PatternIndex
    /// By pattern of the index; of twins, the first has them.
    private let candidates: [[BoundAlert]]
    /// The same by their values of `same`, for the patterns that were asked for.
    private var keyed: [KeyedAlerts?]

    init(incident: Incident, eligible: [BoundAlert], index: PatternIndex) {
        id = incident.id
        openedAt = incident.openedAt
        self.eligible = eligible
        self.index = index
        touchedRunbooks = Set(incident.bindable.touchedPatterns.elements.map { index.patterns[$0].runbook }).sorted()
        var candidates = [[BoundAlert]](repeating: [], count: index.patterns.count)
        for alert in eligible {
            for pattern in alert.patterns where index.patterns[pattern].twin == pattern {
                candidates[pattern].append(alert)
            }
        }
        self.candidates = candidates
        keyed = Array(repeating: nil, count: candidates.count)
    }

    /// By the name of the pattern.
    func candidates(of runbook: Int) -> [String: [BoundAlert]] {
        var found: [String: [BoundAlert]] = [:]
        for pattern in index.patterns(of: runbook) {
            let (name, twin) = (index.patterns[pattern].name, index.patterns[pattern].twin)
            if !candidates[twin].isEmpty { found[name] = candidates[twin] }
        }
        return found
    }

    /// The same by their values of `same`; empty for a runbook without any.
    mutating func keyedAlerts(of runbook: Int) -> [String: KeyedAlerts] {
        var found: [String: KeyedAlerts] = [:]
        for pattern in index.patterns(of: runbook) where !index.patterns[pattern].same.isEmpty {
            let twin = index.patterns[pattern].twin
            guard !candidates[twin].isEmpty else { continue }
            let alerts = keyed[twin] ?? KeyedAlerts(candidates[twin], of: twin, by: index.patterns[twin].same)
            keyed[twin] = alerts
            found[index.patterns[pattern].name] = alerts
        }
        return found
    }

    var fact: CELValue {
        BindingFacts.incident(id: id, openedAt: openedAt, alerts: eligible)
    }
}
