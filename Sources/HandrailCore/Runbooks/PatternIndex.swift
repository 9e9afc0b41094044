/// Finds what an alert touches without trying every pattern of every runbook.
struct PatternIndex: Sendable {
    struct Pattern: Sendable {
        let runbook: Int
        let name: String
        let selector: Selector
        /// The labels of the runbook's `same`; nil where it leaves the pattern alone.
        let same: [ExactText?]
        /// The first pattern of all runbooks that binds the same alerts, and by the same keys; often itself.
        let twin: Int
    }

    struct Blocker: Sendable {
        let runbook: Int
        let selector: Selector
        /// The first blocker of all runbooks that selects the same alerts; often itself.
        let twin: Int
    }

    let patterns: [Pattern]
    let blockers: [Blocker]
    private let patternsByRunbook: [Range<Int>]
    private let patternLookup: SelectorLookup
    private let blockerLookup: SelectorLookup
    private let inhibitionSources: SelectorLookup
    private let inhibitionTargets: SelectorLookup
    private let silences: SelectorLookup
    private let services: SelectorLookup
    private let serviceNames: [String]

    init(workspace: Workspace) {
        var patterns: [Pattern] = []
        var blockers: [Blocker] = []
        var patternsByRunbook: [Range<Int>] = []
        for (index, runbook) in workspace.runbooks.enumerated() {
            let first = patterns.count
            for pattern in runbook.signature.when + runbook.signature.any {
                let same = runbook.signature.same.map { $0.name(in: pattern.name) }
                let twin = patterns.firstIndex { $0.selector == pattern.selector && $0.same == same }
                patterns.append(
                    Pattern(
                        runbook: index, name: pattern.name, selector: pattern.selector, same: same,
                        twin: twin ?? patterns.count))
            }
            patternsByRunbook.append(first..<patterns.count)
            for blocker in runbook.signature.unless {
                let twin = blockers.firstIndex { $0.selector == blocker.selector }
                blockers.append(Blocker(runbook: index, selector: blocker.selector, twin: twin ?? blockers.count))
            }
        }
        self.patterns = patterns
        self.patternsByRunbook = patternsByRunbook
        self.blockers = blockers
        patternLookup = SelectorLookup(patterns.map(\.selector))
        blockerLookup = SelectorLookup(blockers.map(\.selector))
        inhibitionSources = SelectorLookup(workspace.correlation.inhibit.map(\.source))
        inhibitionTargets = SelectorLookup(workspace.correlation.inhibit.map(\.target))
        silences = SelectorLookup(workspace.correlation.silences.map(\.match))
        let claims = workspace.topology.services.flatMap { service in service.alerts.map { (service.name, $0) } }
        services = SelectorLookup(claims.map(\.1))
        serviceNames = claims.map(\.0)
    }

    /// Indices of the patterns of one runbook.
    func patterns(of runbook: Int) -> Range<Int> { patternsByRunbook[runbook] }

    func traits(of labels: LabelSet) -> AlertTraits {
        let matched = patternLookup.matching(labels)
        return AlertTraits(
            service: labels["service"]?.string ?? services.matching(labels).first.map { serviceNames[$0] },
            patterns: matched, keys: matched.map { labels.values(of: patterns[$0].same) },
            blockers: blockerLookup.matching(labels).filter { blockers[$0].twin == $0 },
            inhibitionSources: inhibitionSources.matching(labels),
            inhibitionTargets: inhibitionTargets.matching(labels), silences: silences.matching(labels))
    }
}

/// Selectors by the alertname that they fix; those that fix none are always tried.
struct SelectorLookup: Sendable {
    private let selectors: [Selector]
    private let byAlertname: [ExactText: [Int]]
    private let others: [Int]

    init(_ selectors: [Selector]) {
        self.selectors = selectors
        var byAlertname: [ExactText: [Int]] = [:]
        var others: [Int] = []
        for (index, selector) in selectors.enumerated() {
            if let name = selector.alertname {
                byAlertname[name, default: []].append(index)
            } else {
                others.append(index)
            }
        }
        self.byAlertname = byAlertname
        self.others = others
    }

    /// Indices, ascending.
    func matching(_ labels: LabelSet) -> [Int] {
        guard !selectors.isEmpty else { return [] }
        let named = byAlertname[labels.alertname] ?? []
        guard !(named.isEmpty && others.isEmpty) else { return [] }
        return (named + others).filter { selectors[$0].matches(labels) }.sorted()
    }
}
