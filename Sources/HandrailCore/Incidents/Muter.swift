/// Silences and inhibition: what fires and is nobody's business for now.
struct Muter: Sendable {
    private let inhibitions: [Correlation.Inhibition]
    private let silences: [Correlation.Silence]
    /// Slots that fire, by inhibition.
    private var sources: [Set<Int>]
    private var targets: [Set<Int>]
    /// Slots that fire and that some silence may cover.
    private(set) var silenceable: Set<Int> = []

    init(correlation: Correlation) {
        inhibitions = correlation.inhibit
        silences = correlation.silences
        sources = Array(repeating: [], count: inhibitions.count)
        targets = Array(repeating: [], count: inhibitions.count)
    }

    /// When a silence begins or ends.
    var silenceEdges: [Timestamp] { silences.flatMap { [$0.from, $0.until] } }

    /// Returns the slots whose muting may change with this.
    mutating func alertBegan(_ slot: Int, _ traits: AlertTraits) -> [Int] {
        for index in traits.inhibitionSources { sources[index].insert(slot) }
        for index in traits.inhibitionTargets { targets[index].insert(slot) }
        if !traits.silences.isEmpty { silenceable.insert(slot) }
        return affected(by: traits)
    }

    mutating func alertEnded(_ slot: Int, _ traits: AlertTraits) -> [Int] {
        for index in traits.inhibitionSources { sources[index].remove(slot) }
        for index in traits.inhibitionTargets { targets[index].remove(slot) }
        silenceable.remove(slot)
        return affected(by: traits)
    }

    private func affected(by traits: AlertTraits) -> [Int] {
        guard !traits.inhibitionSources.isEmpty else { return [] }
        return Set(traits.inhibitionSources.flatMap { targets[$0] }).sorted()
    }

    func muting(of slot: Int, in alerts: AlertTable, at now: Timestamp) -> Muting? {
        guard let alert = alerts[slot] else { return nil }
        if alert.isSuppressedBySource { return .silencedBySource }
        for index in alert.traits.silences where silences[index].from <= now && now < silences[index].until {
            return .silenced(because: silences[index].because, at: silences[index].location)
        }
        for index in alert.traits.inhibitionTargets {
            if let source = inhibitor(of: alert, slot, by: index, in: alerts) {
                return .inhibited(by: source, at: inhibitions[index].location)
            }
        }
        return nil
    }

    /// As in Alertmanager, an alert that is a source of the rule itself is not inhibited by it.
    private func inhibitor(of alert: TrackedAlert, _ slot: Int, by index: Int, in alerts: AlertTable) -> LabelSet? {
        guard !alert.traits.inhibitionSources.contains(index) else { return nil }
        for source in sources[index].sorted() where source != slot {
            guard let labels = alerts[source]?.labels else { continue }
            if inhibitions[index].equal.allSatisfy({ labels[$0] == alert.labels[$0] }) { return labels }
        }
        return nil
    }
}
