/// The state as entries that ``Engine/restore(_:)`` takes, so that a fold need not begin at the first entry.
///
/// It holds the engine as it was, which is no more than a reference to what has not changed since, and makes each entry when
/// it is asked for: the state of a storm is large, and nobody should have to wait until all of it is written down.
public struct EngineSnapshot: Sequence, Sendable {
    private var engine: Engine

    init(_ engine: Engine) {
        self.engine = engine
        self.engine.forgetIndexes()
    }

    /// How many entries it has, nearly: what is remembered a thousand times counts, the rest does not.
    public var size: Int {
        engine.alerts.count + engine.incidents.count + engine.runs.count + engine.ledger.entries.count
    }

    public func makeIterator() -> AnyIterator<TimelineEntry> {
        let alerts = engine.alerts.slotsByFingerprint.lazy.compactMap { slot in
            engine.alerts[slot].map { Memory.alert(AlertMemory($0)) }
        }
        let incidents = engine.incidents.keys.lazy.flatMap { id in
            engine.incidents[id].map { AnySequence(engine.memories(of: $0)) } ?? AnySequence([])
        }
        let parts = [
            AnySequence(engine.memoriesBeforeAlerts), AnySequence(alerts), AnySequence(incidents),
            AnySequence(engine.memoriesAfterIncidents),
        ]
        let changes = parts.lazy.joined().map { StateChange.remembered($0) }
        let counted = CollectionOfOne(StateChange.counted(engine.counters))
        var all = [AnySequence(changes), AnySequence(counted)].lazy.joined().makeIterator()
        return AnyIterator { all.next().map { engine.entry(.state($0)) } }
    }
}

extension Engine {
    /// Everything that is remembered, in the order in which it has to be restored. The same state gives the same entries.
    public func snapshot() -> EngineSnapshot { EngineSnapshot(self) }

    /// Nearly all that entries are not made of. It follows from the rest, and changes with nearly every alert: what the engine shares with a
    /// copy of itself it has to copy first, a few thousand pieces of it in the deliveries that come after.
    fileprivate mutating func forgetIndexes() {
        alerts.forgetIndex()
        entities = EntityIndex()
        traits = SharedTraits()
        timers = TimerQueue()
        muter.forgetAlerts()
        blocking.forgetAlerts()
    }

    fileprivate var memoriesBeforeAlerts: [Memory] {
        let storm = storm.memory(at: now).map { [Memory.storm($0)] } ?? []
        let paused = pausedScopes.map { Memory.paused($0.scope, by: $0.by, because: $0.because) }
        let quarantined = quarantinedTargets.map { Memory.quarantined($0) }
        let ledger = ledger.entries.map { entry in
            Memory.ledger(
                LedgerMemory(
                    run: entry.run, incident: entry.incident, plan: entry.plan, startedAt: entry.startedAt,
                    endedAt: entry.end?.at, outcome: entry.end?.outcome, isAssumed: entry.isAssumed))
        }
        return [.mode(mode)] + storm + paused + quarantined + ledger
    }

    fileprivate var memoriesAfterIncidents: [Memory] {
        let runs = runViews.map { view in
            Memory.run(
                RunMemory(
                    record: record(view.record, in: view.incident), planDigest: view.run?.planDigest ?? "",
                    events: view.events))
        }
        let assumed = self.runs.sorted { $0.key < $1.key }.compactMap { assumedRun($0.key, $0.value) }
        let handled = handledRequests.all.map { Memory.handled($0) }
        return runs + assumed.map { .assumedRun($0) } + handled
    }

    private func assumedRun(_ id: Int, _ run: ActiveRun) -> AssumedRunMemory? {
        let stage: AssumedRunMemory.Stage
        switch run.stage {
        case .pending(let expiresAt): stage = .pending(expiresAt: expiresAt)
        case .verifying(let deadline, _): stage = .verifying(deadline: deadline)
        case .driven: return nil
        }
        let key = incidents[run.incident]?.asked.first { $0.value == id }?.key
        return AssumedRunMemory(run: id, incident: run.incident, plan: run.plan, match: key?.values, stage: stage)
    }

