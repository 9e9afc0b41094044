import HandrailCore
import HandrailEngine

/// A step that is about to begin, by policy's word alone.
func automaticStep(_ observation: Observation, _ history: History) -> (run: RunHistory, at: Timestamp)? {
    guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
        let (_, permit) = advance.performs, permit.authority == .policy, let run = history.runs[advance.run]
    else { return nil }
    return (run, entry.at)
}

struct RulesHold: Invariant {
    static let sentence =
        "where the policy asks for people, or needs to know what nobody knows, as many as it asks for have said yes"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (_, permit) = advance.performs, let run = history.runs[advance.run],
            history.workspace.policies.contains(where: { $0.name.hasPrefix("simulated") })
        else { return nil }
        let needed = run.plan.steps.map { Self.people(for: $0, on: run.plan.targets[$0.target]) }.max() ?? 0
        let said: Int
        switch permit.authority {
        case .policy: said = 0
        case .people(let people): said = Set(people).count
        }
        return said >= needed ? nil : "run \(run.number) begins a step with \(said) of \(needed) people"
    }

    /// What the rules of the synthetic policies come to.
    private static func people(for step: PlannedStep, on target: Target) -> Int {
        guard step.effect > .none else { return 0 }
        if step.effect == .destructive { return 2 }
        // Of other services the environment is unknown, and the rules ask for it.
        return ["alpha", "beta", "omega", "sigma"].contains(target.service) ? 0 : 1
    }
}

struct InterlocksHold: Invariant {
    static let sentence = "nothing is automatic that cannot be undone, changes without a dry-run, or is not verified"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard let (run, _) = automaticStep(observation, history) else { return nil }
        for step in run.plan.steps {
            if step.undo.isImpossible {
                return "run \(run.number) begins by itself, and `\(step.action)` cannot be undone"
            }
            if case .none = step.rehearsal, step.effect > .none {
                return "run \(run.number) begins by itself, and `\(step.action)` has no dry-run"
            }
        }
        let changes = run.plan.steps.contains { $0.effect > .none && !$0.isBuiltIn }
        return changes && run.plan.verification == nil ? "run \(run.number) begins by itself and is not verified" : nil
    }
}

struct NothingAutomaticInStorm: Invariant {
    static let sentence = "in an alert storm nothing is automatic"

    private var reachedAt: Timestamp?

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        let rule = history.workspace.correlation.storm
        if case .kept(let entry) = observation, case .state(.alert(let transition)) = entry.event,
            transition.kind == .began,
            history.began.count(where: { $0 > entry.at - .seconds(10) }) >= rule.alertsPer10s
        {
            reachedAt = entry.at
        }
        guard let (run, at) = automaticStep(observation, history), let reachedAt, at < reachedAt + rule.cooldown else {
            return nil
        }
        return "run \(run.number) begins by itself \(at - reachedAt) after the storm's rate was last reached"
    }
}

struct NothingOnUnvouchedEvidence: Invariant {
    static let sentence =
        "evidence that nobody vouches for never leads to an automatic step, and ends no alert that somebody vouched for"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        if case .kept(let entry) = observation, case .state(.alert(let transition)) = entry.event,
            transition.kind == .ended, let vouched = history.vouchedFiring[transition.labels.fingerprint],
            transition.isAuthenticated, history.vouchedResolved[transition.labels.fingerprint] == nil
        {
            return "an alert that was vouched for at \(vouched.milliseconds) was ended by nobody in particular"
        }
        guard let (run, _) = automaticStep(observation, history) else { return nil }
        for alert in run.record.bindings.flatMap(\.alerts) where history.vouchedFiring[alert.fingerprint] == nil {
            return "run \(run.number) begins by itself on an alert that nobody vouches for"
        }
        return nil
    }
}
