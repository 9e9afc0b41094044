import HandrailCore
import HandrailEngine

struct AcknowledgedIsKept: Invariant {
    static let sentence = "what was acknowledged, a delivery or a person's request, is in the journal"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .answered(let asked, let answer) = observation, answer == .done else { return nil }
        switch asked {
        case .request(let request, let person):
            let isKept = history.requests.contains { $0.request == request && $0.person == person && $0.refusal == nil }
            return isKept ? nil : "\(person.name) was told that it is done, and the journal does not say so: \(request)"
        case .delivery(let delivery):
            let lost = delivery.alerts.first { alert in
                alert.status == .firing && history.alerts[alert.labels.fingerprint] == nil
            }
            return lost == nil ? nil : "a delivery was acknowledged, and the journal knows nothing of its alert"
        }
    }
}

struct StateIsFold: Invariant {
    static let sentence = "the state is the fold of the journal, from its beginning and from a snapshot"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        switch observation {
        case .unfoldable(let because): return because
        case .compared(let live, let folded):
            guard live != folded else { return nil }
            let missing = live.filter { !folded.contains($0) }
            let extra = folded.filter { !live.contains($0) }
            return "\(missing.count) pieces of the state, and \(extra.count) of the fold, are not in the other; "
                + Self.difference(missing.first ?? "nothing", extra.first ?? "nothing")
        case .kept, .performing, .observing, .answered, .quiet: return nil
        }
    }

    /// From a little before the first byte that differs.
    private static func difference(_ live: String, _ folded: String) -> String {
        let common = zip(live.utf8, folded.utf8).prefix { $0 == $1 }.count
        let excerpts = [live, folded].map {
            String($0.prefix(40)) + " … " + String($0.dropFirst(max(0, common - 60)).prefix(240))
        }
        return "\n  live:   \(excerpts[0])\n  folded: \(excerpts[1])"
    }
}

struct NumbersOnce: Invariant {
    static let sentence = "no number of a run or an incident is given twice"

    private var runs: Set<Int> = []
    private var incidents: Set<Int> = []

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation else { return nil }
        if case .decided(let record) = entry.event, let run = record.run, !runs.insert(run).inserted {
            return "run \(run) is there twice"
        }
        if case .incidentOpened = entry.event, let incident = entry.incident, !incidents.insert(incident).inserted {
            return "incident \(incident) is there twice"
        }
        return nil
    }
}
