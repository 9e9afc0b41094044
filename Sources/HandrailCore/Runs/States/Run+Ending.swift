/// From the first step to the end: unknown outcomes, verification, rollback.
extension Run {
    func perform(_ progress: StepProgress) -> Step {
        let permit = Permit(
            authority: progress.authority, planDigest: planDigest, step: progress.step, attempt: progress.attempt)
        return (.running(progress, cancelledBy: nil), [.perform(step: progress.step, permit)])
    }

    func stepEnded(_ progress: StepProgress, _ ending: StepEnding, cancelledBy canceller: Person?) -> Step {
        switch ending {
        case .succeeded:
            if let canceller { return rollBack(from: progress.step, progress.authority, Self.cancellation(canceller)) }
            return isDone(progress)
        case .failed(let because):
            return rollBack(from: progress.step, progress.authority, "step \(progress.step + 1) failed: \(because)")
        case .unknown(let because): return isUnknown(progress, because, cancelledBy: canceller)
        case .notStarted(let because):
            return refused(progress, canceller.map(Self.cancellation) ?? "step \(progress.step + 1): \(because)")
        case .outOfHand(let because):
            // Whatever was done now, an undo too, could be undone by it.
            return hold(progress.step, progress.authority, "step \(progress.step + 1) is out of hand: \(because)")
        }
    }

    // MARK: - The check before a step

    func refused(_ progress: StepProgress, _ because: String) -> Step {
        guard hasActed(before: progress) else { return (.finished(.refused(because: because)), []) }
        return rollBack(from: lastThatMayHaveRun(before: progress), progress.authority, because)
    }

    /// What the step is for is not there any more. Where nothing has run, that is the end; else what has run may be why.
    func gone(_ progress: StepProgress, _ because: String) -> Step {
        guard hasActed(before: progress) else { return (.finished(.refused(because: because)), []) }
        return isDone(progress)
    }

    private func lastThatMayHaveRun(before progress: StepProgress) -> Int {
        progress.attempt > 1 ? progress.step : progress.step - 1
    }

    // MARK: - Unknown outcomes

    /// Unknown is not failed: the probe is asked. Without one only what may be run again is tried again.
    func isUnknown(_ progress: StepProgress, _ because: String, cancelledBy canceller: Person?) -> Step {
        if let canceller { return rollBack(from: progress.step, progress.authority, Self.cancellation(canceller)) }
        guard plan.verification?.probe.isEmpty == false else {
            return tryAgain(progress)
                ?? hold(
                    progress.step, progress.authority, "the outcome of step \(progress.step + 1) is unknown: \(because)"
                )
        }
        return (.probing(progress), [.probe(step: progress.step)])
    }

    /// Healthy counts as done only for the last step: the probe speaks of the outcome of the whole plan.
    func probed(_ progress: StepProgress, _ answer: ProbeAnswer) -> Step {
        let isLast = progress.step == plan.steps.count - 1
        switch answer {
        case .healthy where isLast: return (.verifying(progress.authority), [.verify])
        case .healthy, .unhealthy:
            return tryAgain(progress)
                ?? hold(
                    progress.step, progress.authority,
                    "nobody knows whether step \(progress.step + 1) took effect, and it may not be run again")
        case .inconclusive:
            return hold(
                progress.step, progress.authority,
                "nobody knows whether step \(progress.step + 1) took effect: its probe gave no answer")
        }
    }

    /// Only what is declared idempotent, once more, and not without deciding again.
    private func tryAgain(_ progress: StepProgress) -> Step? {
        guard plan.steps[progress.step].isIdempotent, progress.attempt < Self.mostAttempts else { return nil }
        return check(
            StepProgress(
                step: progress.step, attempt: progress.attempt + 1, authority: progress.authority,
                rehearsedAt: progress.rehearsedAt))
    }

    private func isDone(_ progress: StepProgress) -> Step {
        let next = progress.step + 1
        guard next < plan.steps.count else { return (.verifying(progress.authority), [.verify]) }
        return check(
            StepProgress(step: next, attempt: 1, authority: progress.authority, rehearsedAt: progress.rehearsedAt))
    }

    func verified(_ answer: VerificationAnswer, _ authority: Authority) -> Step {
        let last = plan.steps.count - 1
        switch answer {
        case .successful: return (.finished(.succeeded), [])
        case .failed(let because):
            switch plan.verification?.otherwise {
            case .rollback: return rollBack(from: last, authority, "it did not help: \(because)")
            case .hold, nil: return hold(last, authority, "it did not help: \(because)")
            }
        case .inconclusive(let because):
            return hold(last, authority, "nobody knows whether it helped: \(because)")
        }
    }

    // MARK: - Going back

    /// Undoes this step and those before it. What needs no undoing is passed over.
    func rollBack(from step: Int, _ authority: Authority, _ because: String) -> Step {
        let open = plan.steps.indices.prefix(step + 1).last {
            plan.steps[$0].undo.isNeeded && !leftOut.contains($0)
        }
        guard let open else { return (.finished(.rolledBack(because: because)), [.notify(because: because)]) }
        guard !plan.steps[open].undo.isImpossible else {
            return isStuck(open, "step \(open + 1) cannot be undone, after: \(because)")
        }
        let permit = Permit(authority: authority, planDigest: planDigest, step: open, attempt: 1)
        return (.rollingBack(undoing: open, authority, because: because), [.undo(step: open, permit)])
    }

    func undone(_ step: Int, _ ending: StepEnding, _ authority: Authority, _ because: String) -> Step {
        switch ending {
        case .succeeded: return rollBack(from: step - 1, authority, because)
        case .failed(let reason), .unknown(let reason), .notStarted(let reason), .outOfHand(let reason):
            return isStuck(step, "the undo of step \(step + 1) did not succeed: \(reason)")
        }
    }

    private func hold(_ step: Int, _ authority: Authority, _ because: String) -> Step {
        (.held(mayHaveRun: step, authority, because: because), [.notify(because: because)])
    }

    private func isStuck(_ step: Int, _ because: String) -> Step {
        (.stuck(undoing: step, because: because), [.quarantine(because: because), .notify(because: because)])
    }

    // MARK: - Cancelling

    /// What has not touched anything just ends. A step under way is told to stop, and what has run is undone.
    func cancelled(by person: Person) throws(IllegalRunEvent) -> Step {
        switch state {
        case .proposed, .rehearsing, .pending: return (.finished(.cancelled(by: person)), [])
        case .checking(let progress):
            guard hasActed(before: progress) else { return (.finished(.cancelled(by: person)), []) }
            return rollBack(
                from: lastThatMayHaveRun(before: progress), progress.authority, Self.cancellation(person))
        case .running(let progress, nil):
            return (.running(progress, cancelledBy: person), [.terminate(step: progress.step)])
        case .probing(let progress): return rollBack(from: progress.step, progress.authority, Self.cancellation(person))
        case .verifying(let authority):
            return rollBack(from: plan.steps.count - 1, authority, Self.cancellation(person))
        case .running: throw IllegalRunEvent(message: "it is being cancelled already")
        case .rollingBack: throw IllegalRunEvent(message: "it is being rolled back already")
        case .held, .stuck:
            throw IllegalRunEvent(message: "it waits for a person's decision: roll it back or take it over")
        case .finished: throw IllegalRunEvent(message: "it has ended")
        }
    }

    private static func cancellation(_ person: Person) -> String { "\(person.name) cancelled it" }
}

extension PlannedUndo {
    var isNeeded: Bool {
        switch self {
        case .argv, .builtIn, .impossible: true
        case .notNeeded: false
        }
    }
}
