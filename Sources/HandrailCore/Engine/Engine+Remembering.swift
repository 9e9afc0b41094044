/// Snapshots: the state as entries that ``restore(_:)`` takes, so that a fold need not begin at the first entry.
extension Engine {
    /// Everything that is remembered, in the order in which it has to be restored. The same state gives the same entries.
    public func snapshot() -> [TimelineEntry] {
        let changes: [StateChange] = [.counted(counters)] + memories.map { .remembered($0) }
        return changes.map { entry(.state($0)) }
    }

    private var memories: [Memory] {
        let storm = storm.lastReachedAt.map { [Memory.storm(lastReachedAt: $0)] } ?? []
        let paused = pausedScopes.map { Memory.paused($0.scope, by: $0.by, because: $0.because) }
        let quarantined = quarantinedTargets.map { Memory.quarantined($0) }
        let ledger = ledger.entries.map { entry in
            Memory.ledger(
                LedgerMemory(
                    run: entry.run, incident: entry.incident, plan: entry.plan, startedAt: entry.startedAt,
                    endedAt: entry.end?.at, outcome: entry.end?.outcome))
        }
        let alerts = alerts.all.map { Memory.alert(AlertMemory($0.alert)) }
        let incidents = incidents.values.map { Memory.incident(memory(of: $0)) }
        let runs = runViews.map { view in
            Memory.run(
                RunMemory(
                    record: record(view.record, in: view.incident), planDigest: view.run?.planDigest ?? "",
                    events: view.events))
        }
        return storm + paused + quarantined + ledger + alerts + incidents + runs
    }

    /// Incidents may have been merged since.
    private func record(_ record: DecisionRecord, in incident: Int) -> DecisionRecord {
        DecisionRecord(
            at: record.at, incident: incident, run: record.run, plan: record.plan, decision: record.decision,
            match: record.match, bindings: record.bindings, nearMisses: record.nearMisses)
    }

    private func memory(of incident: Incident) -> IncidentMemory {
        let matches = incident.matches.sorted { $0.key < $1.key }.compactMap { key, tracker in
            tracker.decidedFor.map { handled in
                IncidentMemory.Match(runbook: runbooks[key.runbook].name, values: key.values, handled: handled)
            }
        }
        let outcomes = incident.outcomes.sorted { ExactText($0.key) < ExactText($1.key) }
        return IncidentMemory(
            id: incident.id, openedAt: incident.openedAt, lastBeganAt: incident.lastBeganAt,
            resolvedAt: incident.resolvedAt, members: incident.members.map(\.report), matches: matches,
            outcomes: outcomes.map { IncidentMemory.Outcome(runbook: $0.key, outcome: $0.value) })
    }

    // MARK: - Restoring

    mutating func restore(_ memory: Memory) throws(RestoreError) {
        switch memory {
        case .alert(let memory): restore(memory)
        case .incident(let memory): restore(memory)
        case .run(let memory): try restore(memory)
        case .ledger(let memory): restore(memory)
        case .storm(let lastReachedAt):
            storm.remembers(lastReachedAt: lastReachedAt)
            if let endsAt = storm.endsAt { timers.set(.endStorm, at: endsAt) }
        case .paused(let scope, let by, let because): pauses[scope] = Pause(by: by, because: because)
        case .quarantined(let quarantine): quarantines[quarantine.target.key] = quarantine
        }
    }

    private mutating func restore(_ memory: LedgerMemory) {
        let active = ActiveRun(
            plan: memory.plan, incident: memory.incident, stage: .pending(expiresAt: .distantFuture), holds: false)
        ledger.start(
            RunLedger.Entry(
                run: memory.run, incident: memory.incident, plan: memory.plan, startedAt: memory.startedAt,
                groups: policies.groups(of: request(for: active))))
        footprints.begin(memory.run, plan: memory.plan, incident: memory.incident)
        guard let endedAt = memory.endedAt, let outcome = memory.outcome else { return }
        ledger.end(memory.run, outcome, at: endedAt)
        if let fadesAt = footprints.end(memory.run, at: endedAt) { timers.set(.fadeFootprint(memory.run), at: fadesAt) }
    }

    private mutating func restore(_ memory: AlertMemory) {
        guard alerts.find(memory.labels) == nil else { return }
        let traits = traits.traits(of: memory.labels, by: index)
        let alert = TrackedAlert(memory, traits: traits, rule: correlation.flap)
        let slot = alerts.insert(alert)
        setFlapTimer(slot)
        guard alert.isFiring else {
            timers.set(.forgetAlert(slot: slot, generation: 0), at: (memory.endedAt ?? now) + self.memory)
            return
        }
        storm.remembers(service: alert.traits.service)
        setLapseTimer(slot, alert.lapsesAt)
        if let run = memory.causedBy { footprints.remembers(slot, causedBy: run) }
        let affected = muter.alertBegan(slot, alert.labels, alert.traits)
        let muting = muting(of: slot)
        alerts.update(slot) { $0.muting = muting }
        touch(slot)
        review(affected) { _ in }
    }

