internal import CEL

/// An alert as a signature sees it. A class, since it is handed on from list to list far more often than it is made.
final class BoundAlert: Sendable {
    /// Where the engine remembers it.
    let slot: Int
    private let traits: AlertTraits
    let labels: LabelSet
    /// Of the labels; here as well, since lists are sorted by it.
    let fingerprint: Fingerprint
    let annotations: Annotations
    let startsAt: Timestamp
    let beganAt: Timestamp
    let isFlapping: Bool
    let episodes: Int

    init(_ alert: borrowing TrackedAlert, slot: Int = 0) {
        self.slot = slot
        traits = alert.traits
        labels = alert.labels
        fingerprint = alert.labels.fingerprint
        annotations = alert.annotations
        startsAt = alert.startsAt
        beganAt = alert.beganAt
        isFlapping = alert.flap.isDamped
        episodes = alert.episodes
    }

    /// The order in which signatures see alerts.
    func isBefore(_ other: BoundAlert) -> Bool {
        (startsAt, fingerprint) < (other.startsAt, other.fingerprint)
    }

    /// Indices of the patterns that its labels match, ascending.
    var patterns: [Int] { traits.patterns }

    /// Its values of `same` for one of its patterns; nil for a pattern that it does not match.
    func key(of pattern: Int) -> [ExactText?]? { traits.patterns.firstIndex(of: pattern).map { traits.keys[$0] } }
}

/// What a match has bound: the alerts of each pattern that found any, oldest first, in the order of the signature.
struct Binding: Sendable {
    let groups: [(pattern: String, alerts: [BoundAlert])]

    func alerts(of pattern: String) -> [BoundAlert] {
        groups.first { $0.pattern.hasSameBytes(as: pattern) }?.alerts ?? []
    }

    /// The same with these alerts alone under `pattern`.
    func narrowed(_ pattern: String, to alerts: [BoundAlert]) -> Binding {
        Binding(
            groups: groups.map { group in
                group.pattern.hasSameBytes(as: pattern) ? (group.pattern, alerts) : group
            })
    }
}

/// One combination of `same` values, tried.
struct MatchAttempt: Sendable {
    enum Outcome: Sendable {
        /// All holds except, perhaps, the time that it must have held; `completedAt` is when the last alert it needs began.
        case complete(Binding, completedAt: Timestamp)
        /// Alerts are missing. As soon as they begin, it holds.
        case incomplete(String)
        /// All alerts are there and something speaks against it. Time that passed until now does not count as held.
        case blocked(String)
    }

    /// Values by entry of `same`; nil where no bound alert is constrained by the entry.
    let key: [ExactText?]
    let outcome: Outcome
}

/// Tries one signature on the alerts of one incident. A pure function of what it is given.
struct SignatureMatcher {
    let signature: Signature
    /// Firing, unmuted alerts of the incident, as its view has them, by pattern name, each sorted by start, then fingerprint.
    let candidates: [String: [BoundAlert]]
    /// What fires anywhere and matches an `unless`, by the index in `signature.unless`.
    let blockers: [[LabelSet]]
    /// The value of the fact `incident`; asked for only where there is a `where`.
    let incidentFact: () -> CELValue
    let now: Timestamp
    private let keyed: [String: KeyedAlerts]

    /// - Parameter keyedAlerts: the candidates by their values of `same`, as far as somebody has worked them out.
    init(
        signature: Signature, candidates: [String: [BoundAlert]], keyedAlerts: [String: KeyedAlerts] = [:],
        blockers: [[LabelSet]], incidentFact: @escaping () -> CELValue, now: Timestamp
    ) {
        self.signature = signature
        self.candidates = candidates
        self.blockers = blockers
        self.incidentFact = incidentFact
        self.now = now
        var keyed = keyedAlerts
        if !signature.same.isEmpty {
            for (pattern, alerts) in candidates where keyed[pattern] == nil {
                keyed[pattern] = KeyedAlerts(alerts, by: signature.same.map { $0.name(in: pattern) })
            }
        }
        self.keyed = keyed
    }

