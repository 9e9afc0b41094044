/// A journal that cannot be folded any further. The state is not used; nothing of the journal is lost.
public struct RestoreError: Error, Hashable, Sendable {
    /// One lowercase sentence.
    public let message: String
}

/// State from what was kept: the journal's events in order give the engine as it was, on any build and with any files.
///
/// Nothing is decided here. Alerts, timers and guards follow the same functions as they did live; incidents, decisions
/// and runs are what the journal says that they were.
extension Engine {
    public mutating func restore(_ entry: TimelineEntry) throws(RestoreError) {
        isRestoring = true
        defer { isRestoring = false }
        // All of a snapshot is of one moment: nothing of it has passed before the rest is there.
        if case .state(.remembered) = entry.event { now = max(now, entry.at) } else { passTime(until: entry.at) }
        switch entry.event {
        case .incidentOpened(let labels): restoreIncident(entry.incident, labels)
        case .alertJoined(let labels, let reason): restoreMember(labels, reason, in: entry.incident)
        case .incidentsMerged(let absorbed, let because):
            if let home = entry.incident { merge(absorbed, into: home, because: because) { _ in } }
        case .incidentClosed:
            if let incident = entry.incident.flatMap({ incidents[$0] }) { forget(incident) }
        case .decided(let record): restore(record)
        case .runEnded(let run, _, let outcome, let because):
            if mode == .observe { end(run, outcome, because: because) { _ in } }
        case .state(let change): try restore(change)
        case .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased,
            .incidentResolved, .stormBegan, .stormEnded, .notChosen, .planRefused, .runStarted:
            break
        }
    }

    /// To be called once, after the last entry: looks at everything anew, and tells each run that it was interrupted.
    public mutating func recover(at time: Timestamp, into emit: Emit) {
        begin(at: time, emit)
        for (id, active) in runs.sorted(by: { $0.key < $1.key }) {
            guard case .driven(let driven) = active.stage, let run = driven.run, !run.state.isFinished else { continue }
            do {
                try advance(run: id, with: .recovered, into: emit)
            } catch {
                preconditionFailure("a run that has not ended can be recovered: \(error.message)")
            }
        }
        evaluateDirty(emit)
    }

    /// After other files were put in force: looks at everything anew. Runs are not interrupted by that.
    public mutating func resume(at time: Timestamp, into emit: Emit) {
        begin(at: time, emit)
        evaluateDirty(emit)
    }

    private mutating func begin(at time: Timestamp, _ emit: Emit) {
        now = max(now, time)
        wind()
        advance(to: time, into: emit)
        reviewSilences(emit)
        dirty.formUnion(incidents.keys)
    }

    /// Sets the timers that were left out while folding, and gives every alert the time that its source gave it last:
    /// nobody could renew it while we were not there.
    private mutating func wind() {
        for (slot, alert) in alerts.all where alert.isFiring {
            guard let lapsesAt = alert.lapsesAt else { continue }
            let renewed = max(lapsesAt, now + (lapsesAt - alert.lastSeenAt))
            alerts.update(slot) {
                $0.lapsesAt = renewed
                $0.lapseTimerAt = nil
            }
            setLapseTimer(slot, renewed)
        }
        for id in incidents.keys {
            incidents[id]?.evaluationDueAt = nil
            if let resolvedAt = incidents[id]?.resolvedAt {
                timers.set(.closeIncident(id), at: resolvedAt + correlation.group.window + .milliseconds(1))
            }
        }
        for run in runs.keys.sorted() { timers.set(.judgeRun(run), at: now) }
    }

    /// Timers that change what is remembered fire; those that would decide something do not: the journal says what came
    /// of them.
    private mutating func passTime(until time: Timestamp) {
        while let (at, timer) = timers.pop(dueBy: time) {
            now = max(now, at)
            switch timer {
            case .forgetAlert, .releaseFlap, .endStorm, .unmute, .fadeFootprint: fire(timer) { _ in }
            case .lapseAlert, .closeIncident, .evaluate, .judgeRun: break
            }
        }
        now = max(now, time)
    }

    // MARK: - Alerts

