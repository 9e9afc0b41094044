/// Correlation: which incident an alert belongs to, and the life of incidents.
extension Engine {
    /// Puts a firing alert where it belongs. A muted one may join an incident as evidence and opens none.
    mutating func correlate(_ slot: Int, _ emit: Emit) {
        if let id = alerts.incident(of: slot), incidents.contains(id) {
            memberBegan(again: slot, in: id, emit)
            return
        }
        // What was decided then is folded, not decided again.
        guard !isRestoring, let alert = alerts[slot] else { return }
        if let cause = alert.causedBy.flatMap({ footprints[$0] }), incidents.contains(cause.incident) {
            let reason = MembershipReason.causedByRun(runbook: cause.runbook)
            join(slot, alert, cause.incident, reason)
            emit(entry(.alertJoined(alert.labels, reason), incident: cause.incident))
            return
        }
        let related = relatedIncidents(of: alert)
        if let (home, reason) = related.first {
            for (other, link) in related.dropFirst() { merge(other, into: home, because: link, emit) }
            join(slot, alert, home, reason)
            emit(entry(.alertJoined(alert.labels, reason), incident: home))
        } else if alert.muting == nil {
            open(slot, alert, emit)
        }
    }

    // MARK: - Opening and joining

    private mutating func open(_ slot: Int, _ alert: TrackedAlert, _ emit: Emit) {
        counters.incidents += 1
        let id = counters.incidents
        incidents[id] = Incident(id: id, openedAt: now)
        join(slot, alert, id, .opened)
        emit(entry(.incidentOpened(alert.labels), incident: id))
    }

    mutating func join(_ slot: Int, _ alert: TrackedAlert, _ id: Int, _ reason: MembershipReason) {
        let report = IncidentSummary.Member(labels: alert.labels, firstSeenAt: alert.firstSeenAt, reason: reason)
        join(Incident.Member(slot: slot, report: report), alert.traits, id)
    }

    /// - Parameter traits: of the labels that it joined with.
    mutating func join(_ member: Incident.Member, _ traits: AlertTraits, _ id: Int) {
        let keys = entityKeys(of: member.report.labels, traits)
        let now = now
        incidents[id]?.add(member, patterns: traits.patterns, at: now)
        link(keys, to: id)
        alerts.updateUnseen(member.slot) { $0.incident = id }
    }

    private mutating func memberBegan(again slot: Int, in id: Int, _ emit: Emit) {
        let now = now
        let seen = alerts.read(slot) { (labels: $0.labels, traits: $0.traits, isDamped: $0.flap.isDamped) }
        guard let seen else { return }
        incidents[id]?.memberBegan(again: slot, patterns: seen.traits.patterns, at: now)
        if !seen.isDamped { emit(entry(.alertFiredAgain(seen.labels), incident: id)) }
    }

    mutating func memberEnded(_ labels: LabelSet, in id: Int, _ emit: Emit) {
        guard let firing = incidents[id]?.memberEnded() else { return }
        emit(entry(.alertResolved(labels), incident: id))
        guard firing == 0 else { return }
        incidents[id]?.resolvedAt = now
        emit(entry(.incidentResolved, incident: id))
        timers.set(.closeIncident(id), at: now + correlation.group.window + .milliseconds(1))
    }

    mutating func closeIncident(_ id: Int, _ emit: Emit) {
        guard let incident = incidents[id], let resolvedAt = incident.resolvedAt else { return }
        guard now > resolvedAt + correlation.group.window else { return }
        withdrawPending(of: id, emit)
        emit(entry(.incidentClosed(summary(of: incidents[id] ?? incident)), incident: id))
        forget(incident)
    }

    mutating func forget(_ incident: Incident) {
        unlink(incident)
        incidents[incident.id] = nil
        dirty.remove(incident.id)
        for member in incident.members {
            let left = alerts.read(member.slot) { alert in
                alert.incident == incident.id ? (generation: alert.generation, endedAt: alert.endedAt) : nil
            }
            guard let (generation, endedAt) = left.flatMap(\.self) else { continue }
            alerts.updateUnseen(member.slot) { $0.incident = nil }
            timers.set(
                .forgetAlert(slot: member.slot, generation: generation), at: max(now, (endedAt ?? now) + memory))
        }
    }

    private mutating func link(_ keys: some Sequence<Incident.EntityKey>, to id: Int) {
        guard incidents.read(id, { _ in true }) == true else { return }
        for key in keys where entities.insert(id, key) { incidents[id]?.entityKeys.append(key) }
    }

