/// Runs that are really carried out: the engine says what to do, and is told what came of it.
extension Engine {
    /// Those that have not ended, by number; of the ended ones, those that can still be undone.
    public var runViews: [RunView] {
        runs.merging(succeededRuns) { active, _ in active }.sorted { $0.key < $1.key }
            .compactMap { RunView($0.key, $0.value) }
    }

    public func runView(_ id: Int) -> RunView? {
        (runs[id] ?? succeededRuns[id]).flatMap { RunView(id, $0) }
    }

    /// As they ended, in order: the runs whose end has effects, since what is to be said of them is said later.
    public mutating func takeEndedRuns() -> [RunView] {
        defer { endedRuns = [] }
        return endedRuns
    }

    mutating func propose(_ run: Int, _ record: DecisionRecord, _ request: DecisionRequest) {
        let holds = record.plan.isMutating && record.decision.verdict <= .approval
        add(run, record.plan, in: record.incident, .driven(DrivenRun(record: record)), holds: holds)
        // Two plans that are decided one after the other must not both fit under a limit that has room for one.
        if record.decision.verdict == .automatic { count(run, request) }
    }

    /// Freezes what was decided about, and begins.
    ///
    /// - Parameters:
    ///   - digest: of the plan and of everything that it rests on: files, executables, expiry.
    ///   - excluded: who can't approve it.
    ///   - obstacle: why it cannot be carried out as it is, such as an executable that is not there.
    public mutating func seal(
        run id: Int, digest: String, excluded: [Person] = [], obstacle: String? = nil, into emit: Emit
    ) throws(IllegalRunEvent) {
        guard case .driven(var driven) = runs[id]?.stage, driven.run == nil else {
            throw IllegalRunEvent(message: "there is no run \(id) that waits to begin")
        }
        driven.run = Run(plan: driven.record.plan, planDigest: digest)
        runs[id]?.stage = .driven(driven)
        let decision = obstacle.map { RunDecision.deny(because: $0) } ?? runDecision(driven.record, digest, excluded)
        try advance(run: id, with: .decided(decision), into: emit)
    }

    private func runDecision(_ record: DecisionRecord, _ digest: String, _ excluded: [Person]) -> RunDecision {
        switch record.decision.verdict {
        case .automatic: .automatic
        case .approval:
            .approval(
                Question(
                    planDigest: digest, approval: record.decision.approval, excluded: excluded,
                    expiresAt: record.at + record.decision.approval.expires))
        case .advisory: .advisory
        case .deny: .deny(because: record.decision.reasons.first?.detail ?? "policy denies it")
        }
    }

    /// Takes in what has happened to a run. Its effects are emitted with the event, and nothing else may act on them.
    public mutating func advance(run id: Int, with event: RunEvent, into emit: Emit) throws(IllegalRunEvent) {
        if runs[id] == nil, let ended = succeededRuns[id] { try revive(id, ended) }
        guard let active = runs[id], case .driven(var driven) = active.stage, let run = driven.run else {
            throw IllegalRunEvent(message: "there is no run \(id) under way")
        }
        let next: Run
        let effects: [RunEffect]
        do throws(IllegalRunEvent) {
            (next, effects) = try run.after(event, at: now)
            guard mode == .act || isRestoring || !effects.contains(where: \.touches) else {
                throw IllegalRunEvent(message: "nothing is carried out while the engine only observes")
            }
        } catch {
            if run.state.isFinished { retire(id) }
            throw error
        }
        driven.run = next
        driven.events.append(RunMemory.Event(at: now, event: event))
        driven.watch = nil
        runs[id]?.stage = .driven(driven)
        // What had ended goes on, if only for this moment: it ends anew for limits, and for what it causes.
        if run.state.isFinished { count(id, nil) }
        if next.state.isFinished, !effects.isEmpty, !isRestoring, let view = runs[id].flatMap({ RunView(id, $0) }) {
            endedRuns.append(view)
        }
        let advance = RunAdvance(
            run: id, runbook: active.plan.runbook, planDigest: run.planDigest, event: event, state: next.state,
            effects: effects)
        emit(entry(.state(.run(advance)), incident: active.incident))
        follow(id, next.state, effects, emit)
        evaluateDirty(emit)
    }

