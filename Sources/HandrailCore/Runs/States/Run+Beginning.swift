/// From the decision to the first step: dry-runs, people, and the last check.
extension Run {
    func decided(_ decision: RunDecision, _ now: Timestamp) -> Step {
        switch decision {
        case .automatic: return rehearse(from: 0, .given(.policy), now)
        case .approval(var question):
            question.approvals = []
            return rehearse(from: 0, .needed(question), now)
        case .advisory: return (.finished(.advised), [])
        case .deny(let because): return (.finished(.denied(because: because)), [])
        }
    }

    /// A plan without steps cannot run, and a step without a dry-run is not rehearsed: policy has judged that.
    private func rehearse(from step: Int, _ authorization: Authorization, _ now: Timestamp) -> Step {
        guard !plan.steps.isEmpty else { return (.finished(.refused(because: "the plan has no steps")), []) }
        let next = plan.steps.indices.first { $0 >= step && plan.steps[$0].isRehearsed }
        if let next { return (.rehearsing(step: next, authorization), [.rehearse(step: next)]) }
        switch authorization {
        case .given(let authority):
            return check(StepProgress(step: 0, attempt: 1, authority: authority, rehearsedAt: now))
        case .needed(let question) where now >= question.expiresAt: return (.finished(.expired), [])
        case .needed(let question): return (.pending(question, rehearsedAt: now), [.ask(question)])
        }
    }

    func rehearsed(_ step: Int, _ ending: StepEnding, _ authorization: Authorization, _ now: Timestamp) -> Step {
        switch ending {
        case .succeeded: return rehearse(from: step + 1, authorization, now)
        case .failed(let because), .unknown(let because), .notStarted(let because), .outOfHand(let because):
            let text = "the dry-run of step \(step + 1) did not succeed: \(because)"
            return (.finished(.refused(because: text)), [.notify(because: text)])
        }
    }

    func approved(
        _ question: Question, by person: Person, _ digest: String, _ rehearsedAt: Timestamp, _ now: Timestamp
    ) throws(IllegalRunEvent) -> Step {
        guard now < question.expiresAt else { throw IllegalRunEvent(message: "the time to approve is over") }
        guard digest.hasSameBytes(as: question.planDigest) else {
            throw IllegalRunEvent(message: "the plan has changed since it was shown; look at it again")
        }
        guard !question.excluded.contains(person) else {
            throw IllegalRunEvent(message: "who wrote or requested a plan can't approve it")
        }
        guard !question.approvals.contains(person) else {
            throw IllegalRunEvent(message: "this person has approved already; another one is needed")
        }
        var question = question
        question.approvals = (question.approvals + [person]).sorted()
        guard question.approvals.count >= max(1, question.approval.count) else {
            return (.pending(question, rehearsedAt: rehearsedAt), [])
        }
        let authority = Authority.people(question.approvals)
        guard !isOutdated(rehearsedAt, now) else { return rehearse(from: 0, .given(authority), now) }
        return check(StepProgress(step: 0, attempt: 1, authority: authority, rehearsedAt: rehearsedAt))
    }

    /// Decides again, on fresh facts, before anything happens.
    func check(_ progress: StepProgress) -> Step {
        (.checking(progress), [.decideAgain(step: progress.step)])
    }

    /// What was rehearsed too long ago is rehearsed again before anything is touched; within a plan that has begun to act,
    /// the check before each step stands for it.
    func confirmed(_ progress: StepProgress, _ now: Timestamp) -> Step {
        guard hasActed(before: progress) || !isOutdated(progress.rehearsedAt, now) else {
            return rehearse(from: 0, .given(progress.authority), now)
        }
        return perform(progress)
    }

    private func isOutdated(_ rehearsedAt: Timestamp, _ now: Timestamp) -> Bool {
        now - rehearsedAt > Self.rehearsalLife
    }

    /// Whether a step, or an attempt at this one, may have run already.
    func hasActed(before progress: StepProgress) -> Bool {
        progress.attempt > 1 || (0..<progress.step).contains { !leftOut.contains($0) }
    }
}

extension PlannedStep {
    var isRehearsed: Bool {
        switch rehearsal {
        case .argv, .builtIn: true
        case .none: false
        }
    }
}
