import CEL
import HandrailCore
import HandrailEngine

/// Counts again what a limit counts, from what was seen of the runs.
private struct Reckoning {
    let run: RunHistory
    let permit: Permit
    let at: Timestamp
    let history: History

    /// Where a step is about to begin.
    init?(_ observation: Observation, _ history: History) {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (_, permit) = advance.performs, let run = history.runs[advance.run]
        else { return nil }
        self.run = run
        self.permit = permit
        at = entry.at
        self.history = history
    }

    /// Whether a guard with this verdict stands in the way of this authority, once it holds.
    func isStopped(by verdict: Verdict) -> Bool {
        switch (permit.authority, verdict) {
        case (_, .automatic): false
        case (.policy, _): true
        case (.people, .approval): false
        case (.people, .advisory), (.people, .deny): true
        }
    }

    var limits: [Limit] {
        history.workspace.policies.flatMap(\.limits).filter { isStopped(by: $0.otherwise) }
    }

    /// Other runs that have performed something and share a group of the limit with this one.
    func others(in per: [String]) -> [RunHistory] {
        let own = Self.groups(of: run.plan, per)
        return history.runs.values.filter { other in
            other.number != run.number && other.actedAt != nil
                && !own.isDisjoint(with: Self.groups(of: other.plan, per))
        }
    }

    func changingOthers(in per: [String]) -> [RunHistory] { others(in: per).filter { $0.plan.effect > .none } }

    private static func groups(of plan: Plan, _ per: [String]) -> Set<[String]> {
        Set(plan.steps.map { step in per.map { value($0, plan, step) } })
    }

    private static func value(_ source: String, _ plan: Plan, _ step: PlannedStep) -> String {
        let target = plan.targets[step.target]
        switch source {
        case "target.service": return target.service ?? ""
        case "target.kind": return target.kind
        case "target.id": return target.id
        case "runbook.name", "runbook": return plan.runbook
        // One group for all; where it cannot be evaluated nothing begins, which another invariant says.
        case SyntheticPolicy.brokenGroup: return ""
        default: preconditionFailure("the simulation's policies count by \(source), which it does not know")
        }
    }
}

struct RateHolds: Invariant {
    static let sentence = "no more runs begin within a limit's window than its rate allows"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history) else { return nil }
        for limit in reckoning.limits {
            guard let rate = limit.rate else { continue }
            let count = reckoning.others(in: limit.per.map(\.source))
                .count { $0.startedAt > reckoning.at - rate.window && $0.startedAt <= reckoning.at }
            if count >= rate.runs {
                return
                    "run \(reckoning.run.number) begins a step after \(count) others, and `\(limit.name)` allows \(rate.runs)"
            }
        }
        return nil
    }
}

struct ConcurrencyHolds: Invariant {
    static let sentence = "no more runs are in flight, held or unknown at once than a limit allows"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history), reckoning.run.plan.effect > .none else { return nil }
        for limit in reckoning.limits {
            guard let most = limit.concurrent else { continue }
            let others = reckoning.changingOthers(in: limit.per.map(\.source)).filter(\.isActing)
            if others.count >= most {
                let numbers = others.map(\.number).sorted()
                return "run \(reckoning.run.number) begins a step beside \(numbers), and `\(limit.name)` allows \(most)"
            }
        }
        return nil
    }
}

struct BlastRadiusHolds: Invariant {
    static let sentence = "the targets of all runs in flight, held or unknown stay within the blast radius"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history), reckoning.run.plan.effect > .none else { return nil }
        let plan = reckoning.run.plan
        let all = plan.targets + history.actingRuns(except: reckoning.run.number).flatMap(\.plan.targets)
        for limit in reckoning.limits {
            guard let percent = limit.blastRadiusPercent else { continue }
            for target in plan.targets {
                let touched = Set(all.filter { $0.service == target.service }.map(\.key)).count
                let population = target.service.flatMap { history.workspace.topology.service(named: $0)?.replicas }
                guard let population else {
                    return "the population of \(target) is unknown, and run \(reckoning.run.number) begins"
                }
                if touched > population * percent / 100 {
                    return
                        "run \(reckoning.run.number) makes it \(touched) of \(population), and `\(limit.name)` allows \(percent)%"
                }
            }
        }
        return nil
    }
}

struct CooldownHolds: Invariant {
    static let sentence = "after a run has ended nothing begins in its group until the cooldown is over"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history), reckoning.run.plan.effect > .none else { return nil }
        for limit in reckoning.limits {
            guard let cooldown = limit.cooldown else { continue }
            for other in reckoning.changingOthers(in: limit.per.map(\.source)) {
                guard let endedAt = other.endedAt, !other.isActing else {
                    return
                        "run \(reckoning.run.number) begins a step while run \(other.number) is in flight, in the cooldown's group"
                }
                if reckoning.at - endedAt < cooldown {
                    return
                        "run \(reckoning.run.number) begins a step \(reckoning.at - endedAt) after run \(other.number) ended"
                }
            }
        }
        return nil
    }
}

struct BreakerHolds: Invariant {
    static let sentence = "what has failed as often as a breaker allows does not go on by itself"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history) else { return nil }
        for breaker in history.workspace.policies.flatMap(\.breakers) where reckoning.isStopped(by: breaker.verdict) {
            let settled = reckoning.others(in: breaker.per.map(\.source)).filter { run in
                run.outcome == .succeeded || run.outcome == .failed
            }.sorted { ($0.endedAt ?? .distantPast, $0.number) < ($1.endedAt ?? .distantPast, $1.number) }
            let failed = settled.suffix(breaker.of).count { $0.outcome == .failed }
            if failed >= breaker.failures {
                return "run \(reckoning.run.number) begins a step, and \(failed) of the last \(breaker.of) runs failed"
            }
        }
        return nil
    }
}

struct FreezeHolds: Invariant {
    static let sentence = "while a freeze is on nothing begins that it stops"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let reckoning = Reckoning(observation, history) else { return nil }
        for freeze in history.workspace.policies.flatMap(\.freezes) where reckoning.isStopped(by: freeze.verdict) {
            guard case .between(let from, let until) = freeze.window, freeze.when == nil else { continue }
            if from <= reckoning.at, reckoning.at < until {
                return "run \(reckoning.run.number) begins a step during the freeze `\(freeze.name)`"
            }
        }
        return nil
    }
}
