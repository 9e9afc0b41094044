/// Dedupe, episodes, flap damping, muting.
extension Engine {
    mutating func take(_ notice: Alert, isAuthenticated: Bool, _ emit: Emit) {
        counters.alerts += 1
        guard let slot = alerts.find(notice.labels) else {
            takeUnknown(notice, isAuthenticated: isAuthenticated, emit)
            return
        }
        let now = now
        let meaning: NoticeMeaning? = alerts.update(slot) { known in
            // What nobody vouches for takes nothing away from what somebody did: no resolve, no new evidence.
            if known.isFiring, known.isAuthenticated, !isAuthenticated { return .distrusted }
            let meaning = NoticeMeaning(of: notice, for: known, at: now)
            if meaning == .repeated { known.repeated(by: notice, isAuthenticated: isAuthenticated, at: now) }
            return meaning
        }
        switch meaning {
        case .repeated:
            counters.duplicates += 1
            keepSignOfLife(slot, notice, emit)
            setLapseTimer(slot, notice.endsAt)
            reviewSuppression(slot, notice, emit)
        case .distrusted: counters.distrusted += 1
        case .begins: begin(slot, notice, isAuthenticated: isAuthenticated, emit)
        case .ends:
            counters.ended += 1
            end(slot, at: notice.endsAt, emit)
        case .late, nil: counters.late += 1
        }
    }

    private mutating func takeUnknown(_ notice: Alert, isAuthenticated: Bool, _ emit: Emit) {
        switch notice.status {
        case .resolved:
            // The end of something that began before we looked; it opens nothing.
            counters.resolvedUnseen += 1
        case .firing:
            let slot = alerts.insert(TrackedAlert(notice, traits: index.traits(of: notice.labels), at: now))
            begin(slot, notice, isAuthenticated: isAuthenticated, emit)
        }
    }

    // MARK: - Episodes

    mutating func begin(_ slot: Int, _ notice: Alert, isAuthenticated: Bool, _ emit: Emit) {
        counters.episodes += 1
        let (now, rule) = (now, correlation.flap)
        let traits = traits(of: notice, at: slot)
        let isNowDamped = alerts.update(slot) { alert in
            alert.labels = notice.labels
            alert.traits = traits
            alert.begin(notice, isAuthenticated: isAuthenticated, at: now)
            return alert.episodes > 1 && alert.flap.firedAgain(at: now, rule: rule)
        }
        guard let alert = alerts[slot] else { return }
        keep(.began, alert, emit)
        if isNowDamped == true { emit(entry(.alertDamped(alert.labels), incident: alert.incident)) }
        if alert.flap.isDamped { setFlapTimer(slot, alert) }
        setLapseTimer(slot, alert.lapsesAt)
        noteStorm(of: alert, emit)
        let affected = muter.alertBegan(slot, alert)
        let isMember = alert.incident.map { incidents[$0] != nil } ?? false
        let cause = isMember ? nil : footprints.claim(slot, alert)
        alerts.update(slot) { $0.causedBy = cause }
        let muting = muting(of: slot)
        alerts.update(slot) { $0.muting = muting }
        if let muting {
            counters.muted += 1
            emit(entry(.alertMuted(alert.labels, by: muting), incident: alert.incident))
        }
        correlate(slot, emit)
        touch(slot)
        review(affected, emit)
    }

    private func traits(of notice: Alert, at slot: Int) -> AlertTraits {
        if let known = alerts[slot], known.labels == notice.labels { return known.traits }
        return index.traits(of: notice.labels)
    }

    mutating func setLapseTimer(_ slot: Int, _ lapsesAt: Timestamp?) {
        guard let lapsesAt, let alert = alerts[slot], alert.lapseTimerAt.map({ lapsesAt < $0 || $0 <= now }) ?? true
        else {
            return
        }
        alerts.update(slot) { $0.lapseTimerAt = lapsesAt }
        timers.set(.lapseAlert(slot: slot, generation: alert.generation), at: lapsesAt)
    }

