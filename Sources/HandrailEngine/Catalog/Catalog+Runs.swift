internal import HandrailCore

extension Catalog {
    mutating func decided(_ record: DecisionRecord, _ entry: TimelineEntry, _ sequence: Int64) {
        let home = home(of: record.incident)
        incidents[home]?.decisions.append(CatalogDecision(record: record, sequence: sequence))
        note(entry)
        guard let id = record.run else { return }
        add(id, record, sequence, mode: engineStarts.last?.start.mode ?? .act)
    }

    private mutating func add(_ id: Int, _ record: DecisionRecord, _ sequence: Int64, mode: Engine.Mode) {
        let incident = home(of: record.incident)
        runs[id] = CatalogRun(id: id, incident: incident, record: record, sequence: sequence, mode: mode)
        if incidents[incident]?.runs.contains(id) == false { incidents[incident]?.runs.append(id) }
    }

    mutating func advanced(_ advance: RunAdvance, _ entry: TimelineEntry, _ sequence: Int64) {
        guard runs[advance.run] != nil else { return }
        note(entry)
        let wasFinished = runs[advance.run]?.state.isFinished == true
        runs[advance.run]?.planDigest = advance.planDigest
        runs[advance.run]?.state = advance.state
        runs[advance.run]?.events.append(
            CatalogRun.Event(at: entry.at, sequence: sequence, event: advance.event, state: advance.state))
        switch advance.state {
        case .finished: runEnded(advance.run)
        case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack, .held, .stuck:
            // Undone after it had helped.
            if wasFinished { endedRuns.remove(advance.run) }
        }
    }

    mutating func runEnded(_ id: Int, _ outcome: RunOutcome, _ because: String, _ entry: TimelineEntry) {
        note(entry)
        guard let run = runs[id] else { return }
        runs[id]?.outcome = (entry.at, outcome, because)
        if run.mode == .observe { runEnded(id) }
    }

    private mutating func runEnded(_ id: Int) {
        endedRuns.add(id)
        while endedRuns.count > limits.endedRuns, let oldest = endedRuns.removeOldest() {
            guard !limits.pinnedRuns.contains(oldest) else { continue }
            runs[oldest] = nil
            forgottenRuns += 1
        }
    }

    // MARK: - Snapshots

    /// What is known already is known better: a snapshot keeps less than the entries that it stands for.
    mutating func remember(_ memory: Memory, at time: Timestamp) {
        switch memory {
        case .incident(let memory): remember(memory)
        case .members(let incident, let members):
            if incident == rememberedIncident { incidents[incident]?.members += members }
        case .run(let memory): remember(memory)
        case .paused(let scope, let person, let because):
            if pauses[scope] == nil {
                pauses[scope] = CatalogPause(scope: scope, by: person, because: because, since: nil)
            }
        case .quarantined(let quarantine):
            if quarantines[quarantine.target.key] == nil {
                quarantines[quarantine.target.key] = CatalogQuarantine(quarantine: quarantine, since: nil)
            }
        case .mode, .alert, .assumedRun, .ledger, .storm, .handled: break
        }
    }

    private mutating func remember(_ memory: IncidentMemory) {
        rememberedIncident = incidents[memory.id] == nil ? memory.id : nil
        guard incidents[memory.id] == nil else { return }
        var incident = CatalogIncident(id: memory.id, openedAt: memory.openedAt)
        incident.resolvedAt = memory.resolvedAt
        incident.members = memory.members
        incident.runs = runs.values.filter { $0.incident == memory.id }.map(\.id).sorted()
        incidents[memory.id] = incident
    }

    private mutating func remember(_ memory: RunMemory) {
        guard let id = memory.record.run, runs[id] == nil else { return }
        add(id, memory.record, 0, mode: .act)
        runs[id]?.planDigest = memory.planDigest
        var run = Run(plan: memory.record.plan, planDigest: memory.planDigest)
        for kept in memory.events {
            // An event that does not fit would have stopped the engine; here it is only not shown.
            guard let next = try? run.after(kept.event, at: kept.at).run else { continue }
            run = next
            runs[id]?.events.append(
                CatalogRun.Event(at: kept.at, sequence: 0, event: kept.event, state: next.state))
        }
        runs[id]?.state = run.state
    }
}
