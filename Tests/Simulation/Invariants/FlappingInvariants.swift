import HandrailCore
import HandrailEngine

struct NothingOnStaleOrFlapping: Invariant {
    static let sentence =
        "an alert that flaps, or that has not been heard of for too long, is no ground for an automatic step"

    private var flaps: [Fingerprint: Flapping] = [:]

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        let correlation = history.workspace.correlation
        if case .kept(let entry) = observation, case .state(.alert(let transition)) = entry.event {
            let fingerprint = transition.labels.fingerprint
            flaps[fingerprint, default: Flapping()].take(transition.kind, at: entry.at, correlation.flap)
        }
        guard let (run, at) = automaticStep(observation, history) else { return nil }
        for alert in run.record.bindings.flatMap(\.alerts) {
            guard let known = history.alerts[alert.fingerprint], known.isFiring else { continue }
            // Not by what the journal says: what ended while no engine ran is told to nobody.
            if flaps[alert.fingerprint]?.isFlapping(at: at, correlation.flap) ?? false {
                return "run \(run.number) begins by itself on an alert that flaps"
            }
            if let heard = history.heardAt[alert.fingerprint], heard < at - correlation.dedupe.staleAfter {
                return "run \(run.number) begins by itself on an alert that was last heard of \(at - heard) ago"
            }
        }
        return nil
    }
}

/// How much an alert has flapped, counted again and from below.
private struct Flapping {
    private var penalty = 0.0
    private var measuredAt = Timestamp.distantPast
    private var endedAt: Timestamp?
    private var wasReached = false

    mutating func take(_ kind: AlertTransition.Kind, at now: Timestamp, _ rule: Correlation.Flap) {
        switch kind {
        case .renewed: return
        case .ended, .lapsed: endedAt = now
        case .began:
            // Where it ended longer ago it may have been forgotten.
            let isRemembered = endedAt.map { now - $0 < rule.halfLife } ?? false
            let left = current(at: now, rule)
            wasReached = isRemembered && (wasReached && left > rule.releaseAt || left + 1 >= rule.dampAt)
            penalty = isRemembered ? left + 1 : 0
            measuredAt = now
        }
    }

    func isFlapping(at now: Timestamp, _ rule: Correlation.Flap) -> Bool {
        wasReached && current(at: now, rule) > rule.releaseAt
    }

    /// Halved every half-life; between the halvings a tangent, which is never above what it touches.
    private func current(at now: Timestamp, _ rule: Correlation.Flap) -> Double {
        guard penalty > 0 else { return 0 }
        let lives = Double((now - measuredAt).milliseconds) / Double(rule.halfLife.milliseconds)
        guard lives < 50 else { return 0 }
        let (whole, rest) = (Int(lives), lives - Double(Int(lives)))
        return penalty / Double(1 << whole) * max(1 - 0.694 * rest, 0.707 * (1 - 0.6932 * (rest - 0.5)))
    }
}