    /// - Parameter hasLapsed: nobody said that it has resolved; it was only not renewed.
    mutating func end(_ slot: Int, at endsAt: Timestamp?, hasLapsed: Bool = false, _ emit: Emit) {
        let now = now
        alerts.update(slot) { alert in
            alert.isFiring = false
            alert.hasLapsed = hasLapsed
            alert.endedAt = now
            alert.muting = nil
            alert.generation += 1
        }
        guard let alert = alerts[slot] else { return }
        keep(hasLapsed ? .lapsed : .ended, alert, emit)
        storm.alertEnded(service: alert.traits.service)
        let affected = muter.alertEnded(slot, alert)
        timers.set(.forgetAlert(slot: slot, generation: alert.generation), at: now + memory)
        if let incident = alert.incident { memberEnded(alert.labels, in: incident, emit) }
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
        guard let alert = alerts[slot], alert.generation == generation, !alert.isFiring else { return }
        guard alert.incident == nil else { return }
        guard alert.flap.isForgotten(at: now, rule: correlation.flap) else {
            // What flaps slowly flaps as well: its penalty is remembered until it has decayed.
            timers.set(
                .forgetAlert(slot: slot, generation: generation), at: now + correlation.flap.halfLife + .seconds(1))
            return
        }
        alerts.remove(slot)
    }

    /// How long an alert is remembered after it resolved: long enough to see that it flaps.
    var memory: Duration { max(correlation.dedupe.window, correlation.flap.halfLife) }

    // MARK: - Flap damping

    mutating func setFlapTimer(_ slot: Int, _ alert: TrackedAlert) {
        timers.set(
            .releaseFlap(slot: slot, generation: alert.generation), at: alert.flap.releaseDue(rule: correlation.flap))
    }

    mutating func releaseFlap(_ slot: Int, _ generation: Int, _ emit: Emit) {
        let (now, rule) = (now, correlation.flap)
        guard let alert = alerts[slot], alert.flap.isDamped, alert.flap.releaseDue(rule: rule) <= now else { return }
        guard alerts.update(slot, { $0.flap.release(at: now, rule: rule) }) == true else { return }
        emit(entry(.alertReleased(alert.labels), incident: alert.incident))
        touch(slot)
    }

    // MARK: - Storm

    private mutating func noteStorm(of alert: TrackedAlert, _ emit: Emit) {
        guard let reason = storm.alertBegan(service: alert.traits.service, at: now) else { return }
        emit(entry(.stormBegan(because: reason)))
        if let endsAt = storm.endsAt { timers.set(.endStorm, at: endsAt) }
    }

    mutating func endStorm(_ emit: Emit) {
        guard storm.isStorm else { return }
        if storm.end(at: now) {
            emit(entry(.stormEnded))
            dirty.formUnion(incidents.keys)
        } else if let endsAt = storm.endsAt {
            timers.set(.endStorm, at: endsAt)
        }
    }

    // MARK: - Muting

    func muting(of slot: Int) -> Muting? {
        if let muting = muter.muting(of: slot, in: alerts, at: now) { return muting }
        let cause = alerts[slot]?.causedBy.flatMap { footprints[$0] }
        return cause.map { .causedByRun(runbook: $0.runbook) }
    }

    private mutating func reviewSuppression(_ slot: Int, _ notice: Alert, _ emit: Emit) {
        guard alerts[slot]?.isSuppressedBySource != notice.isSuppressedBySource else { return }
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
                if alert.incident.flatMap({ incidents[$0] }) == nil { correlate(slot, emit) }
            }
            touch(slot)
        }
    }
}

extension TrackedAlert {
    mutating func repeated(by notice: Alert, isAuthenticated: Bool, at now: Timestamp) {
        lastSeenAt = now
        lapsesAt = notice.endsAt
        startsAt = min(startsAt, notice.startsAt)
        // One authenticated notice vouches for the alert; what is not authenticated takes nothing away.
        self.isAuthenticated = self.isAuthenticated || isAuthenticated
        if annotations !== notice.annotations { annotations = notice.annotations }
    }

    fileprivate mutating func begin(_ notice: Alert, isAuthenticated: Bool, at now: Timestamp) {
        isFiring = true
        hasLapsed = false
        keptAt = now
        if episodes > 0 { earlierStartsAt = startsAt }
        startsAt = notice.startsAt
        beganAt = AlertClock.began(notice.startsAt, receivedAt: now)
        lastSeenAt = now
        endedAt = nil
        lapsesAt = notice.endsAt
        lapseTimerAt = nil
        annotations = notice.annotations
        isSuppressedBySource = notice.isSuppressedBySource
        self.isAuthenticated = isAuthenticated
        episodes += 1
        generation += 1
    }
}