    private mutating func unlink(_ incident: Incident) {
        for key in incident.entityKeys { entities.remove(incident.id, key) }
    }

    // MARK: - Relations

    private func entityKeys(of labels: LabelSet, _ traits: AlertTraits) -> [Incident.EntityKey] {
        correlation.group.entity.compactMap { name in
            let value = name == "service" ? traits.service.map { ExactText($0) } : labels[name]
            return value.map { Incident.EntityKey(name: name, value: $0) }
        }
    }

    /// Open incidents that the alert belongs to, the oldest first, each with the reason.
    private func relatedIncidents(of alert: TrackedAlert) -> [(Int, MembershipReason)] {
        var found: [Int: MembershipReason] = [:]
        for key in entityKeys(of: alert.labels, alert.traits) {
            note(key, .sharesLabel(name: key.name.string, value: key.value.string), in: &found)
        }
        if let service = alert.traits.service {
            for (other, hops) in graph.related(to: service) {
                let key = Incident.EntityKey(name: "service", value: ExactText(other))
                note(key, .dependency(from: service, to: other, hops: hops), in: &found)
            }
        }
        return found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    private func note(
        _ key: Incident.EntityKey, _ reason: @autoclosure () -> MembershipReason,
        in found: inout [Int: MembershipReason]
    ) {
        entities.forEachIncident(of: key) { id in
            guard found[id] == nil, incidents.read(id, { $0.isJoinable(at: now, group: correlation.group) }) == true
            else { return }
            found[id] = reason()
        }
    }

    // MARK: - Merging

    /// One alert related two incidents: they had one cause all along. The older one keeps its number.
    mutating func merge(_ other: Int, into home: Int, because: MembershipReason, _ emit: Emit) {
        guard let absorbed = incidents[other] else { return }
        unlink(absorbed)
        incidents[other] = nil
        dirty.remove(other)
        for member in absorbed.members { alerts.updateUnseen(member.slot) { $0.incident = home } }
        incidents[home]?.absorb(absorbed, isUnderWay: { [runs] in runs[$0] != nil })
        link(absorbed.entityKeys, to: home)
        for run in absorbed.runs { runs[run]?.incident = home }
        footprints.move(from: other, to: home)
        ledger.move(from: other, to: home)
        dirty.insert(home)
        emit(entry(.incidentsMerged(absorbed: other, because: because), incident: home))
    }

    func summary(of incident: Incident) -> IncidentSummary {
        IncidentSummary(
            id: incident.id, openedAt: incident.openedAt, resolvedAt: incident.resolvedAt,
            members: incident.members.map(\.report), nearMisses: nearMisses(of: incident))
    }

    func nearMisses(of incident: Incident, except runbook: Int? = nil) -> [NearMiss] {
        incident.misses.sorted { runbooks[$0.key].name < runbooks[$1.key].name }
            .filter { $0.key != runbook }
            .map { NearMiss(runbook: runbooks[$0.key].name, because: $0.value.text(at: now)) }
    }
}

extension Incident {
    fileprivate mutating func add(_ member: Member, patterns: [Int], at now: Timestamp) {
        members.append(member)
        bindable.insert(member.slot, patterns: patterns)
        memberBegan(at: now)
    }

    fileprivate mutating func memberBegan(again slot: Int, patterns: [Int], at now: Timestamp) {
        bindable.insert(slot, patterns: patterns)
        memberBegan(at: now)
    }

    /// Returns how many members still fire.
    fileprivate mutating func memberEnded() -> Int {
        firingCount -= 1
        return firingCount
    }

    fileprivate mutating func memberBegan(at now: Timestamp) {
        firingCount += 1
        lastBeganAt = now
        resolvedAt = nil
    }

    /// What was settled in either stays settled; matches begin anew, since more alerts are in view now.
    fileprivate mutating func absorb(_ other: Incident, isUnderWay: (Int) -> Bool) {
        members.append(contentsOf: other.members)
        bindable.absorb(other.bindable)
        firingCount += other.firingCount
        lastBeganAt = max(lastBeganAt, other.lastBeganAt)
        if other.firingCount > 0 { resolvedAt = nil }
        runs.formUnion(other.runs)
        asked.merge(other.asked) { own, other in
            isUnderWay(own) == isUnderWay(other) ? max(own, other) : isUnderWay(own) ? own : other
        }
        outcomes.merge(other.outcomes) { own, _ in own }
        matches.merge(other.matches) { own, other in own.joined(with: other) }
    }
}
