/// One attempt to carry out one plan for one incident.
///
/// A pure fold: the journal's events in order give the run as it is. Recovery is nothing but that fold, and then the event
/// `recovered`.
public struct Run: Hashable, Sendable {
    public let plan: Plan
    /// SHA-256 of the plan, in hexadecimal.
    public let planDigest: String
    public private(set) var state: RunState
    /// By step, then by name: what undo may use.
    public private(set) var captured: [Int: [String: String]] = [:]
    /// Steps that were left out, so there is nothing to undo.
    public private(set) var leftOut: Set<Int> = []

    /// A dry-run that is older does not count any more.
    public static let rehearsalLife = Duration.seconds(5 * 60)
    /// How often an idempotent step is tried whose outcome is unknown.
    public static let mostAttempts = 2

    public init(plan: Plan, planDigest: String) {
        self.plan = plan
        self.planDigest = planDigest
        state = .proposed
    }

    /// The run after the event, and what has to be done then.
    public func after(
        _ event: RunEvent, at now: Timestamp
    ) throws(IllegalRunEvent) -> (run: Run, effects: [RunEffect]) {
        let (state, effects) = try next(event, now)
        var run = self
        run.state = state
        switch event {
        case .captured(let step, let values): run.captured[step] = values
        case .gone(let step, _):
            // An earlier attempt may have run: only the next one is left out, and there is something to undo.
            if case .checking(let progress) = self.state, progress.attempt == 1 { run.leftOut.insert(step) }
        case .decided, .rehearsed, .approved, .rejected, .withdrawn, .timePassed, .confirmed, .refused, .stepEnded,
            .probed, .verified, .undone, .cancelled, .resolved, .recovered:
            break
        }
        return (run, effects)
    }

    typealias Step = (state: RunState, effects: [RunEffect])

    private func next(_ event: RunEvent, _ now: Timestamp) throws(IllegalRunEvent) -> Step {
        switch (state, event) {
        case (.proposed, .decided(let decision)): return decided(decision, now)
        case (.proposed, .recovered): return (state, [])

        case (.rehearsing(let step, let authorization), .rehearsed(let about, let ending)) where about == step:
            return rehearsed(step, ending, authorization, now)
        case (.rehearsing(let step, _), .recovered): return (state, [.rehearse(step: step)])

        case (.pending(let question, _), .timePassed) where now >= question.expiresAt:
            return (.finished(.expired), [])
        case (.pending(let question, let rehearsedAt), .approved(let person, let digest)):
            return try approved(question, by: person, digest, rehearsedAt, now)
        case (.pending, .rejected(let person, let because)):
            return (.finished(.rejected(by: person, because: because)), [])
        case (.pending, .withdrawn(let because)): return (.finished(.refused(because: because)), [])
        // Nobody knows whether the question reached anybody before the engine stopped.
        case (.pending(let question, _), .recovered): return (state, [.ask(question)])

        case (.checking(let progress), .confirmed(let about)) where about == progress.step:
            return confirmed(progress, now)
        case (.checking(let progress), .refused(let about, let because)) where about == progress.step:
            return refused(progress, because)
        case (.checking(let progress), .gone(let about, let because)) where about == progress.step:
            return gone(progress, because)
        case (.checking(let progress), .captured(let about, _)) where about == progress.step: return (state, [])
        case (.checking(let progress), .recovered): return (state, [.decideAgain(step: progress.step)])

        case (.running(let progress, let canceller), .stepEnded(let about, let attempt, let ending))
        where about == progress.step && attempt == progress.attempt:
            return stepEnded(progress, ending, cancelledBy: canceller)
        case (.running(let progress, _), .captured(let about, _)) where about == progress.step: return (state, [])
        case (.running(let progress, let canceller), .recovered):
            return isUnknown(progress, "the engine stopped while it ran", cancelledBy: canceller)

        case (.probing(let progress), .probed(let about, let answer)) where about == progress.step:
            return probed(progress, answer)
        case (.probing(let progress), .recovered): return (state, [.probe(step: progress.step)])

        case (.verifying(let authority), .verified(let answer)): return verified(answer, authority)
        case (.verifying, .recovered): return (state, [.verify])

        case (.rollingBack(let step, let authority, let because), .undone(let about, let ending)) where about == step:
            return undone(step, ending, authority, because)
        case (.rollingBack(let step, let authority, let because), .recovered):
            return undone(step, .unknown(because: "the engine stopped while it was undone"), authority, because)

        case (.held(let last, _, _), .resolved(let person, .rollBack)),
            (.stuck(let last, _), .resolved(let person, .rollBack)):
            return rollBack(from: last, .people([person]), "\(person.name) asked for it")
        case (.finished(.succeeded), .resolved(let person, .rollBack)):
            return rollBack(from: plan.steps.count - 1, .people([person]), "\(person.name) asked for it")
        case (.held, .resolved(let person, .takeOver)), (.stuck, .resolved(let person, .takeOver)):
            return (.finished(.takenOver(by: person)), [])
        case (.held(_, _, let because), .recovered), (.stuck(_, let because), .recovered):
            return (state, [.notify(because: because)])

        case (_, .cancelled(let person)): return try cancelled(by: person)
        case (_, .timePassed) where !state.isFinished: return (state, [])

        case (.proposed, _), (.rehearsing, _), (.pending, _), (.checking, _), (.running, _), (.probing, _),
            (.verifying, _), (.rollingBack, _), (.held, _), (.stuck, _), (.finished, _):
            throw IllegalRunEvent(message: "this does not fit where the run stands")
        }
    }
}
