internal import CEL

/// Signatures: when a runbook matches, and since when.
extension Engine {
    /// Notes that an alert changed in a way that signatures can see.
    mutating func touch(_ slot: Int) {
        let seen = alerts.read(slot) { (incident: $0.incident, traits: $0.traits, isFiring: $0.isFiring) }
        guard let seen else { return }
        let traits = seen.traits
        // Signatures will ask for it when it is no longer at hand.
        if seen.isFiring, !traits.patterns.isEmpty { _ = alerts.bound(slot) }
        if let id = seen.incident, !traits.patterns.isEmpty || incidents.read(id, { $0.runs.isEmpty }) == false {
            let isUnseen = seen.isFiring && incidents.read(id) { $0.bindable.isNews(traits.patterns) } == true
            markDirty(id, isNews: isUnseen)
        }
        guard !traits.blockers.isEmpty, let labels = alerts.read(slot, { $0.labels }) else { return }
        let isNews = blocking.update(slot, labels, traits, isFiring: seen.isFiring)
        for id in incidents.keys where incidents.read(id, { $0.bindable.isEmpty }) == false {
            markDirty(id, isNews: isNews)
        }
    }

    /// In a storm, and for a large incident, signatures are tried once in a while, however many alerts arrive in between:
    /// within a second for the first alert of a pattern, later for more of what is there.
    private mutating func markDirty(_ id: Int, isNews: Bool) {
        let count = incidents.read(id) { $0.bindable.count } ?? 0
        guard storm.isStorm || count >= Self.large else {
            dirty.insert(id)
            return
        }
        let patience = isNews || count < Self.large ? 0 : count / (storm.isStorm ? 100 : 1000)
        setEvaluation(of: id, at: now + .seconds(1 + patience))
    }

    private static let large = 1000

    /// One timer an incident: when it fires, the matches that must wait longer set the next one.
    private mutating func setEvaluation(of id: Int, at time: Timestamp) {
        if let due = incidents.read(id, { $0.evaluationDueAt }).flatMap(\.self), due <= time { return }
        incidents[id]?.evaluationDueAt = time
        timers.set(.evaluate(incident: id), at: time)
    }

    mutating func evaluationIsDue(_ id: Int) {
        guard let due = incidents[id]?.evaluationDueAt, due <= now else { return }
        incidents[id]?.evaluationDueAt = nil
        dirty.insert(id)
    }

    mutating func evaluateDirty(_ emit: Emit) {
        guard !isRestoring else { return }
        while !dirty.isEmpty {
            let due = dirty.sorted()
            dirty = []
            for id in due where incidents.contains(id) {
                judgeRuns(of: id, emit)
                evaluate(id, emit)
            }
        }
    }

    private mutating func evaluate(_ id: Int, _ emit: Emit) {
        guard var view = view(of: id), let incident = incidents[id] else { return }
        var ripe: [RipeMatch] = []
        for runbook in view.touchedRunbooks {
            for attempt in attempts(of: runbook, &view, incident, emit) {
                if let match = track(attempt, of: runbook, in: id, emit) { ripe.append(match) }
            }
        }
        decide(ripe.sorted { $0.goesBefore($1, in: precedence) }, in: id, view, emit)
    }

    /// - Parameter pausing: flapping alerts that count as firing for this look.
    mutating func view(of id: Int, with pausing: [BoundAlert] = []) -> IncidentView? {
        guard let isEmpty = incidents[id]?.bindable.isEmpty, !isEmpty || !pausing.isEmpty else { return nil }
        var eligible = incidents[id]?.bindable.eligible(in: &alerts) ?? []
        if !pausing.isEmpty { eligible = (eligible + pausing).sorted { $0.isBefore($1) } }
        return incidents[id].map { IncidentView(incident: $0, eligible: eligible, index: index) }
    }

