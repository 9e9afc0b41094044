/// What follows from an alert's labels alone, worked out once, and shared by alerts for which it is the same.
final class AlertTraits: Hashable, Sendable {
    /// By its label, or by the topology; nil where neither knows.
    let service: String?
    /// Indices of the patterns of `when` and `any` that it matches, ascending.
    let patterns: [Int]
    /// For each of `patterns` the alert's values of the runbook's `same`; nil where the pattern is not constrained.
    let keys: [[ExactText?]]
    /// Indices of the `unless` patterns that it matches, ascending; of twins, the first stands for all.
    let blockers: [Int]
    let inhibitionSources: [Int]
    let inhibitionTargets: [Int]
    let silences: [Int]
    /// Whether it can mute another alert, or be muted by a rule.
    let concernsMuting: Bool

    init(
        service: String?, patterns: [Int], keys: [[ExactText?]], blockers: [Int], inhibitionSources: [Int],
        inhibitionTargets: [Int], silences: [Int]
    ) {
        self.service = service
        self.patterns = patterns
        self.keys = keys
        self.blockers = blockers
        self.inhibitionSources = inhibitionSources
        self.inhibitionTargets = inhibitionTargets
        self.silences = silences
        concernsMuting = !(inhibitionSources.isEmpty && inhibitionTargets.isEmpty && silences.isEmpty)
    }

    static func == (left: AlertTraits, right: AlertTraits) -> Bool {
        guard left !== right else { return true }
        let hasSameService = left.service.map { ExactText($0) } == right.service.map { ExactText($0) }
        return hasSameService && left.patterns == right.patterns && left.keys == right.keys
            && left.blockers == right.blockers && left.inhibitionSources == right.inhibitionSources
            && left.inhibitionTargets == right.inhibitionTargets && left.silences == right.silences
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(service.map { ExactText($0) })
        hasher.combine(patterns)
        hasher.combine(keys)
    }
}

/// Gives alerts whose traits are the same one object for them: thousands of alerts then wait for no memory of their own.
struct SharedTraits: Sendable {
    private var known: Set<AlertTraits> = []

    /// Beyond it all are let go, and those in use are soon known again.
    private static let most = 4096

    mutating func traits(of labels: LabelSet, by index: PatternIndex) -> AlertTraits {
        if known.count >= Self.most { known.removeAll() }
        return known.insert(index.traits(of: labels)).memberAfterInsert
    }
}