    /// A hostile spread of label values must not make one incident into a million matches.
    static let mostCombinations = 1000
    /// `within` tries the windows that end with one of this many latest starts.
    static let mostWindows = 256

    func attempts() -> [MatchAttempt] {
        combinations().map { key in MatchAttempt(key: key, outcome: attempt(key)) }
    }

    private func attempt(_ key: [ExactText?]) -> MatchAttempt.Outcome {
        var groups = signature.when.map { (pattern: $0.name, alerts: alerts(of: $0.name, agreeingOn: key)) }
        let optional = signature.any.map { (pattern: $0.name, alerts: alerts(of: $0.name, agreeingOn: key)) }
        groups += optional.filter { !$0.alerts.isEmpty }
        if let missing = missing(in: groups, optional: optional) { return .incomplete(missing) }
        guard let (binding, completedAt) = together(groups) else {
            return .incomplete("the alerts did not begin within \(signature.within?.inWords ?? "") of each other")
        }
        if let reason = outOfOrder(binding) ?? blocked(key) ?? refused(binding) { return .blocked(reason) }
        return .complete(binding, completedAt: completedAt)
    }

    // MARK: - same

    /// The combinations of values for which something may be bound.
    ///
    /// Patterns of `when` are joined: each must agree. Of `any` one is enough, so without a `when` each of them makes
    /// combinations of its own, and with one they only add values that `when` leaves open.
    private func combinations() -> [[ExactText?]] {
        let open = [[ExactText?](repeating: nil, count: signature.same.count)]
        guard !signature.same.isEmpty else { return open }
        guard !signature.when.isEmpty else {
            return Self.distinct(signature.any.flatMap { keyed[$0.name]?.keys ?? [] })
        }
        let joined = signature.when.reduce(open) { keys, pattern in join(keys, pattern.name, isNeeded: true) }
        return signature.any.reduce(joined) { keys, pattern in join(keys, pattern.name, isNeeded: false) }
    }

    private func join(_ keys: [[ExactText?]], _ pattern: String, isNeeded: Bool) -> [[ExactText?]] {
        guard let own = keyed[pattern]?.keys, !own.isEmpty else { return keys }
        var joined: [[ExactText?]] = []
        for key in keys where joined.count < Self.mostCombinations {
            if !key.contains(nil), keyed[pattern]?.alerts[key] != nil {
                joined.append(key)
                continue
            }
            let merged = own.lazy.compactMap { Self.merged(key, $0) }.prefix(Self.mostCombinations - joined.count)
            joined += merged.isEmpty && !isNeeded ? [key] : Array(merged)
        }
        return Self.distinct(joined)
    }

    private static func distinct(_ keys: [[ExactText?]]) -> [[ExactText?]] {
        var seen: Set<[ExactText?]> = []
        return Array(keys.filter { seen.insert($0).inserted }.prefix(mostCombinations))
    }

    private static func merged(_ left: [ExactText?], _ right: [ExactText?]) -> [ExactText?]? {
        guard agree(left, right) else { return nil }
        return zip(left, right).map { $0 ?? $1 }
    }

    private static func agree(_ left: [ExactText?], _ right: [ExactText?]) -> Bool {
        zip(left, right).allSatisfy { $0 == nil || $1 == nil || $0 == $1 }
    }

    private func alerts(of pattern: String, agreeingOn wanted: [ExactText?]) -> [BoundAlert] {
        guard !signature.same.isEmpty, let keyed = keyed[pattern] else { return candidates[pattern] ?? [] }
        if !keyed.isOpen, !wanted.contains(nil) { return keyed.alerts[wanted] ?? [] }
        return (candidates[pattern] ?? []).filter { Self.agree(keyed.key(of: $0), wanted) }
    }

    // MARK: - when, any, count, within

    private func needed(_ pattern: String) -> Int {
        max(1, signature.counts[pattern] ?? 1)
    }