    mutating func attempts(
        of runbook: Int, _ view: inout IncidentView, _ incident: Incident, _ emit: Emit
    ) -> [MatchAttempt] {
        let signature = runbooks[runbook].signature
        let now = now
        let matcher = SignatureMatcher(
            signature: signature, candidates: view.candidates(of: runbook), keyedAlerts: view.keyedAlerts(of: runbook),
            blockers: blocking.firing(for: runbook, among: signature.unless.count),
            incidentFact: { [view] in view.fact }, now: now)
        let attempts = matcher.attempts()
        let keys = Set(attempts.map { MatchKey(runbook: runbook, values: $0.key) })
        let gone = incident.matches.keys.filter { $0.runbook == runbook && !keys.contains($0) }
        for key in gone.sorted() { set(nil, key, in: incident.id, emit) }
        guard let rung = signature.after, incident.outcomes[rung.runbook] != rung.outcome else { return attempts }
        return attempts.map { $0.blocked("after `\(rung.runbook)` \(rung.outcome.rawValue): it has not") }
    }

    /// Follows one match over time; returns it once it has held long enough and something is left to decide.
    private mutating func track(
        _ attempt: MatchAttempt, of runbook: Int, in id: Int, _ emit: Emit
    ) -> RipeMatch? {
        let key = MatchKey(runbook: runbook, values: attempt.key)
        var tracker = incidents.read(id) { $0.matches[key] }.flatMap(\.self) ?? MatchTracker()
        defer { set(tracker, key, in: id, emit) }
        switch attempt.outcome {
        case .incomplete(let reason):
            tracker.breaks()
            incidents[id]?.misses[runbook] = .reason(reason)
            return nil
        case .blocked(let reason):
            tracker.isBlockedNow()
            incidents[id]?.misses[runbook] = .reason(reason)
            return nil
        case .complete(let binding, let completedAt):
            tracker.holds(completedAt: completedAt, alerts: binding.groups.flatMap(\.alerts), at: now)
            return ripe(key, binding, tracker, in: id)
        }
    }

    /// - Parameter tracker: nil where the match is not there any more.
    private mutating func set(_ tracker: MatchTracker?, _ key: MatchKey, in id: Int, _ emit: Emit) {
        let before = incidents[id]?.matches.updateValue(tracker ?? MatchTracker(), forKey: key) ?? MatchTracker()
        if tracker == nil { incidents[id]?.matches[key] = nil }
        keep(tracker ?? MatchTracker(), key, before: before, in: id, emit)
    }

    private mutating func ripe(
        _ key: MatchKey, _ binding: Binding, _ tracker: MatchTracker, in id: Int
    ) -> RipeMatch? {
        let runbook = runbooks[key.runbook]
        let needed = runbook.signature.holdsFor
        guard let since = tracker.since else { return nil }
        guard since + needed <= now else {
            incidents[id]?.misses[key.runbook] = .waiting(since: since, needed: needed)
            setEvaluation(of: id, at: since + needed)
            return nil
        }
        incidents[id]?.misses[key.runbook] = nil
        guard let each = runbook.target.each else {
            let isAsked = incidents[id]?.asked[key].flatMap { runs[$0] } != nil
            return tracker.isSettled || isAsked ? nil : RipeMatch(key: key, binding: binding)
        }
        return ripe(each, key, binding, tracker, needed, in: id)
    }

    /// Under `each`, every alert must have held by itself, and is decided for once.
    private mutating func ripe(
        _ each: String, _ key: MatchKey, _ binding: Binding, _ tracker: MatchTracker, _ needed: Duration, in id: Int
    ) -> RipeMatch? {
        let open = binding.alerts(of: each).filter { !tracker.isHandled($0) }
        let now = now
        let held = open.filter { $0.beganAt + needed <= now }
        if let next = open.map({ $0.beganAt + needed }).filter({ $0 > now }).min() { setEvaluation(of: id, at: next) }
        return held.isEmpty ? nil : RipeMatch(key: key, binding: binding.narrowed(each, to: held))
    }
}

/// A match that has held long enough.
struct RipeMatch {
    let key: MatchKey
    let binding: Binding