    /// What the engine itself does about where a run stands now.
    private mutating func follow(_ id: Int, _ state: RunState, _ effects: [RunEffect], _ emit: Emit) {
        guard let active = runs[id] else { return }
        switch state {
        case .pending(let question, _): timers.set(.judgeRun(id), at: question.expiresAt)
        case .running, .probing: count(id, nil)
        case .held, .stuck, .rollingBack:
            count(id, nil)
            incidents[active.incident]?.outcomes[active.plan.runbook] = .failed
        case .finished(let ending): finish(id, ending, emit)
        case .proposed, .rehearsing, .checking, .verifying: break
        }
        for case .quarantine(let because) in effects { quarantine(active.plan, run: id, because, emit) }
        if case .pending = state, incidents[active.incident] == nil, !isRestoring,
            case .driven(let driven) = runs[id]?.stage
        {
            withdraw(id, driven, emit)
        }
    }

    private mutating func finish(_ id: Int, _ ending: RunEnding, _ emit: Emit) {
        let (outcome, because) = ending.outcome
        guard let outcome else {
            _ = release(id)
            return
        }
        let active = runs[id]
        end(id, outcome, because: because, emit)
        if outcome == .succeeded, let active { keepForUndo(id, active) }
    }

    private static let mostSucceededRuns = 256

    private mutating func keepForUndo(_ id: Int, _ active: ActiveRun) {
        succeededRuns[id] = active
        if succeededRuns.count > Self.mostSucceededRuns, let oldest = succeededRuns.keys.min() {
            succeededRuns[oldest] = nil
        }
    }

    /// A run whose undo a person asks for is in flight again: it holds its targets, and limits count it.
    private mutating func revive(_ id: Int, _ ended: ActiveRun) throws(IllegalRunEvent) {
        if ended.holds, let target = ended.plan.targets.first(where: { targetHolders[$0.key] != nil }) {
            throw IllegalRunEvent(message: "another run is at work on \(target)")
        }
        succeededRuns[id] = nil
        var revived = ended
        if case .driven(var driven) = ended.stage {
            driven.isCounted = false
            revived.stage = .driven(driven)
        }
        add(id, revived)
    }

    private mutating func retire(_ id: Int) {
        guard let active = release(id) else { return }
        keepForUndo(id, active)
    }

    // MARK: - Counting

    private mutating func count(_ id: Int, _ request: DecisionRequest?) {
        guard let active = runs[id], case .driven(var driven) = active.stage, !driven.isCounted else { return }
        driven.isCounted = true
        runs[id]?.stage = .driven(driven)
        count(id, active.plan, request ?? self.request(for: active), in: active.incident)
    }

    /// For what a run counts in: the incident says little about that, and may be over.
    func request(for active: ActiveRun) -> DecisionRequest {
        let runbook = index(ofRunbook: active.plan.runbook).map { runbooks[$0] }
        let evidence = Evidence(
            hasStaleAlert: false, hasFlappingAlert: false, isAuthenticated: true, isStorm: storm.isStorm)
        let incident = incidents[active.incident]
        return DecisionRequest(
            plan: active.plan, owner: runbook?.owner ?? "", actions: actions(of: active.plan),
            incident: BindingFacts.incident(id: active.incident, openedAt: incident?.openedAt ?? now, alerts: []),
            evidence: evidence, now: now)
    }

    private mutating func quarantine(_ plan: Plan, run: Int, _ because: String, _ emit: Emit) {
        for target in plan.targets {
            let quarantine = Quarantine(target: target, run: run, because: because)
            quarantines[target.key] = quarantine
            emit(entry(.state(.quarantined(quarantine)), incident: runs[run]?.incident))
        }
    }
}

extension RunEffect {
    /// Whether something outside is read or changed.
    fileprivate var touches: Bool {
        switch self {
        case .rehearse, .decideAgain, .perform, .probe, .verify, .undo: true
        case .ask, .terminate, .notify, .quarantine: false
        }
    }
}

extension RunEnding {
    /// Nil where nothing was to be carried out. The second says why.
    var outcome: (RunOutcome?, because: String) {
        switch self {
        case .advised: (nil, "it is advice")
        case .denied(let because): (.refused, because)
        case .rejected(let person, let because): (.refused, "\(person.name) rejected it: \(because)")
        case .expired: (.refused, "nobody answered in time")
        case .cancelled(let person): (.refused, "\(person.name) cancelled it")
        case .refused(let because): (.refused, because)
        case .succeeded: (.succeeded, "it helped")
        case .rolledBack(let because): (.failed, because)
        case .takenOver(let person): (.failed, "\(person.name) took it over")
        }
    }
}