    /// Incidents may have been merged since.
    private func record(_ record: DecisionRecord, in incident: Int) -> DecisionRecord {
        DecisionRecord(
            at: record.at, incident: incident, run: record.run, plan: record.plan, decision: record.decision,
            match: record.match, bindings: record.bindings, nearMisses: record.nearMisses)
    }

    fileprivate func memories(of incident: Incident) -> some Sequence<Memory> {
        var pieces = MemberPieces(of: incident)
        let first = Memory.incident(memory(of: incident, pieces.next() ?? []))
        let more = IteratorSequence(pieces).lazy.map { Memory.members(of: incident.id, $0) }
        return [AnySequence([first]), AnySequence(more)].lazy.joined()
    }

    /// - Parameter members: the first of its members.
    private func memory(of incident: Incident, _ members: [IncidentSummary.Member]) -> IncidentMemory {
        let matches = incident.matches.sorted { $0.key < $1.key }.compactMap { key, tracker in
            tracker.isFresh ? nil : tracker.memory(runbook: runbooks[key.runbook].name, values: key.values)
        }
        let outcomes = incident.outcomes.sorted { ExactText($0.key) < ExactText($1.key) }
        return IncidentMemory(
            id: incident.id, openedAt: incident.openedAt, lastBeganAt: incident.lastBeganAt,
            resolvedAt: incident.resolvedAt, members: members, matches: matches,
            outcomes: outcomes.map { IncidentMemory.Outcome(runbook: $0.key, outcome: $0.value) })
    }

    // MARK: - Restoring

    mutating func restore(_ memory: Memory) throws(RestoreError) {
        switch memory {
        case .mode(let mode): keptMode = mode
        case .alert(let memory): restore(memory)
        case .incident(let memory): try restore(memory)
        case .members(let id, let members): try restore(members, of: id)
        case .run(let memory): try restore(memory)
        case .assumedRun(let memory): restore(memory)
        case .ledger(let memory): restore(memory)
        case .storm(let memory):
            storm.remembers(memory)
            if let endsAt = storm.endsAt { timers.set(.endStorm, at: endsAt) }
        case .paused(let scope, let by, let because): pauses[scope] = Pause(by: by, because: because)
        case .quarantined(let quarantine): quarantines[quarantine.target.key] = quarantine
        case .handled(let request): handledRequests.note(request)
        }
    }