    private mutating func restore(_ transition: AlertTransition) {
        let known = alerts.find(transition.labels)
        switch transition.kind {
        case .began:
            let notice = Alert(
                labels: transition.labels, annotations: Annotations(transition.annotations), status: .firing,
                startsAt: transition.startsAt, endsAt: transition.endsAt,
                isSuppressedBySource: transition.isSuppressedBySource)
            let slot =
                known
                ?? alerts.insert(TrackedAlert(notice, traits: traits.traits(of: notice.labels, by: index), at: now))
            begin(slot, notice, isAuthenticated: transition.isAuthenticated) { _ in }
        case .renewed:
            guard let slot = known else { return }
            let now = now
            alerts.update(slot) { alert in
                alert.lastSeenAt = now
                alert.keptAt = now
                alert.lapsesAt = transition.endsAt
                alert.isAuthenticated = transition.isAuthenticated
                alert.isSuppressedBySource = transition.isSuppressedBySource
            }
            setLapseTimer(slot, transition.endsAt)
        case .ended, .lapsed:
            guard let slot = known, alerts.isFiring(at: slot) else { return }
            end(slot, at: transition.endsAt, hasLapsed: transition.kind == .lapsed) { _ in }
        }
    }

    // MARK: - Incidents

    private mutating func restoreIncident(_ id: Int?, _ labels: LabelSet) {
        guard let id, let slot = alerts.find(labels), let alert = alerts[slot] else { return }
        counters.incidents = max(counters.incidents, id)
        incidents[id] = Incident(id: id, openedAt: now)
        join(slot, alert, id, .opened)
    }

    private mutating func restoreMember(_ labels: LabelSet, _ reason: MembershipReason, in id: Int?) {
        guard let id, incidents[id] != nil, let slot = alerts.find(labels), let alert = alerts[slot] else { return }
        join(slot, alert, id, reason)
    }

    // MARK: - Decisions and runs

    /// What was decided stays decided, also where the runbook is not there any more.
    private mutating func restore(_ record: DecisionRecord) {
        if let run = record.run { counters.runs = max(counters.runs, run) }
        let index = index(ofRunbook: record.plan.runbook)
        let key = MatchKey(runbook: index ?? -1, values: record.match)
        if let index {
            let each = runbooks[index].target.each
            let alerts = record.bindings.first { bound in each.map { $0.hasSameBytes(as: bound.pattern) } ?? false }
            incidents[record.incident]?.matches[key, default: MatchTracker()]
                .isDecided(for: alerts?.alerts.map(\.fingerprint) ?? [])
        }
        begin(record, key, request(for: record)) { _ in }
    }

    private func request(for record: DecisionRecord) -> DecisionRequest {
        request(
            for: ActiveRun(
                plan: record.plan, incident: record.incident, stage: .driven(DrivenRun(record: record)), holds: false))
    }

    private mutating func restore(_ change: StateChange) throws(RestoreError) {
        switch change {
        case .engineStarted(let start): restore(start)
        case .alert(let transition): restore(transition)
        case .run(let advance): try restore(advance)
        case .request(let request, let person, let refusal):
            if refusal == nil { restore(request, by: person) }
        case .quarantined(let quarantine): quarantines[quarantine.target.key] = quarantine
        case .counted(let counters): restore(counters)
        case .remembered(let memory): try restore(memory)
        case .engineStopped, .workspaceLoaded, .report, .announcementFailed: break
        }
    }

    /// What was only assumed under `observe` is no reason for anything once the engine acts, and the other way round.
    private mutating func restore(_ start: EngineStart) {
        guard start.mode != mode else { return }
        for run in runs.keys.sorted() where !isDriven(run) { _ = release(run) }
        for id in incidents.keys {
            incidents[id]?.matches = [:]
            incidents[id]?.asked = [:]
        }
    }

    private func isDriven(_ run: Int) -> Bool {
        if case .driven = runs[run]?.stage { true } else { false }
    }

    private mutating func restore(_ advance: RunAdvance) throws(RestoreError) {
        if case .driven(var driven) = runs[advance.run]?.stage, driven.run == nil {
            driven.run = Run(plan: driven.record.plan, planDigest: advance.planDigest)
            runs[advance.run]?.stage = .driven(driven)
        }
        do {
            try self.advance(run: advance.run, with: advance.event) { _ in }
        } catch {
            throw RestoreError(message: "an event of run \(advance.run) does not fit: \(error.message)")
        }
    }

    private mutating func restore(_ request: PersonRequest, by person: Person) {
        switch request {
        case .pause(let scope, let because): pauses[scope] = Pause(by: person, because: because)
        case .resume(let scope): pauses[scope] = nil
        case .release(let target, _):
            if let key = quarantined(target) { quarantines[key] = nil }
        case .approve, .reject, .cancel, .rollBack, .takeOver: break
        }
    }

    /// Numbers are never given twice, whatever was counted last.
    private mutating func restore(_ kept: Counters) {
        let (incidents, runs) = (counters.incidents, counters.runs)
        counters = kept
        counters.incidents = max(incidents, kept.incidents)
        counters.runs = max(runs, kept.runs)
    }
}
