/// A run in flight, or a question to a person.
struct ActiveRun: Sendable {
    enum Stage: Sendable {
        case pending(expiresAt: Timestamp)
        /// The steps are assumed to have run; the alerts say whether they helped.
        case verifying(deadline: Timestamp, clearSince: Timestamp?)
        /// It is really carried out.
        case driven(DrivenRun)
    }

    let plan: Plan
    var incident: Int
    var stage: Stage
    /// Whether no other mutating run may touch its targets and its incident meanwhile.
    let holds: Bool
}

/// What becomes of plans where nothing is spawned: limits count them, and the alerts verify them.
extension Engine {
    mutating func startRun(_ run: Int, _ plan: Plan, _ request: DecisionRequest, in id: Int, _ emit: Emit) {
        let deadline = now + (plan.verification?.within ?? .zero)
        add(run, plan, in: id, .verifying(deadline: deadline, clearSince: nil), holds: plan.isMutating)
        count(run, plan, request, in: id, isAssumed: true)
        emit(entry(.runStarted(run: run, runbook: plan.runbook), incident: id))
        timers.set(.judgeRun(run), at: deadline)
    }

    mutating func ask(_ run: Int, _ plan: Plan, _ approval: Approval, in id: Int) {
        let expiresAt = now + approval.expires
        add(run, plan, in: id, .pending(expiresAt: expiresAt), holds: plan.isMutating)
        timers.set(.judgeRun(run), at: expiresAt)
    }

    mutating func add(_ run: Int, _ plan: Plan, in id: Int, _ stage: ActiveRun.Stage, holds: Bool) {
        add(run, ActiveRun(plan: plan, incident: id, stage: stage, holds: holds))
    }

    mutating func add(_ run: Int, _ active: ActiveRun) {
        runs[run] = active
        incidents[active.incident]?.runs.insert(run)
        if active.holds {
            for target in active.plan.targets { targetHolders[target.key] = run }
        }
    }

    /// From now on limits count it, and what begins to fire where it works is its doing.
    mutating func count(
        _ run: Int, _ plan: Plan, _ request: DecisionRequest, in id: Int, isAssumed: Bool = false
    ) {
        ledger.start(
            RunLedger.Entry(
                run: run, incident: id, plan: plan, startedAt: now, groups: policies.groups(of: request),
                isAssumed: isAssumed))
        footprints.begin(run, plan: plan, incident: id)
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
        case .driven(let driven): judge(run, driven, emit)
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
        let since = self.clearSince(clearSince, verification)
        runs[run]?.stage = .verifying(deadline: deadline, clearSince: since)
        if now >= since + verification.stable {
            end(run, .succeeded, because: "its alerts have been clear for \(verification.stable.inWords)", emit)
        } else if clearSince != since {
            timers.set(.judgeRun(run), at: since + verification.stable)
        }
    }

    /// Since when none of the alerts fires. Where their incident is over nobody looks at the run when one fires again, but
    /// only once it has ended.
    func clearSince(_ noted: Timestamp?, _ verification: PlannedVerification) -> Timestamp {
        max(noted ?? now, verification.resolved.compactMap { alerts.endedAt($0) }.max() ?? .distantPast)
    }

    func isFiring(anyOf fingerprints: [Fingerprint]) -> Bool {
        fingerprints.contains { alerts.isFiring($0) }
    }

    mutating func end(_ run: Int, _ outcome: RunOutcome, because: String, _ emit: Emit) {
        guard let active = release(run) else { return }
        incidents[active.incident]?.outcomes[active.plan.runbook] = outcome
        ledger.end(run, outcome, at: now)
        if let fadesAt = footprints.end(run, at: now) { timers.set(.fadeFootprint(run), at: fadesAt) }
        emit(
            entry(
                .runEnded(run: run, runbook: active.plan.runbook, outcome: outcome, because: because),
                incident: active.incident))
        dirty.insert(active.incident)
    }

    /// It holds nothing any more.
    mutating func release(_ run: Int) -> ActiveRun? {
        guard let active = runs.removeValue(forKey: run) else { return nil }
        for target in active.plan.targets where targetHolders[target.key] == run { targetHolders[target.key] = nil }
        incidents[active.incident]?.runs.remove(run)
        return active
    }

    /// Nobody needs to answer for an incident that is over.
    mutating func withdrawPending(of id: Int, _ emit: Emit) {
        for run in incidents[id]?.runs.sorted() ?? [] {
            switch runs[run]?.stage {
            case .pending: end(run, .refused, because: Self.nobodyAnswered, emit)
            case .driven(let driven): withdraw(run, driven, emit)
            case .verifying, nil: continue
            }
        }
    }

    static let nobodyAnswered = "the incident ended before anybody answered"
}
