import HandrailCore
import HandrailEngine

struct OneMutatingRun: Invariant {
    static let sentence = "at most one mutating run touches a target, and one is decided for an incident, at a time"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        switch observation {
        case .kept(let entry):
            guard case .decided(let record) = entry.event, let number = record.run, holds(record) else { return nil }
            let home = history.home(of: record.incident)
            let rival = history.runs.values.first { other in
                other.number != number && holds(other.record) && !(other.state?.isFinished ?? false)
                    && (history.home(of: other.record.incident) == home
                        || !Set(other.plan.targets.map(\.key)).isDisjoint(with: record.plan.targets.map(\.key)))
            }
            return rival.map { "run \(number) is decided while run \($0.number) holds its target or incident" }
        case .performing(let run, _, _, _):
            guard let own = history.runs[run], own.plan.isMutating else { return nil }
            let keys = own.plan.targets.map(\.key)
            let rival = history.actingRuns(except: run).first { other in
                other.plan.isMutating && !Set(other.plan.targets.map(\.key)).isDisjoint(with: keys)
            }
            return rival.map { "run \(run) touches a target that run \($0.number) holds" }
        case .observing, .answered, .compared, .unfoldable, .quiet: return nil
        }
    }

    private func holds(_ record: DecisionRecord) -> Bool {
        record.plan.isMutating && record.decision.verdict <= .approval
    }
}

struct RungsOneByOne: Invariant {
    static let sentence = "a rung of a ladder is decided only after the one below it has ended as it must"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .decided(let record) = entry.event,
            let rung = history.workspace.runbooks.first(where: { $0.name == record.plan.runbook })?.signature.after
        else { return nil }
        let home = history.home(of: record.incident)
        let below = history.runs.values.filter {
            $0.plan.runbook == rung.runbook && history.home(of: $0.record.incident) == home
        }
        let hasEnded = below.contains { run in
            if run.outcome == rung.outcome { return true }
            switch run.state {
            case .held, .stuck, .rollingBack: return rung.outcome == .failed
            default: return false
            }
        }
        return hasEnded ? nil : "`\(record.plan.runbook)` is decided, and `\(rung.runbook)` has not \(rung.outcome)"
    }
}

struct UndoneLastFirst: Invariant {
    static let sentence = "a rollback undoes the last step first, and nothing that has not run"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .performing(let run, let order, _, _) = observation, order.isUndo, let known = history.runs[run]
        else { return nil }
        guard known.orders.contains(where: { !$0.isUndo && $0.step == order.step && $0.mayHaveRun }) else {
            // The intent was durable, and a crash came before the order: for all that the engine knows, it has run.
            let mayHave = known.events.contains { _, event in
                if case .confirmed(let step) = event { step == order.step } else { false }
            }
            return mayHave ? nil : "run \(run) undoes step \(order.step), which has not run"
        }
        let later = known.orders.contains { other in
            guard !other.isUndo, other.step > order.step, other.mayHaveRun else { return false }
            let isNeeded = Self.needsUndo(known.plan.steps[other.step])
            let isUndone = known.orders.contains {
                $0.isUndo && $0.step == other.step && $0.at >= other.at && $0.ending == .exited(code: 0)
            }
            return isNeeded && !isUndone
        }
        return later ? "run \(run) undoes step \(order.step) before a later one" : nil
    }

    static func needsUndo(_ step: PlannedStep) -> Bool {
        if case .notNeeded = step.undo { return false }
        return true
    }
}

struct UndoneAll: Invariant {
    static let sentence = "a run that is rolled back has undone every step that may have run"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            case .finished(.rolledBack) = advance.state, let run = history.runs[advance.run]
        else { return nil }
        for order in run.orders where !order.isUndo && order.mayHaveRun {
            guard UndoneLastFirst.needsUndo(run.plan.steps[order.step]) else { continue }
            let isUndone = run.orders.contains {
                $0.isUndo && $0.step == order.step && $0.at >= order.at && $0.ending == .exited(code: 0)
            }
            if !isUndone { return "run \(run.number) is rolled back, and step \(order.step) is not undone" }
        }
        return nil
    }
}

struct SuccessIsVerified: Invariant {
    static let sentence =
        "a run succeeds only when its probes said that all is well and its alerts were told to have ended, for as long as `stable` says"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            case .finished(.succeeded) = advance.state, let run = history.runs[advance.run],
            let verification = run.plan.verification
        else { return nil }
        for fingerprint in verification.resolved {
            guard let alert = history.alerts[fingerprint] else { continue }
            if alert.isFiring { return "run \(run.number) succeeds while its alert fires" }
            if alert.hasLapsed { return "run \(run.number) succeeds, and nobody said that its alert has ended" }
            if entry.at - alert.changedAt < verification.stable {
                return "run \(run.number) succeeds \(entry.at - alert.changedAt) after its alert ended"
            }
        }
        guard !verification.probe.isEmpty, let last = run.orders.last?.at else { return nil }
        guard let probed = run.probedHealthyAt, probed >= last else {
            return "run \(run.number) succeeds, and no probe has said since that all is well"
        }
        return nil
    }
}
