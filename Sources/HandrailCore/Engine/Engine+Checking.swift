internal import CEL

/// What the check before a step came to.
public enum CheckOutcome: Hashable, Sendable {
    /// The run went on, one way or another; the event was emitted.
    case decided
    /// Steps are paused; ask again when they are resumed.
    case paused(PauseScope)
}

/// The check before every step, and the verification by alerts: on fresh facts, whatever was decided before.
extension Engine {
    /// Decides again whether a step may run. The signature must still match, the plan must come out the same, and policy
    /// and guards must still allow it.
    ///
    /// - Parameter digest: of the plan as it would be sealed now.
    public mutating func decideAgain(
        run id: Int, step: Int, digest: String, into emit: Emit
    ) throws(IllegalRunEvent) -> CheckOutcome {
        guard let active = runs[id], case .driven(let driven) = active.stage, let run = driven.run,
            case .checking(let progress) = run.state, progress.step == step
        else { throw IllegalRunEvent(message: "run \(id) does not wait for a check of step \(step + 1)") }
        if let scope = pauses.keys.sorted().first(where: { $0.covers(active.plan) }) { return .paused(scope) }
        let event: RunEvent
        if !digest.hasSameBytes(as: run.planDigest) {
            event = .refused(step: step, because: "a file or an executable that the plan rests on has changed")
        } else {
            event = check(active, driven, progress, id, emit)
        }
        try advance(run: id, with: event, into: emit)
        return .decided
    }

    private mutating func check(
        _ active: ActiveRun, _ driven: DrivenRun, _ progress: StepProgress, _ id: Int, _ emit: Emit
    ) -> RunEvent {
        let step = progress.step
        if let target = active.plan.targets.first(where: { quarantines[$0.key].map { $0.run != id } ?? false }) {
            return .refused(step: step, because: "\(target) is quarantined")
        }
        guard let index = index(ofRunbook: active.plan.runbook) else {
            return .refused(step: step, because: "the runbook is not there any more")
        }
        let key = MatchKey(runbook: index, values: driven.record.match)
        // What has acted has perhaps mended it: then a pause is no pause.
        let pausing = driven.run?.hasActed(before: progress) == false ? pausing(active, driven.record) : []
        switch currentBinding(of: key, in: active.incident, with: pausing, emit) {
        case .failure(let miss):
            return .gone(step: step, because: "its signature does not match any more: \(miss.reason)")
        case .success(let (binding, view)):
            if let miss = difference(between: active.plan, step, and: binding, runbooks[index]) { return miss }
            let request = DecisionRequest(
                plan: active.plan, owner: runbooks[index].owner, actions: actions(of: active.plan),
                incident: view.fact, evidence: evidence(of: binding, for: active.plan), now: now)
            let decision = policies.decide(request, ledger: ledger.without(id), explains: false)
            if let because = progress.authority.shortfall(of: decision) {
                return .refused(step: step, because: because)
            }
            return .confirmed(step: step)
        }
    }

    private struct Miss: Error {
        let reason: String
    }

    private mutating func currentBinding(
        of key: MatchKey, in id: Int, with pausing: [BoundAlert], _ emit: Emit
    ) -> Result<(Binding, IncidentView), Miss> {
        guard var view = view(of: id, with: pausing), let incident = incidents[id] else {
            return .failure(Miss(reason: "the incident is over"))
        }
        guard let attempt = attempts(of: key.runbook, &view, incident, emit).first(where: { $0.key == key.values })
        else {
            return .failure(Miss(reason: "its alerts have ended"))
        }
        switch attempt.outcome {
        case .complete(let binding, _): return .success((binding, view))
        case .incomplete(let reason), .blocked(let reason): return .failure(Miss(reason: reason))
        }
    }

    /// What the decision rested on, flaps, and is between two firings, once each. Such an alert is not gone because it pauses
    /// when a person answers, but once it was quiet for as long as the verification asks for.
    private func pausing(_ active: ActiveRun, _ record: DecisionRecord) -> [BoundAlert] {
        guard let stable = active.plan.verification?.stable else { return [] }
        return Set(record.bindings.flatMap(\.alerts).map(\.fingerprint)).sorted()
            .compactMap { alerts.pausing($0, in: active.incident, since: now - stable) }
            .filter { muting(of: $0.slot) == nil }
    }

    /// Plans anew: what would run now must be what was decided about.
    private func difference(
        between plan: Plan, _ step: Int, and binding: Binding, _ runbook: Runbook
    ) -> RunEvent? {
        guard plan.steps.indices.contains(step), plan.targets.indices.contains(plan.steps[step].target) else {
            return .refused(step: step, because: "the plan has no such step")
        }
        let target = plan.targets[plan.steps[step].target]
        do {
            let fresh = try planner.plan(runbook, for: binding)
            guard let place = fresh.targets.firstIndex(where: { $0.key == target.key }) else {
                return .gone(step: step, because: "nothing speaks of \(target) any more")
            }
            let isSame = fresh.steps.contains { $0.isSame(as: plan.steps[step], on: place) }
            return isSame ? nil : .refused(step: step, because: "the plan comes out differently now")
        } catch {
            return .refused(step: step, because: error.message)
        }
    }

