/// Dedupe, episodes, flap damping, muting.
extension Engine {
    /// - Parameter slot: where the alert is remembered; nil where it was not before its delivery came.
    mutating func take(_ notice: borrowing Alert, at slot: Int?, isAuthenticated: Bool, _ emit: Emit) {
        counters.alerts += 1
        guard let slot = slot ?? alerts.find(notice.labels) else {
            takeUnknown(notice, isAuthenticated: isAuthenticated, emit)
            return
        }
        let meaning = alerts[inPlace: slot].take(notice, isAuthenticated: isAuthenticated, at: now)
        switch meaning {
        case .repeated, .renewed:
            counters.duplicates += 1
            keepSignOfLife(slot, notice, isNews: meaning == .renewed, emit)
            setLapseTimer(slot, notice.endsAt)
            reviewSuppression(slot, notice, emit)
        case .distrusted: counters.distrusted += 1
        case .begins: begin(slot, notice, isAuthenticated: isAuthenticated, emit)
        case .ends:
            counters.ended += 1
            end(slot, at: notice.endsAt, emit)
        case .late: counters.late += 1
        }
    }

    private mutating func takeUnknown(_ notice: borrowing Alert, isAuthenticated: Bool, _ emit: Emit) {
        switch notice.status {
        case .resolved:
            // The end of something that began before we looked; it opens nothing.
            counters.resolvedUnseen += 1
        case .firing:
            let slot = alerts.insert(TrackedAlert(notice, traits: traits.traits(of: notice.labels, by: index), at: now))
            begin(slot, notice, isAuthenticated: isAuthenticated, emit)
        }
    }

    // MARK: - Episodes

    mutating func begin(_ slot: Int, _ notice: borrowing Alert, isAuthenticated: Bool, _ emit: Emit) {
        counters.episodes += 1
        let labels = notice.labels
        let traits = traits(of: labels, at: slot)
        let isNowDamped = alerts[inPlace: slot].begin(
            notice, traits: traits, isAuthenticated: isAuthenticated, at: now, rule: correlation.flap)
        let incident = alerts.incident(of: slot)
        keep(.began, slot, emit)
        if isNowDamped { emit(entry(.alertDamped(labels), incident: incident)) }
        setFlapTimer(slot)
        setLapseTimer(slot, notice.endsAt)
        noteStorm(of: traits.service, emit)
        let affected = muter.alertBegan(slot, labels, traits)
        claim(slot, memberOf: incident)
        let muting = muting(of: slot)
        alerts.update(slot) { $0.muting = muting }
        if let muting {
            counters.muted += 1
            emit(entry(.alertMuted(labels, by: muting), incident: incident))
        }
        correlate(slot, emit)
        touch(slot)
        review(affected, emit)
    }

    private mutating func traits(of labels: LabelSet, at slot: Int) -> AlertTraits {
        let known = alerts.read(slot) { $0.labels == labels ? $0.traits : nil }
        return known.flatMap(\.self) ?? traits.traits(of: labels, by: index)
    }

    /// What a run has caused is noted; a member of an incident is not its doing, it shows that a fix has failed.
    private mutating func claim(_ slot: Int, memberOf incident: Int?) {
        let isMember = incident.map { incidents.contains($0) } ?? false
        let canBeCaused = !isMember && !footprints.isEmpty
        let cause = canBeCaused ? alerts[slot].flatMap { footprints.claim(slot, $0) } : nil
        alerts.update(slot) { $0.causedBy = cause }
    }

    mutating func setLapseTimer(_ slot: Int, _ lapsesAt: Timestamp?) {
        guard let lapsesAt else { return }
        let now = now
        let generation = alerts.update(slot) { alert -> Int? in
            if let due = alert.lapseTimerAt, due <= lapsesAt, due > now { return nil }
            alert.lapseTimerAt = lapsesAt
            return alert.generation
        }
        guard let generation = generation.flatMap(\.self) else { return }
        timers.set(.lapseAlert(slot: slot, generation: generation), at: lapsesAt)
    }

    /// - Parameter hasLapsed: nobody said that it has resolved; it was only not renewed.
    mutating func end(_ slot: Int, at endsAt: Timestamp?, hasLapsed: Bool = false, _ emit: Emit) {
        let now = now
        let ended = alerts.update(slot) { alert in
            alert.isFiring = false
            alert.hasLapsed = hasLapsed
            alert.endedAt = now
            alert.muting = nil
            alert.generation += 1
            return (labels: alert.labels, traits: alert.traits, incident: alert.incident, generation: alert.generation)
        }
        guard let ended else { return }
        keep(hasLapsed ? .lapsed : .ended, slot, emit)
        if let time = storm.alertEnded(service: ended.traits.service, at: now) { timers.set(.endStorm, at: time) }
        let affected = muter.alertEnded(slot, ended.labels, ended.traits)
        timers.set(.forgetAlert(slot: slot, generation: ended.generation), at: now + memory)
        if let incident = ended.incident { memberEnded(ended.labels, in: incident, emit) }
        touch(slot)
        review(affected, emit)
    }

