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
            if keptMode == .observe { end(run, outcome, because: because) { _ in } }
        case .state(let change): try restore(change, in: entry.incident)
        case .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased,
            .incidentResolved, .stormBegan, .stormEnded, .notChosen, .planRefused, .runStarted:
            break
        }
    }

    /// To be called once, after the last entry: looks at everything anew, and tells each run that it was interrupted.
    public mutating func recover(at time: Timestamp, into emit: Emit) {
        begin(at: time, emit)
        for id in runs.keys.sorted() {
            // What is under way stays as it is while the engine only observes, for one that acts.
            guard mode == .act, case .driven(let driven) = runs[id]?.stage, driven.run?.state.isFinished == false else {
                continue
            }
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
        // As the fold will see it: what is due by now came due at its own time, and decided nothing then.
        isRestoring = true
        passTime(until: time)
        isRestoring = false
        if keptMode != mode { changeMode(to: mode, emit) }
        wind()
        advance(to: time, into: emit)
        reviewSilences(emit)
        for (slot, alert) in alerts.all where alert.isFiring && alert.muting == nil && alert.incident == nil {
            correlate(slot, emit)
        }
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
                alert.startsAt = transition.startsAt
                alert.lapsesAt = transition.endsAt
                alert.isAuthenticated = transition.isAuthenticated
                alert.isSuppressedBySource = transition.isSuppressedBySource
            }
            setLapseTimer(slot, transition.endsAt)
            review([slot]) { _ in }
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

    private mutating func restore(_ change: StateChange, in incident: Int?) throws(RestoreError) {
        switch change {
        case .engineStarted(let start): changeMode(to: start.mode) { _ in }
        case .alert(let transition): restore(transition)
        case .match(let match):
            if let incident { restore(match, in: incident) }
        case .run(let advance): try restore(advance)
        case .request(let made, let person, let refusal):
            note(made, by: person, refusal)
            if refusal == nil { restore(made.request, by: person) }
        case .quarantined(let quarantine): quarantines[quarantine.target.key] = quarantine
        case .counted(let counters): restore(counters)
        case .remembered(let memory): try restore(memory)
        case .engineStopped, .workspaceLoaded, .access, .report, .announcementFailed: break
        }
    }

    /// What was only assumed under `observe` is no reason for anything once the engine acts; and what an engine that acted
    /// had only just decided is decided anew. What has begun stays.
    private mutating func changeMode(to mode: Mode, _ emit: Emit) {
        guard mode != keptMode else { return }
        let assumed = ledger.entries.filter(\.isAssumed).map(\.run)
        let open = runs.keys.filter { !hasBegun($0) }
        for run in open { _ = release(run) }
        let forgotten = Set(open + (keptMode == .observe ? assumed : [])).sorted()
        for run in forgotten { ledger.remove(run) }
        for id in incidents.keys {
            let asked = (incidents[id]?.asked ?? [:]).filter { runs[$0.value] != nil }
            incidents[id]?.asked = asked
            if keptMode == .observe { incidents[id]?.outcomes = [:] }
            for key in incidents[id]?.matches.keys.sorted() ?? [] { incidents[id]?.matches[key]?.isUndecided() }
        }
        keptMode = mode
        for run in forgotten { review(footprints.remove(run), emit) }
    }

    private func hasBegun(_ run: Int) -> Bool {
        if case .driven(let driven) = runs[run]?.stage { driven.run != nil } else { false }
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
