import HandrailCore
import HandrailEngine

struct MatchesStill: Invariant {
    static let sentence =
        "a step begins only while what its runbook waits for still fires, and nothing that speaks against it"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation else { return nil }
        switch entry.event {
        case .decided(let record): return tooEarly(record, entry.at, history) ?? blocked(record, history)
        case .state(.run(let advance)):
            guard let (step, _) = advance.performs, let run = history.runs[advance.run] else { return nil }
            return blocked(run.record, history) ?? gone(run, step, entry.at, history)
        default: return nil
        }
    }

    /// Before anything has held as long as `for` says.
    private func tooEarly(_ record: DecisionRecord, _ at: Timestamp, _ history: History) -> String? {
        guard let signature = runbook(record, history)?.signature, record.run != nil else { return nil }
        let began = record.bindings.flatMap(\.alerts).compactMap { history.alerts[$0.fingerprint]?.startsAt }.min()
        guard let began, at < began + signature.holdsFor else { return nil }
        return "`\(record.plan.runbook)` is decided \(at - began) after its alerts began"
    }

    /// By an alert that some `unless` names, and only names.
    private func blocked(_ record: DecisionRecord, _ history: History) -> String? {
        guard let signature = runbook(record, history)?.signature, signature.same.isEmpty else { return nil }
        let names = signature.unless.filter { $0.selector.matchers.count == 1 }.compactMap(\.selector.alertname)
        let firing = history.alerts.values.lazy.filter(\.isFiring).compactMap { $0.labels?.alertname }
        let blocker = names.isEmpty ? nil : firing.first(where: names.contains)
        return blocker.map { "`\(record.plan.runbook)` goes on while \($0) fires" }
    }

    /// What the step's target was chosen for fires no more, and nothing like it.
    private func gone(_ run: RunHistory, _ step: Int, _ at: Timestamp, _ history: History) -> String? {
        let id = ExactText(run.plan.targets[run.plan.steps[step].target].id)
        for (pattern, alerts) in run.record.bindings {
            let about = alerts.filter { alert in alert.labels.contains { $0.value == id } }
            guard !about.isEmpty else { continue }
            let names = Set(about.map(\.alertname))
            let isThere = history.alerts.values.contains { known in
                guard let labels = known.labels, names.contains(labels.alertname) else { return false }
                return labels.labels.contains { $0.value == id } && known.speaks(at: at, of: run.plan)
            }
            if !isThere { return "run \(run.number) begins step \(step), and nothing speaks of `\(pattern)` any more" }
        }
        return nil
    }

    private func runbook(_ record: DecisionRecord, _ history: History) -> Runbook? {
        history.workspace.runbooks.first { $0.name == record.plan.runbook }
    }
}

extension AlertHistory {
    /// It fires; or it flaps, and has not been quiet for as long as the verification asks for.
    fileprivate func speaks(at now: Timestamp, of plan: Plan) -> Bool {
        isFiring || isDamped && now - changedAt < plan.verification?.stable ?? .zero
    }
}

struct OurDoingStartsNothing: Invariant {
    static let sentence =
        "an alert that first fires on a service where a run is at work starts no other run before that one's effects have settled"

    /// The run at work when an alert began for the first time.
    private var causes: [Fingerprint: Int] = [:]
    private var seen: Set<Fingerprint> = []
    private static let aftermath = Duration.seconds(30)

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation else { return nil }
        switch entry.event {
        case .state(.alert(let transition)) where transition.kind == .began:
            let fingerprint = transition.labels.fingerprint
            guard seen.insert(fingerprint).inserted else {
                // Where it is a member of an incident, it shows that a fix has failed.
                causes[fingerprint] = nil
                return nil
            }
            causes[fingerprint] = owner(of: transition.labels, at: entry.at, history)
            return nil
        case .decided(let record):
            for alert in record.bindings.flatMap(\.alerts) {
                guard let cause = causes[alert.fingerprint], let run = history.runs[cause] else { continue }
                if let endedAt = run.firstEndedAt, entry.at >= endedAt + Self.aftermath { continue }
                return "run \(record.run ?? 0) is decided for an alert that began while run \(cause) was at work there"
            }
            return nil
        default: return nil
        }
    }

    /// Where several may be the cause, the oldest is taken for it; nil unless it is certain that this one was at work.
    private func owner(of labels: LabelSet, at now: Timestamp, _ history: History) -> Int? {
        guard let service = labels["service"]?.string, history.workspace.topology.service(named: service) != nil else {
            return nil
        }
        let oldest = history.runs.values.filter { run in
            run.plan.effect > .none && run.startedAt <= now && !isSettled(run, at: now)
                && run.plan.targets.contains { $0.service == service }
        }.min { $0.number < $1.number }
        guard let oldest, let actedAt = oldest.actedAt, actedAt < now, !isOver(oldest) else { return nil }
        return oldest.number
    }

    private func isOver(_ run: RunHistory) -> Bool { run.state?.isFinished ?? false }

    private func isSettled(_ run: RunHistory, at now: Timestamp) -> Bool {
        guard isOver(run), let endedAt = run.endedAt else { return false }
        return now >= endedAt + Self.aftermath
    }
}
