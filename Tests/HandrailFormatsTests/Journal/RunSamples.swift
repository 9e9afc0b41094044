@testable import HandrailCore

/// Every event, state and effect of a run.
enum RunSamples {
    private static let nasty = JournalSamples.nasty
    private static let ada = JournalSamples.ada
    private static let grace = JournalSamples.grace

    static let advances: [RunAdvance] =
        events.map { JournalSamples.advance($0, .proposed) }
        + states.dropFirst().map { JournalSamples.advance(.recovered, $0) }

    static let question = Question(
        planDigest: "d", approval: Approval(from: ["sre"], count: 2, expires: .milliseconds(1)),
        excluded: [grace, ada],
        expiresAt: JournalSamples.at(60), approvals: [ada])
    private static let plainQuestion = Question(
        planDigest: "", approval: .standard, excluded: [], expiresAt: .distantFuture)

    // MARK: - Events

    static let events: [RunEvent] = chain.flatMap(variants)

    private static func variants(_ event: RunEvent) -> [RunEvent] {
        switch event {
        case .decided: decisions.map { .decided($0) }
        case .rehearsed: endings.map { .rehearsed(step: 1, $0) }
        case .stepEnded: endings.map { .stepEnded(step: 1, attempt: 2, $0) }
        case .undone: endings.map { .undone(step: 1, $0) }
        case .probed: probes.map { .probed(step: 1, $0) }
        case .verified: answers.map { .verified($0) }
        case .resolved: resolutions.map { .resolved(by: ada, $0) }
        case .approved, .rejected, .withdrawn, .timePassed, .confirmed, .refused, .gone, .captured, .cancelled,
            .recovered:
            [event]
        }
    }

    private static let chain: [RunEvent] = JournalSamples.all { previous in
        switch previous {
        case nil: .decided(.automatic)
        case .decided: .rehearsed(step: 1, .succeeded)
        case .rehearsed: .approved(by: grace, digest: "d")
        case .approved: .rejected(by: ada, because: nasty)
        case .rejected: .withdrawn(because: nasty)
        case .withdrawn: .timePassed
        case .timePassed: .confirmed(step: 1)
        case .confirmed: .refused(step: 1, because: nasty)
        case .refused: .gone(step: 1, because: nasty)
        case .gone: .captured(step: 1, ["e\u{301}": nasty])
        case .captured: .stepEnded(step: 1, attempt: 2, .succeeded)
        case .stepEnded: .probed(step: 1, .healthy)
        case .probed: .verified(.successful)
        case .verified: .undone(step: 1, .succeeded)
        case .undone: .cancelled(by: ada)
        case .cancelled: .resolved(by: ada, .rollBack)
        case .resolved: .recovered
        case .recovered: nil
        }
    }

    private static let decisions: [RunDecision] = JournalSamples.all { previous in
        switch previous {
        case nil: .automatic
        case .automatic: .approval(question)
        case .approval: .advisory
        case .advisory: .deny(because: nasty)
        case .deny: nil
        }
    }

    private static let endings: [StepEnding] = JournalSamples.all { previous in
        switch previous {
        case nil: .succeeded
        case .succeeded: .failed(because: nasty)
        case .failed: .unknown(because: nasty)
        case .unknown: .notStarted(because: nasty)
        case .notStarted: .outOfHand(because: nasty)
        case .outOfHand: nil
        }
    }

    private static let probes: [ProbeAnswer] = JournalSamples.all { previous in
        switch previous {
        case nil: .healthy
        case .healthy: .unhealthy
        case .unhealthy: .inconclusive
        case .inconclusive: nil
        }
    }

    private static let answers: [VerificationAnswer] = JournalSamples.all { previous in
        switch previous {
        case nil: .successful
        case .successful: .failed(because: nasty)
        case .failed: .inconclusive(because: nasty)
        case .inconclusive: nil
        }
    }

    private static let resolutions: [Resolution] = JournalSamples.all { previous in
        switch previous {
        case nil: .rollBack
        case .rollBack: .takeOver
        case .takeOver: nil
        }
    }

    // MARK: - States

    private static let people = Authority.people([ada, grace])
    private static let progress = StepProgress(
        step: 1, attempt: 2, authority: people, rehearsedAt: JournalSamples.at(3))

    static let states: [RunState] = JournalSamples.all { previous in
        switch previous {
        case nil: .proposed
        case .proposed: .rehearsing(step: 1, .given(.policy))
        case .rehearsing(_, let authorization):
            switch authorization {
            case .given(.policy): .rehearsing(step: 1, .given(people))
            case .given(.people): .rehearsing(step: 1, .needed(question))
            case .needed: .pending(question, rehearsedAt: JournalSamples.at(1))
            }
        case .pending(let asked, _):
            asked == question ? .pending(plainQuestion, rehearsedAt: .distantPast) : .checking(progress)
        case .checking: .running(progress, cancelledBy: nil)
        case .running(_, let canceller): canceller == nil ? .running(progress, cancelledBy: grace) : .probing(progress)
        case .probing: .verifying(.policy)
        case .verifying: .rollingBack(undoing: 1, people, because: nasty)
        case .rollingBack: .held(mayHaveRun: 1, .policy, because: nasty)
        case .held: .stuck(undoing: 1, because: nasty)
        case .stuck: .finished(.advised)
        case .finished(let ending): Self.ending(after: ending).map { .finished($0) }
        }
    }

    private static func ending(after previous: RunEnding) -> RunEnding? {
        switch previous {
        case .advised: .denied(because: nasty)
        case .denied: .rejected(by: grace, because: nasty)
        case .rejected: .expired
        case .expired: .cancelled(by: ada)
        case .cancelled: .refused(because: nasty)
        case .refused: .succeeded
        case .succeeded: .rolledBack(because: nasty)
        case .rolledBack: .takenOver(by: ada)
        case .takenOver: nil
        }
    }

    // MARK: - Effects

    static let effects: [RunEffect] = JournalSamples.all { previous in
        switch previous {
        case nil: .rehearse(step: 1)
        case .rehearse: .ask(question)
        case .ask: .decideAgain(step: 1)
        case .decideAgain: .perform(step: 1, permit)
        case .perform: .terminate(step: 1)
        case .terminate: .probe(step: 1)
        case .probe: .verify
        case .verify: .undo(step: 1, permit)
        case .undo: .notify(because: nasty)
        case .notify: .quarantine(because: nasty)
        case .quarantine: nil
        }
    }

    private static let permit = Permit(authority: people, planDigest: "d", step: 1, attempt: 2)
}
