internal import CEL

/// From ripe matches to decisions.
extension Engine {
    /// - Parameter ripe: the one that goes first in front.
    mutating func decide(_ ripe: [RipeMatch], in id: Int, _ view: IncidentView, _ emit: Emit) {
        for match in ripe {
            let runbook = runbooks[match.key.runbook]
            do {
                try PlanSize.check(match.binding, of: runbook)
                let plan = try planner.plan(runbook, for: match.binding)
                try PlanSize.check(plan, of: runbook)
                if let obstacle = obstacle(to: plan, in: id) {
                    reportNotChosen(match, runbook, because: obstacle, in: id, emit)
                } else {
                    settle(match, runbook, plan, in: id, view, emit)
                }
            } catch {
                let before = incidents[id]?.matches[match.key] ?? MatchTracker()
                isDecided(match.key, match.binding, in: id)
                emit(entry(.planRefused(runbook: runbook.name, error), incident: id))
                keep(incidents[id]?.matches[match.key] ?? before, match.key, before: before, in: id, emit)
            }
        }
    }

    /// At most one mutating run holds a target, and one an incident, at a time.
    private func obstacle(to plan: Plan, in id: Int) -> String? {
        guard plan.isMutating else { return nil }
        for target in plan.targets {
            if let holder = targetHolders[target.key], let run = runs[holder] {
                return "`\(run.plan.runbook)` holds \(target)"
            }
        }
        let holder = incidents[id]?.runs.sorted().compactMap { runs[$0] }.first(where: \.holds)
        return holder.map { "`\($0.plan.runbook)` holds the incident" }
    }

    private mutating func reportNotChosen(
        _ match: RipeMatch, _ runbook: Runbook, because: String, in id: Int, _ emit: Emit
    ) {
        guard incidents[id]?.matches[match.key]?.isReportedAsNotChosen == false else { return }
        incidents[id]?.matches[match.key]?.isReportedAsNotChosen = true
        emit(entry(.notChosen(runbook: runbook.name, because: because), incident: id))
    }

    private mutating func settle(
        _ match: RipeMatch, _ runbook: Runbook, _ plan: Plan, in id: Int, _ view: IncidentView, _ emit: Emit
    ) {
        let request = DecisionRequest(
            plan: plan, owner: runbook.owner, actions: actions(of: plan), incident: view.fact,
            evidence: evidence(of: match.binding, for: plan), now: now)
        let decision = policies.decide(request, ledger: ledger, explains: explains)
        guard let incident = incidents[id] else { return }
        let record = DecisionRecord(
            at: now, incident: id, run: numberOfRun(for: decision.verdict), plan: plan, decision: decision,
            match: match.key.values, bindings: match.binding.groups.map { ($0.pattern, $0.alerts.map(\.labels)) },
            nearMisses: nearMisses(of: incident, except: match.key.runbook))
        emit(entry(.decided(record), incident: id))
        isDecided(match.key, match.binding, in: id)
        begin(record, match.key, request, emit)
    }

    /// Under `observe` nothing comes of advice and denials; otherwise each decision can be looked up by its number.
    private mutating func numberOfRun(for verdict: Verdict) -> Int? {
        guard mode == .act || verdict <= .approval else { return nil }
        counters.runs += 1
        return counters.runs
    }

    /// What follows from a decision; the same when it is folded from the journal.
    mutating func begin(_ record: DecisionRecord, _ key: MatchKey, _ request: DecisionRequest, _ emit: Emit) {
        guard let run = record.run else { return }
        if record.decision.verdict <= .approval { incidents[record.incident]?.asked[key] = run }
        switch (isRestoring ? keptMode : mode, record.decision.verdict) {
        case (.act, _): propose(run, record, request)
        case (.observe, .automatic): startRun(run, record.plan, request, in: record.incident, emit)
        case (.observe, .approval): ask(run, record.plan, record.decision.approval, in: record.incident)
        case (.observe, .advisory), (.observe, .deny): break
        }
    }

    private mutating func isDecided(_ key: MatchKey, _ binding: Binding, in id: Int) {
        let each = runbooks[key.runbook].target.each
        let handled = each.map { binding.alerts(of: $0).map(\.labels.fingerprint) } ?? []
        incidents[id]?.matches[key]?.isDecided(for: handled)
    }

    func actions(of plan: Plan) -> [String: Action] {
        Dictionary(
            plan.steps.compactMap { step in planner.action(named: step.action).map { (step.action, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    func evidence(of binding: Binding, for plan: Plan) -> Evidence {
        let bound = binding.groups.flatMap(\.alerts)
        let known = bound.compactMap { alerts[$0.slot] }
        let targets = plan.targets.map(\.key)
        let staleBefore = now - correlation.dedupe.staleAfter
        return Evidence(
            hasStaleAlert: known.contains { $0.lastSeenAt < staleBefore },
            hasFlappingAlert: bound.contains(where: \.isFlapping),
            isAuthenticated: known.allSatisfy(\.isAuthenticated), isStorm: storm.isStorm,
            isQuarantined: targets.contains { quarantines[$0] != nil })
    }
}
