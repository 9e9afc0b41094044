/// A run in flight, or a question to a person.
struct ActiveRun: Sendable {
    enum Stage: Sendable {
        case pending(expiresAt: Timestamp)
        /// The steps are assumed to have run; the alerts say whether they helped.
        case verifying(deadline: Timestamp, clearSince: Timestamp?)
    }

    let plan: Plan
    var incident: Int
    var stage: Stage
}

/// What becomes of plans where nothing is spawned: limits count them, and the alerts verify them.
extension Engine {
    mutating func startRun(_ plan: Plan, _ request: DecisionRequest, in id: Int, _ emit: Emit) -> Int {
        let deadline = now + (plan.verification?.within ?? .zero)
        let run = add(ActiveRun(plan: plan, incident: id, stage: .verifying(deadline: deadline, clearSince: nil)))
        ledger.start(
            RunLedger.Entry(run: run, plan: plan, startedAt: now, groups: policies.groups(of: request)))
        emit(entry(.runStarted(run: run, runbook: plan.runbook), incident: id))
        footprints.begin(run, plan: plan, incident: id)
        timers.set(.judgeRun(run), at: deadline)
        return run
    }

    mutating func ask(_ plan: Plan, _ approval: Approval, in id: Int) -> Int {
        let expiresAt = now + approval.expires
        let run = add(ActiveRun(plan: plan, incident: id, stage: .pending(expiresAt: expiresAt)))
        timers.set(.judgeRun(run), at: expiresAt)
        return run
    }

    private mutating func add(_ run: ActiveRun) -> Int {
        runCount += 1
        runs[runCount] = run
        incidents[run.incident]?.runs.insert(runCount)
        if run.plan.isMutating {
            for target in run.plan.targets { targetHolders[target.key] = runCount }
        }
        return runCount
    }

    mutating func judgeRuns(of id: Int, _ emit: Emit) {
        for run in incidents[id]?.runs.sorted() ?? [] { judge(run, emit) }
    }

    mutating func judge(_ run: Int, _ emit: Emit) {
        guard let active = runs[run] else { return }
        switch active.stage {
        case .pending(let expiresAt):
            if now >= expiresAt { end(run, .refused, because: "nobody answered in time", emit) }
        case .verifying(let deadline, let clearSince):
            verify(run, active.plan, deadline: deadline, clearSince: clearSince, emit)
        }
    }

    private mutating func verify(
        _ run: Int, _ plan: Plan, deadline: Timestamp, clearSince: Timestamp?, _ emit: Emit
    ) {
        guard let verification = plan.verification else {
            end(run, .succeeded, because: "it has no verification", emit)
            return
        }
        guard !isFiring(anyOf: verification.resolved) else {
            runs[run]?.stage = .verifying(deadline: deadline, clearSince: nil)
            if now >= deadline {
                end(run, .failed, because: "its alerts still fire after \(verification.within.inWords)", emit)
            }
            return
        }
        let since = clearSince ?? now
        runs[run]?.stage = .verifying(deadline: deadline, clearSince: since)
        if now >= since + verification.stable {
            end(run, .succeeded, because: "its alerts have been clear for \(verification.stable.inWords)", emit)
        } else if clearSince == nil {
            timers.set(.judgeRun(run), at: since + verification.stable)
        }
    }

    private func isFiring(anyOf fingerprints: [Fingerprint]) -> Bool {
        fingerprints.contains { alerts.isFiring($0) }
    }

    private mutating func end(_ run: Int, _ outcome: RunOutcome, because: String, _ emit: Emit) {
        guard let active = runs.removeValue(forKey: run) else { return }
        for target in active.plan.targets where targetHolders[target.key] == run { targetHolders[target.key] = nil }
        incidents[active.incident]?.runs.remove(run)
        incidents[active.incident]?.outcomes[active.plan.runbook] = outcome
        ledger.end(run, outcome, at: now)
        if let fadesAt = footprints.end(run, at: now) { timers.set(.fadeFootprint(run), at: fadesAt) }
        emit(
            entry(
                .runEnded(run: run, runbook: active.plan.runbook, outcome: outcome, because: because),
                incident: active.incident))
        dirty.insert(active.incident)
    }

    /// Nobody needs to answer for an incident that is over.
    mutating func withdrawPending(of id: Int, _ emit: Emit) {
        for run in incidents[id]?.runs.sorted() ?? [] {
            switch runs[run]?.stage {
            case .pending: end(run, .refused, because: "the incident ended before anybody answered", emit)
            case .verifying, nil: continue
            }
        }
    }
}
