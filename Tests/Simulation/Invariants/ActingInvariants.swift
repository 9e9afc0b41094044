import HandrailCore
import HandrailEngine

struct NothingWithoutIntent: Invariant {
    static let sentence =
        "nothing is performed or undone unless the journal holds an intent for exactly that run, step, attempt and plan, once"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .performing(let run, let order, _, let intent) = observation else { return nil }
        guard intent != nil else {
            return "run \(run) \(order.isUndo ? "undoes" : "performs") step \(order.step), attempt \(order.attempt), "
                + "and the journal says nothing of it"
        }
        guard order.permit.planDigest.hasSameBytes(as: digest(of: run, history)) else {
            return "the permit of run \(run) is for another plan"
        }
        return nil
    }

    private func digest(of run: Int, _ history: History) -> String {
        for (_, event) in history.runs[run]?.events ?? [] {
            if case .decided(.approval(let question)) = event { return question.planDigest }
        }
        return history.runs[run]?.orders.first?.permit.planDigest ?? ""
    }
}

struct NothingTwice: Invariant {
    static let sentence =
        "no step runs twice unless it is declared idempotent or never started, and no undo unless a person asks again"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .performing(let run, let order, _, _) = observation, let known = history.runs[run] else {
            return nil
        }
        let before = known.orders.filter {
            $0.execution != order.execution && $0.step == order.step && $0.isUndo == order.isUndo && $0.mayHaveRun
        }
        guard let last = before.last else { return nil }
        if order.isUndo {
            let wasAskedAgain = known.events.contains { at, event in
                if case .resolved(_, .rollBack) = event { at >= last.at } else { false }
            }
            return wasAskedAgain ? nil : "run \(run) undoes step \(order.step) a second time"
        }
        guard known.plan.steps[order.step].isIdempotent else { return "run \(run) performs step \(order.step) again" }
        return before.count < Run.mostAttempts ? nil : "run \(run) performs step \(order.step) a third time"
    }
}

struct ExactlyWhatWasPlanned: Invariant {
    static let sentence = "what is run is, argument by argument, what was decided about"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .performing(let run, let order, let argv, _) = observation, !argv.isEmpty,
            let known = history.runs[run]
        else { return nil }
        let step = known.plan.steps[order.step]
        guard order.isUndo else {
            return same(argv, step.argv) ? nil : "run \(run) performs \(argv) and not \(step.argv)"
        }
        guard case .argv(let planned, _) = step.undo else { return "run \(run) undoes what has no undo: \(argv)" }
        guard planned.count == argv.count else { return "the undo of run \(run) has another number of arguments" }
        for (argument, actual) in zip(planned, argv) {
            if case .text(let text) = argument, !text.hasSameBytes(as: actual) {
                return "the undo of run \(run) says \(actual) and not \(text)"
            }
        }
        return nil
    }

    private func same(_ left: [String], _ right: [String]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.hasSameBytes(as: $1) }
    }
}

struct ReadingIsOnlyReading: Invariant {
    static let sentence =
        "a dry-run, a capture and a probe run what the plan gives for that, and never a step or an undo"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .observing(let run, let argv) = observation, let plan = history.runs[run]?.plan else { return nil }
        var allowed = (plan.verification?.probe ?? []).map(\.argv)
        for step in plan.steps {
            if case .argv(let argv) = step.rehearsal { allowed.append(argv) }
            allowed += step.capture.map(\.argv)
        }
        return allowed.contains(argv) ? nil : "run \(run) reads with \(argv)"
    }
}

struct RehearsedBefore: Invariant {
    static let sentence =
        "before a run's first step all its dry-runs have succeeded, and were complete within the last five minutes"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (step, _) = advance.performs, let run = history.runs[advance.run], run.intentCount == 1
        else { return nil }
        for (index, planned) in run.plan.steps.enumerated() {
            guard case .argv = planned.rehearsal else { continue }
            if run.rehearsedAt[index] == nil {
                return "run \(run.number) begins with step \(step), and step \(index) was not rehearsed"
            }
        }
        guard let last = run.rehearsedAt.values.max(), entry.at - last > .seconds(5 * 60) else { return nil }
        return "run \(run.number) begins, and its dry-runs were complete \(entry.at - last) ago"
    }
}
