import CEL
import HandrailCore
import HandrailEngine

struct BrokenGuardsHold: Invariant {
    static let sentence =
        "a rule that cannot be evaluated allows nothing and restricts what it was written for, and a guard that cannot be denies"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (step, permit) = advance.performs, let run = history.runs[advance.run],
            run.plan.targets.contains(where: { $0.service == SyntheticPolicy.brokenService })
        else { return nil }
        let name = SyntheticPolicy.brokenName
        for policy in history.workspace.policies {
            let isStopped =
                policy.limits.contains { $0.name == name } || policy.freezes.contains { $0.name == name }
                || policy.breakers.contains { $0.per.contains { $0.source == SyntheticPolicy.brokenGroup } }
            if isStopped { return "run \(run.number) begins step \(step), and a guard cannot be evaluated for it" }
            let isAsked =
                policy.restrict.contains { $0.name == name }
                || run.plan.effect > .additive && policy.allow.contains { $0.name == name }
            guard isAsked, permit.authority == .policy else { continue }
            return "run \(run.number) begins step \(step) by itself, and a rule cannot be evaluated for it"
        }
        return nil
    }
}