    mutating func lapseAlert(_ slot: Int, _ generation: Int, _ emit: Emit) {
        guard let alert = alerts[slot], alert.generation == generation, alert.isFiring else { return }
        guard let lapsesAt = alert.lapsesAt, lapsesAt <= now else {
            alerts.update(slot) { $0.lapseTimerAt = nil }
            setLapseTimer(slot, alert.lapsesAt)
            return
        }
        end(slot, at: lapsesAt, hasLapsed: true, emit)
    }

    /// What an open incident still holds is remembered as long as the incident.
    mutating func forgetAlert(_ slot: Int, _ generation: Int) {
        let isOver = alerts.read(slot) { $0.generation == generation && !$0.isFiring && $0.incident == nil }
        guard isOver == true, let alert = alerts[slot] else { return }
        guard alert.flap.isForgotten(at: now, rule: correlation.flap) else {
            // What flaps slowly flaps as well: its penalty is remembered until it has decayed.
            let due = alert.flap.forgetDue(rule: correlation.flap)
            let next = due > now ? due : now + correlation.flap.halfLife + .seconds(1)
            timers.set(.forgetAlert(slot: slot, generation: generation), at: next)
            return
        }
        alerts.remove(slot)
    }

    /// How long an alert is remembered after it resolved: long enough to see that it flaps.
    var memory: Duration { max(correlation.dedupe.window, correlation.flap.halfLife) }

    // MARK: - Flap damping

    mutating func setFlapTimer(_ slot: Int) {
        let damped = alerts.read(slot) { alert in
            alert.flap.isDamped ? (due: alert.flap.releasesAt, generation: alert.generation) : nil
        }
        guard let (due, generation) = damped.flatMap(\.self) else { return }
        timers.set(.releaseFlap(slot: slot, generation: generation), at: due)
    }

    mutating func releaseFlap(_ slot: Int, _ generation: Int, _ emit: Emit) {
        let (now, rule) = (now, correlation.flap)
        guard alerts.read(slot, { $0.flap.isDamped && $0.flap.releasesAt <= now }) == true else { return }
        guard alerts.update(slot, { $0.flap.release(at: now, rule: rule) }) == true else { return }
        guard let alert = alerts[slot] else { return }
        emit(entry(.alertReleased(alert.labels), incident: alert.incident))
        touch(slot)
    }

    // MARK: - Storm

    private mutating func noteStorm(of service: String?, _ emit: Emit) {
        guard let reason = storm.alertBegan(service: service, at: now) else { return }
        emit(entry(.stormBegan(because: reason)))
        if let endsAt = storm.endsAt { timers.set(.endStorm, at: endsAt) }
    }

    mutating func endStorm(_ emit: Emit) {
        guard storm.isStorm else { return }
        if storm.end(at: now) {
            emit(entry(.stormEnded))
            dirty.formUnion(incidents.keys)
        } else if let time = storm.nextLookAt {
            timers.set(.endStorm, at: time)
        }
    }

    // MARK: - Muting

    func muting(of slot: Int) -> Muting? {
        if let muting = muter.muting(of: slot, in: alerts, at: now) { return muting }
        guard let cause = alerts.read(slot, { $0.causedBy }).flatMap(\.self) else { return nil }
        return footprints[cause].map { .causedByRun(runbook: $0.runbook) }
    }

    private mutating func reviewSuppression(_ slot: Int, _ notice: borrowing Alert, _ emit: Emit) {
        guard alerts.read(slot, { $0.isSuppressedBySource }) != notice.isSuppressedBySource else { return }
        alerts.update(slot) { $0.isSuppressedBySource = notice.isSuppressedBySource }
        review([slot], emit)
    }

    mutating func reviewSilences(_ emit: Emit) {
        review(muter.silenceable.sorted(), emit)
    }

    mutating func review(_ slots: [Int], _ emit: Emit) {
        for slot in slots {
            guard let alert = alerts[slot], alert.isFiring else { continue }
            let muting = muting(of: slot)
            guard muting != alert.muting else { continue }
            alerts.update(slot) { $0.muting = muting }
            if let muting {
                counters.muted += 1
                emit(entry(.alertMuted(alert.labels, by: muting), incident: alert.incident))
            } else {
                emit(entry(.alertUnmuted(alert.labels), incident: alert.incident))
                if alert.incident.map({ incidents.contains($0) }) != true { correlate(slot, emit) }
            }
            touch(slot)
        }
    }
}