    // MARK: - Verification by alerts

    /// The probes have succeeded, or there are none: from now on the alerts are watched.
    public mutating func watchAlerts(of id: Int, into emit: Emit) throws(IllegalRunEvent) {
        guard mode == .act, case .driven(var driven) = runs[id]?.stage, case .verifying = driven.run?.state,
            let verification = driven.record.plan.verification
        else { throw IllegalRunEvent(message: "run \(id) is not being verified") }
        driven.watch = DrivenRun.Watch(since: now, deadline: now + verification.within)
        runs[id]?.stage = .driven(driven)
        timers.set(.judgeRun(id), at: now + verification.within)
        judge(id, driven, emit)
        evaluateDirty(emit)
    }

    mutating func judge(_ id: Int, _ driven: DrivenRun, _ emit: Emit) {
        guard !isRestoring, let run = driven.run else { return }
        switch run.state {
        case .pending(let question, _) where now >= question.expiresAt: force(id, .timePassed, emit)
        case .verifying:
            guard let watch = driven.watch, let verification = run.plan.verification else { return }
            watchOn(id, driven, watch, verification, emit)
        case .proposed, .rehearsing, .pending, .checking, .running, .probing, .rollingBack, .held, .stuck, .finished:
            return
        }
    }

    private mutating func watchOn(
        _ id: Int, _ driven: DrivenRun, _ watch: DrivenRun.Watch, _ verification: PlannedVerification, _ emit: Emit
    ) {
        var (driven, watch) = (driven, watch)
        guard !isFiring(anyOf: verification.resolved) else {
            watch.clearSince = nil
            driven.watch = watch
            runs[id]?.stage = .driven(driven)
            if now >= watch.deadline { force(id, .verified(stillFiring(since: watch, verification)), emit) }
            return
        }
        let since = clearSince(watch.clearSince, verification)
        if now >= since + verification.stable {
            force(id, .verified(cleared(verification)), emit)
            return
        }
        if watch.clearSince != since { timers.set(.judgeRun(id), at: since + verification.stable) }
        watch.clearSince = since
        driven.watch = watch
        runs[id]?.stage = .driven(driven)
    }

    /// Alerts that fire still, and no word from anybody meanwhile: that is no data, and not an answer.
    private func stillFiring(since watch: DrivenRun.Watch, _ verification: PlannedVerification) -> VerificationAnswer {
        guard lastHeardAt > watch.since else {
            return .inconclusive(because: "no delivery has come since the last step")
        }
        return .failed(because: "its alerts still fire after \(verification.within.inWords)")
    }

    /// That an alert was not renewed says as little as silence does.
    private func cleared(_ verification: PlannedVerification) -> VerificationAnswer {
        if verification.resolved.contains(where: { alerts.hasLapsed($0) }) {
            return .inconclusive(because: "an alert was not renewed, and nobody said that it has resolved")
        }
        return .successful
    }

    mutating func withdraw(_ id: Int, _ driven: DrivenRun, _ emit: Emit) {
        guard case .pending = driven.run?.state else { return }
        force(id, .withdrawn(because: Self.nobodyAnswered), emit)
    }

    /// For events that the engine makes itself, in states that accept them.
    private mutating func force(_ id: Int, _ event: RunEvent, _ emit: Emit) {
        do {
            try advance(run: id, with: event, into: emit)
        } catch {
            preconditionFailure("the engine only makes events that fit: \(error.message)")
        }
    }
}

extension Authority {
    /// Why a decision made now asks for more than this authority is; nil where it is enough.
    fileprivate func shortfall(of decision: Decision) -> String? {
        let strictest = decision.reasons.first?.detail ?? "policy says so"
        switch (self, decision.verdict) {
        case (.policy, .automatic), (.people, .automatic): return nil
        case (.people(let people), .approval):
            guard people.count >= decision.approval.count else {
                return "it now takes \(decision.approval.count) people to approve it: \(strictest)"
            }
            return nil
        case (.policy, .approval): return "it now needs a person's approval: \(strictest)"
        case (.policy, .advisory), (.people, .advisory): return "it is now advice only: \(strictest)"
        case (.policy, .deny), (.people, .deny): return "it is now denied: \(strictest)"
        }
    }
}

extension PlannedStep {
    /// Whether both do the same, the other one on the target with this index in its own plan.
    fileprivate func isSame(as other: PlannedStep, on place: Int) -> Bool {
        target == place && action.hasSameBytes(as: other.action)
            && argv.map { ExactText($0) } == other.argv.map { ExactText($0) }
            && effect == other.effect && undo == other.undo && rehearsal == other.rehearsal && capture == other.capture
    }
}
