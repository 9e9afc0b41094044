import HandrailCore
import HandrailEngine

struct NothingWhilePaused: Invariant {
    static let sentence =
        "once a pause is durable no further step begins that it covers, and none is ordered a second later"

    private var pausedAt: [PauseScope: Timestamp] = [:]

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        switch observation {
        case .kept(let entry): return kept(entry, history)
        case .performing(let run, let order, _, _):
            guard !order.isUndo, let plan = history.runs[run]?.plan else { return nil }
            let late = pausedAt.first { scope, at in Self.covers(scope, plan) && history.now - at > .seconds(1) }
            return late.map {
                "run \(run) performs a step although \($0.key) has been paused for \(history.now - $0.value)"
            }
        case .observing, .answered, .compared, .unfoldable, .quiet: return nil
        }
    }

    private mutating func kept(_ entry: TimelineEntry, _ history: History) -> String? {
        switch entry.event {
        case .state(.request(let made, _, nil)):
            switch made.request {
            case .pause(let scope, _): pausedAt[scope] = pausedAt[scope] ?? history.now
            case .resume(let scope): pausedAt[scope] = nil
            case .approve, .reject, .cancel, .rollBack, .takeOver, .release: break
            }
            return nil
        case .state(.run(let advance)):
            guard advance.performs != nil, let plan = history.runs[advance.run]?.plan,
                let scope = pausedAt.keys.sorted().first(where: { Self.covers($0, plan) })
            else { return nil }
            return "run \(advance.run) begins a step while \(scope) is paused"
        default: return nil
        }
    }

    private static func covers(_ scope: PauseScope, _ plan: Plan) -> Bool {
        switch scope {
        case .everything: true
        case .runbook(let name): name.string == plan.runbook
        case .service(let name): plan.targets.contains { $0.service == name.string }
        }
    }
}

struct NothingOnQuarantined: Invariant {
    static let sentence =
        "nothing touches a target that was quarantined for another run, and nothing automatic any that is quarantined"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation else { return nil }
        if case .decided(let record) = entry.event, record.decision.verdict == .automatic,
            let target = record.plan.targets.first(where: { history.quarantines[$0.key] != nil })
        {
            return "run \(record.run ?? 0) is decided as automatic, and \(target) is quarantined"
        }
        guard case .state(.run(let advance)) = entry.event,
            let (_, permit) = advance.performs, let run = history.runs[advance.run]
        else { return nil }
        for target in run.plan.targets {
            guard let owner = history.quarantines[target.key] else { continue }
            if owner != run.number || permit.authority == .policy {
                return "run \(run.number) begins a step, and \(target) is quarantined for run \(owner)"
            }
        }
        return nil
    }
}

struct NothingOnProtected: Invariant {
    static let sentence = "nothing touches what a policy protects, whoever approves it"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            advance.performs != nil, let run = history.runs[advance.run]
        else { return nil }
        for protected in history.workspace.policies.flatMap(\.protected) {
            let isHit = run.plan.targets.contains { target in
                switch protected.kind {
                case nil: target.id == protected.id
                case "service": target.service == protected.id
                case let kind?: target.kind == kind && target.id == protected.id
                }
            }
            if isHit { return "run \(run.number) begins a step on `\(protected.id)`, which is protected" }
        }
        return nil
    }
}