    private mutating func restore(_ memory: IncidentMemory) {
        counters.incidents = max(counters.incidents, memory.id)
        incidents[memory.id] = Incident(id: memory.id, openedAt: memory.openedAt)
        for member in memory.members {
            guard let slot = alerts.find(member.labels), let alert = alerts[slot] else { continue }
            join(slot, alert, memory.id, member.reason)
            if !alert.isFiring { incidents[memory.id]?.firingCount -= 1 }
        }
        incidents[memory.id]?.lastBeganAt = memory.lastBeganAt
        incidents[memory.id]?.resolvedAt = memory.resolvedAt
        for outcome in memory.outcomes { incidents[memory.id]?.outcomes[outcome.runbook] = outcome.outcome }
        for match in memory.matches {
            guard let index = index(ofRunbook: match.runbook) else { continue }
            let key = MatchKey(runbook: index, values: match.values)
            incidents[memory.id]?.matches[key] = MatchTracker(decidedFor: match.handled)
        }
        guard let resolvedAt = memory.resolvedAt else { return }
        timers.set(.closeIncident(memory.id), at: resolvedAt + correlation.group.window + .milliseconds(1))
    }

    private mutating func restore(_ memory: RunMemory) throws(RestoreError) {
        guard let id = memory.record.run else { return }
        counters.runs = max(counters.runs, id)
        let record = memory.record
        let index = index(ofRunbook: record.plan.runbook)
        add(
            id, record.plan, in: record.incident, .driven(DrivenRun(record: record)),
            holds: record.plan.isMutating && record.decision.verdict <= .approval)
        if let index, record.decision.verdict <= .approval {
            incidents[record.incident]?.asked[MatchKey(runbook: index, values: record.match)] = id
        }
        try refold(id, memory)
    }

    /// Time of the events is of the past; only where the run stands is wanted, so nothing else follows from them.
    private mutating func refold(_ id: Int, _ memory: RunMemory) throws(RestoreError) {
        guard case .driven(var driven) = runs[id]?.stage else { return }
        driven.isCounted = ledger.entries.contains { $0.run == id }
        driven.events = memory.events
        if !memory.planDigest.utf8.isEmpty {
            var run = Run(plan: memory.record.plan, planDigest: memory.planDigest)
            for event in memory.events {
                do {
                    run = try run.after(event.event, at: event.at).run
                } catch {
                    throw RestoreError(message: "an event of run \(id) does not fit: \(error.message)")
                }
            }
            driven.run = run
        }
        runs[id]?.stage = .driven(driven)
        switch driven.run?.state {
        case .finished:
            if let active = release(id) { succeededRuns[id] = active }
        case .pending(let question, _): timers.set(.judgeRun(id), at: question.expiresAt)
        case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack, .held, .stuck, nil: break
        }
    }
}

extension AlertMemory {
    init(_ alert: TrackedAlert) {
        self.init(
            labels: alert.labels, annotations: alert.annotations.entries, firstSeenAt: alert.firstSeenAt,
            isFiring: alert.isFiring, startsAt: alert.startsAt, beganAt: alert.beganAt, lastSeenAt: alert.keptAt,
            endedAt: alert.endedAt, earlierStartsAt: alert.earlierStartsAt, lapsesAt: alert.lapsesAt,
            isSuppressedBySource: alert.isSuppressedBySource, hasLapsed: alert.hasLapsed,
            isAuthenticated: alert.isAuthenticated, episodes: alert.episodes, causedBy: alert.causedBy,
            flap: alert.flap.memory)
    }
}

extension TrackedAlert {
    init(_ memory: AlertMemory, traits: AlertTraits, rule: Correlation.Flap) {
        labels = memory.labels
        self.traits = traits
        annotations = memory.annotations.isEmpty ? .none : Annotations(memory.annotations)
        firstSeenAt = memory.firstSeenAt
        isFiring = memory.isFiring
        startsAt = memory.startsAt
        beganAt = memory.beganAt
        lastSeenAt = memory.lastSeenAt
        keptAt = memory.lastSeenAt
        endedAt = memory.endedAt
        earlierStartsAt = memory.earlierStartsAt
        lapsesAt = memory.lapsesAt
        isSuppressedBySource = memory.isSuppressedBySource
        hasLapsed = memory.hasLapsed
        isAuthenticated = memory.isAuthenticated
        episodes = memory.episodes
        causedBy = memory.causedBy
        flap = FlapScore(memory.flap, rule: rule)
    }
}
