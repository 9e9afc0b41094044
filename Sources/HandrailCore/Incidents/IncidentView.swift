internal import CEL

/// The alerts of one incident as signatures and policies see them at one moment.
struct IncidentView {
    /// Firing and unmuted, by start, then fingerprint.
    let eligible: [BoundAlert]
    /// Indices of the runbooks that a member's labels match, firing or not; ascending.
    let touchedRunbooks: [Int]
    private let id: Int
    private let openedAt: Timestamp
    private let index: PatternIndex
    /// By pattern of the index.
    private let candidates: [[BoundAlert]]

    init(incident: Incident, eligible: [BoundAlert], index: PatternIndex) {
        id = incident.id
        openedAt = incident.openedAt
        self.eligible = eligible
        self.index = index
        touchedRunbooks = Set(incident.bindable.touchedPatterns.map { index.patterns[$0].runbook }).sorted()
        var candidates = [[BoundAlert]](repeating: [], count: index.patterns.count)
        for alert in eligible {
            for pattern in alert.patterns { candidates[pattern].append(alert) }
        }
        self.candidates = candidates
    }

    /// By the name of the pattern.
    func candidates(of runbook: Int) -> [String: [BoundAlert]] {
        var found: [String: [BoundAlert]] = [:]
        for pattern in index.patterns(of: runbook) where !candidates[pattern].isEmpty {
            found[index.patterns[pattern].name] = candidates[pattern]
        }
        return found
    }

    var fact: CELValue {
        BindingFacts.incident(id: id, openedAt: openedAt, alerts: eligible)
    }
}