    func goesBefore(_ other: RipeMatch, in precedence: Precedence) -> Bool {
        let (left, right) = (precedence[key.runbook], precedence[other.key.runbook])
        return left == right ? key < other.key : left < right
    }
}

/// Which runbook goes first: by priority, then the more specific signature, then the name.
struct Precedence: Sendable {
    /// By runbook; the lower one goes first.
    private let ranks: [Int]

    /// - Parameter runbooks: where nothing else decides, the earlier one goes first.
    init(_ runbooks: [Runbook]) {
        let order = runbooks.indices.sorted { left, right in
            let (first, second) = (runbooks[left], runbooks[right])
            if first.priority != second.priority { return first.priority > second.priority }
            let (own, other) = (first.signature.specificity, second.signature.specificity)
            return own == other ? left < right : own > other
        }
        var ranks = Array(repeating: 0, count: runbooks.count)
        for (rank, runbook) in order.enumerated() { ranks[runbook] = rank }
        self.ranks = ranks
    }

    subscript(runbook: Int) -> Int { ranks[runbook] }
}

extension MatchAttempt {
    fileprivate func blocked(_ reason: String) -> MatchAttempt {
        switch outcome {
        case .complete: MatchAttempt(key: key, outcome: .blocked(reason))
        case .incomplete, .blocked: self
        }
    }
}

/// The firing alerts that some `unless` looks for, anywhere.
struct BlockingAlerts: Sendable {
    private let offsets: [Int: Int]
    /// By blocker index, the blocker that is noted for it and all that select the same.
    private let twins: [Int]
    /// By blocker index.
    private var firing: [Firing]

    /// What fires for one `unless`: slots and their labels, in no order that means anything.
    private struct Firing: Sendable {
        var labels: [LabelSet] = []
        private var slots: [Int] = []
        /// By slot, where it is in `slots`; negative where it is not. An array, since slots are few and used again.
        private var places: [Int32] = []

        mutating func insert(_ slot: Int, _ added: LabelSet) {
            while places.count <= slot { places.append(-1) }
            guard places[slot] < 0 else { return }
            places[slot] = Int32(truncatingIfNeeded: slots.count)
            slots.append(slot)
            labels.append(added)
        }

        mutating func remove(_ slot: Int) {
            guard places.indices.contains(slot), places[slot] >= 0 else { return }
            let place = Int(places[slot])
            // The last one fills the gap.
            let (last, lastLabels) = (slots.removeLast(), labels.removeLast())
            if last != slot { (slots[place], labels[place], places[last]) = (last, lastLabels, places[slot]) }
            places[slot] = -1
        }
    }

    init(_ index: PatternIndex) {
        var offsets: [Int: Int] = [:]
        for (position, blocker) in index.blockers.enumerated() where offsets[blocker.runbook] == nil {
            offsets[blocker.runbook] = position
        }
        self.offsets = offsets
        twins = index.blockers.map(\.twin)
        firing = Array(repeating: Firing(), count: index.blockers.count)
    }

    mutating func forgetAlerts() { firing = Array(repeating: Firing(), count: firing.count) }

    /// A muted alert does not speak for a runbook, and it does speak against one: it is no less true.
    ///
    /// - Returns: whether it is the first to fire for some `unless`, or was the last.
    mutating func update(_ slot: Int, _ labels: LabelSet, _ traits: AlertTraits, isFiring: Bool) -> Bool {
        var isNews = false
        for blocker in traits.blockers {
            let wasEmpty = firing[blocker].labels.isEmpty
            if isFiring {
                firing[blocker].insert(slot, labels)
            } else {
                firing[blocker].remove(slot)
            }
            isNews = isNews || firing[blocker].labels.isEmpty != wasEmpty
        }
        return isNews
    }

    /// For each `unless` of the runbook the labels of what fires, by the signature's order of them.
    func firing(for runbook: Int, among count: Int) -> [[LabelSet]] {
        guard let offset = offsets[runbook] else { return Array(repeating: [], count: count) }
        return twins[offset..<offset + count].map { firing[$0].labels }
    }
}
