/// Silences and inhibition: what fires and is nobody's business for now.
struct Muter: Sendable {
    private let inhibitions: [Correlation.Inhibition]
    private let silences: [Correlation.Silence]
    /// Slots that fire, by inhibition and then by the values of its `equal` labels.
    private var sources: [[[ExactText?]: Set<Int>]] = []
    private var targets: [[[ExactText?]: Set<Int>]] = []
    /// Slots that fire and that some silence may cover.
    private(set) var silenceable: Set<Int> = []

    init(correlation: Correlation) {
        inhibitions = correlation.inhibit
        silences = correlation.silences
        forgetAlerts()
    }

    mutating func forgetAlerts() {
        sources = Array(repeating: [:], count: inhibitions.count)
        targets = Array(repeating: [:], count: inhibitions.count)
        silenceable = []
    }

    /// When a silence begins or ends.
    var silenceEdges: [Timestamp] { silences.flatMap { [$0.from, $0.until] } }

    /// Returns the slots whose muting may change with this.
    mutating func alertBegan(_ slot: Int, _ labels: LabelSet, _ traits: AlertTraits) -> [Int] {
        guard traits.concernsMuting else { return [] }
        let affected = self.affected(by: labels, traits)
        for index in traits.inhibitionSources { sources[index][key(labels, index), default: []].insert(slot) }
        for index in traits.inhibitionTargets { targets[index][key(labels, index), default: []].insert(slot) }
        if !traits.silences.isEmpty { silenceable.insert(slot) }
        return affected
    }

    mutating func alertEnded(_ slot: Int, _ labels: LabelSet, _ traits: AlertTraits) -> [Int] {
        guard traits.concernsMuting else { return [] }
        for index in traits.inhibitionSources { Self.remove(slot, key(labels, index), from: &sources[index]) }
        for index in traits.inhibitionTargets { Self.remove(slot, key(labels, index), from: &targets[index]) }
        silenceable.remove(slot)
        return affected(by: labels, traits)
    }

    private static func remove(_ slot: Int, _ key: [ExactText?], from slots: inout [[ExactText?]: Set<Int>]) {
        slots[key]?.remove(slot)
        if slots[key]?.isEmpty == true { slots[key] = nil }
    }

    /// A source changes something only where it is the only one: the first that comes, the last that goes.
    private func affected(by labels: LabelSet, _ traits: AlertTraits) -> [Int] {
        var slots: Set<Int> = []
        for index in traits.inhibitionSources {
            let key = key(labels, index)
            guard sources[index][key] == nil else { continue }
            slots.formUnion(targets[index][key] ?? [])
        }
        return slots.sorted()
    }

    private func key(_ labels: LabelSet, _ index: Int) -> [ExactText?] {
        inhibitions[index].equal.map { labels[$0] }
    }

    func muting(of slot: Int, in alerts: AlertTable, at now: Timestamp) -> Muting? {
        let seen = alerts.read(slot) { (labels: $0.labels, traits: $0.traits, isSuppressed: $0.isSuppressedBySource) }
        guard let seen else { return nil }
        if seen.isSuppressed { return .silencedBySource }
        guard seen.traits.concernsMuting else { return nil }
        for index in seen.traits.silences where silences[index].from <= now && now < silences[index].until {
            return .silenced(because: silences[index].because, at: silences[index].location)
        }
        for index in seen.traits.inhibitionTargets {
            if let source = inhibitor(of: seen.labels, seen.traits, slot, by: index, in: alerts) {
                return .inhibited(by: source, at: inhibitions[index].location)
            }
        }
        return nil
    }

    /// As in Alertmanager, an alert that is a source of the rule itself is not inhibited by it.
    private func inhibitor(
        of labels: LabelSet, _ traits: AlertTraits, _ slot: Int, by index: Int, in alerts: AlertTable
    ) -> LabelSet? {
        guard !traits.inhibitionSources.contains(index) else { return nil }
        let firing = sources[index][key(labels, index)] ?? []
        if let source = firing.min(), source != slot { return alerts.read(source) { $0.labels } }
        return nil
    }
}