    private mutating func restore(_ memory: LedgerMemory) {
        let active = ActiveRun(
            plan: memory.plan, incident: memory.incident, stage: .pending(expiresAt: .distantFuture), holds: false)
        ledger.start(
            RunLedger.Entry(
                run: memory.run, incident: memory.incident, plan: memory.plan, startedAt: memory.startedAt,
                groups: policies.groups(of: request(for: active)), isAssumed: memory.isAssumed))
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

    private mutating func restore(_ memory: IncidentMemory) throws(RestoreError) {
        counters.incidents = max(counters.incidents, memory.id)
        incidents[memory.id] = Incident(id: memory.id, openedAt: memory.openedAt)
        incidents[memory.id]?.lastBeganAt = memory.lastBeganAt
        incidents[memory.id]?.resolvedAt = memory.resolvedAt
        try restore(memory.members, of: memory.id)
        for outcome in memory.outcomes { incidents[memory.id]?.outcomes[outcome.runbook] = outcome.outcome }
        for match in memory.matches { restore(match, in: memory.id) }
        guard let resolvedAt = memory.resolvedAt else { return }
        timers.set(.closeIncident(memory.id), at: resolvedAt + correlation.group.window + .milliseconds(1))
    }

    private mutating func restore(_ members: [IncidentSummary.Member], of id: Int) throws(RestoreError) {
        let times = incidents.read(id) { (lastBeganAt: $0.lastBeganAt, resolvedAt: $0.resolvedAt) }
        guard let times else { throw RestoreError(message: "alerts of incident \(id) come before it") }
        for member in members {
            guard let slot = alerts.find(member.labels) else { continue }
            join(Incident.Member(slot: slot, report: member), index.traits(of: member.labels), id)
            if !alerts.isFiring(at: slot) { incidents[id]?.firingCount -= 1 }
        }
        // It was not now that they joined.
        incidents[id]?.lastBeganAt = times.lastBeganAt
        incidents[id]?.resolvedAt = times.resolvedAt
    }

    /// How far a match has come. Where its runbook is not there any more there is nothing to follow.
    mutating func restore(_ match: IncidentMemory.Match, in id: Int) {
        guard let index = index(ofRunbook: match.runbook) else { return }
        let tracker = MatchTracker(match)
        incidents[id]?.matches[MatchKey(runbook: index, values: match.values)] = tracker.isFresh ? nil : tracker
    }

    private mutating func restore(_ memory: RunMemory) throws(RestoreError) {
        guard let id = memory.record.run else { return }
        counters.runs = max(counters.runs, id)
        let record = memory.record
        var driven = DrivenRun(record: record)
        driven.isCounted = ledger.entries.contains { $0.run == id }
        driven.events = memory.events
        driven.run = try refolded(id, memory)
        let holds = record.plan.isMutating && record.decision.verdict <= .approval
        guard driven.run?.state.isFinished != true else {
            // It holds nothing; somebody else may hold what it held.
            succeededRuns[id] = ActiveRun(
                plan: record.plan, incident: record.incident, stage: .driven(driven), holds: holds)
            return
        }
        add(id, record.plan, in: record.incident, .driven(driven), holds: holds)
        if record.decision.verdict <= .approval { ask(id, record.plan, record.match, in: record.incident) }
        if case .pending(let question, _) = driven.run?.state { timers.set(.judgeRun(id), at: question.expiresAt) }
    }

    /// Time of the events is of the past; only where the run stands is wanted, so nothing else follows from them.
    private func refolded(_ id: Int, _ memory: RunMemory) throws(RestoreError) -> Run? {
        guard !memory.planDigest.utf8.isEmpty else { return nil }
        var run = Run(plan: memory.record.plan, planDigest: memory.planDigest)
        for event in memory.events {
            do {
                run = try run.after(event.event, at: event.at).run
            } catch {
                throw RestoreError(message: "an event of run \(id) does not fit: \(error.message)")
            }
        }
        return run
    }

    private mutating func restore(_ memory: AssumedRunMemory) {
        counters.runs = max(counters.runs, memory.run)
        switch memory.stage {
        case .pending(let time):
            add(memory.run, memory.plan, in: memory.incident, .pending(expiresAt: time), holds: memory.plan.isMutating)
            timers.set(.judgeRun(memory.run), at: time)
        case .verifying(let time):
            let stage = ActiveRun.Stage.verifying(deadline: time, clearSince: nil)
            add(memory.run, memory.plan, in: memory.incident, stage, holds: memory.plan.isMutating)
            timers.set(.judgeRun(memory.run), at: time)
        }
        if let match = memory.match { ask(memory.run, memory.plan, match, in: memory.incident) }
    }

    private mutating func ask(_ run: Int, _ plan: Plan, _ match: [ExactText?], in incident: Int) {
        guard let index = index(ofRunbook: plan.runbook) else { return }
        incidents[incident]?.asked[MatchKey(runbook: index, values: match)] = run
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

/// The alerts of an incident in pieces: one of all of them would be a hundred megabytes in a storm.
private struct MemberPieces: IteratorProtocol {
    private let members: PagedArray<Incident.Member>
    private var start = 0

    init(of incident: Incident) {
        members = incident.members
    }

    mutating func next() -> [IncidentSummary.Member]? {
        guard start < members.count else { return nil }
        var (piece, bytes) = ([IncidentSummary.Member](), 0)
        while start < members.count, piece.count < IncidentMemory.mostMembers, bytes < IncidentMemory.mostLabelBytes {
            let member = members[start].report
            piece.append(member)
            bytes += member.labels.writtenByteCount
            start += 1
        }
        return piece
    }
}