    private func missing(
        in groups: [(pattern: String, alerts: [BoundAlert])], optional: [(pattern: String, alerts: [BoundAlert])]
    ) -> String? {
        for (pattern, alerts) in groups.prefix(signature.when.count) where alerts.count < needed(pattern) {
            return alerts.isEmpty
                ? "no firing alert for `\(pattern)`"
                : "\(alerts.count) of \(needed(pattern)) alerts for `\(pattern)`"
        }
        guard !optional.isEmpty, !optional.contains(where: { $0.alerts.count >= needed($0.pattern) }) else {
            return nil
        }
        return "no firing alert for any of " + optional.map { "`\($0.pattern)`" }.joined(separator: ", ")
    }

    /// The latest window that holds enough alerts of every pattern, and the alerts in it.
    private func together(_ groups: [(pattern: String, alerts: [BoundAlert])]) -> (Binding, Timestamp)? {
        guard let within = signature.within else { return (Binding(groups: groups), completion(of: groups)) }
        let ends = Set(groups.flatMap { $0.alerts.map(\.startsAt) }).sorted(by: >).prefix(Self.mostWindows)
        for end in ends {
            let inWindow = groups.map { group in
                (
                    pattern: group.pattern,
                    alerts: group.alerts.filter { $0.startsAt <= end && $0.startsAt >= end - within }
                )
            }
            let optional = Array(inWindow.dropFirst(signature.when.count))
            let kept = inWindow.prefix(signature.when.count) + optional.filter { !$0.alerts.isEmpty }
            if missing(in: Array(kept), optional: signature.any.isEmpty ? [] : optional) == nil {
                return (Binding(groups: Array(kept)), completion(of: Array(kept)))
            }
        }
        return nil
    }

    /// When the last of the alerts that are needed began, in event time.
    private func completion(of groups: [(pattern: String, alerts: [BoundAlert])]) -> Timestamp {
        func complete(_ group: (pattern: String, alerts: [BoundAlert])) -> Timestamp? {
            let needed = needed(group.pattern)
            guard needed > 1 else { return group.alerts.lazy.map(\.beganAt).min() }
            let begins = group.alerts.map(\.beganAt).sorted()
            return begins.count >= needed ? begins[needed - 1] : nil
        }
        let required = groups.prefix(signature.when.count).compactMap(complete).max()
        let optional = groups.dropFirst(signature.when.count).compactMap(complete).min()
        return [required, optional].compactMap(\.self).max() ?? now
    }

    // MARK: - order, unless, where

    private func outOfOrder(_ binding: Binding) -> String? {
        let begins = signature.order.compactMap { name in
            binding.alerts(of: name).map(\.startsAt).min().map { (name: name, at: $0) }
        }
        for (earlier, later) in zip(begins, begins.dropFirst()) where earlier.at > later.at {
            return "`\(later.name)` began before `\(earlier.name)`"
        }
        return nil
    }

    /// A blocker counts if it agrees on every `same` label that it carries.
    private func blocked(_ key: [ExactText?]) -> String? {
        for (index, firing) in blockers.enumerated() {
            if firing.contains(where: { agrees($0, with: key) }) {
                return "unless \(signature.unless[index].selector.source) fires"
            }
        }
        return nil
    }

    private func agrees(_ labels: LabelSet, with key: [ExactText?]) -> Bool {
        zip(signature.same, key).allSatisfy { entry, value in
            guard let value else { return true }
            return Self.names(of: entry).allSatisfy { name in labels[name] == nil || labels[name] == value }
        }
    }

    private static func names(of entry: SameLabel) -> [ExactText] {
        switch entry {
        case .label(let name): [name]
        case .renamed(let names): Array(Set(names.values)).sorted()
        }
    }

    private func refused(_ binding: Binding) -> String? {
        guard let condition = signature.condition else { return nil }
        var facts = BindingFacts.facts(of: binding)
        for pattern in signature.any where facts[pattern.name] == nil {
            facts[pattern.name] = BindingFacts.group([])
        }
        facts["incident"] = incidentFact()
        do {
            guard case .bool(true) = try condition.program.evaluate(facts) else {
                return "where is false: \(condition.program.source)"
            }
            return nil
        } catch {
            return "where cannot be evaluated: \(error.message)"
        }
    }
}
