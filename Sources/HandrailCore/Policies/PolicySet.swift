/// All policies together: decides what may happen to a plan.
///
/// The verdict is the strictest of what everything asks for, over every step on every target. Each part of a policy
/// looks at the plan by itself and only adds to the draft, so the order of rules and files cannot matter.
public struct PolicySet: Sendable {
    private static let shortestMemory = Duration.seconds(24 * 60 * 60)

    private let policies: [Policy]
    private let topology: Topology
    private let rules: RuleBook
    private let interlocks: Interlocks

    public init(policies: [Policy], topology: Topology) {
        self.policies = policies
        self.topology = topology
        rules = RuleBook(policies: policies)
        interlocks = Interlocks(policies: policies)
    }

    /// - Parameters:
    ///   - ledger: the other runs. A run that has already started is decided against `ledger.without(run)`.
    ///   - explains: whether the decision carries a trial of each rule.
    public func decide(_ request: DecisionRequest, ledger: RunLedger, explains: Bool) -> Decision {
        let facts = PolicyFacts(request, topology: topology, ledger: ledger)
        var draft = DecisionDraft(explains: explains)
        rules.judge(facts, into: &draft)
        interlocks.judge(facts, into: &draft)
        for policy in policies {
            for limit in policy.limits { limit.judge(facts, ledger, into: &draft) }
            for breaker in policy.breakers { breaker.judge(facts, ledger, into: &draft) }
            for protected in policy.protected { protected.judge(facts, in: policy.name, into: &draft) }
        }
        policies.flatMap(\.freezes).judge(facts, into: &draft)
        return draft.decision()
    }

    /// The groups that a run of this plan counts in, by the place of each limit and breaker, for `RunLedger.Entry`.
    ///
    /// What cannot be evaluated is left out: such a plan is denied.
    public func groups(of request: DecisionRequest) -> [FileLocation: Set<ExactText>] {
        let facts = PolicyFacts(request, topology: topology, ledger: RunLedger(memory: .zero))
        var groups: [FileLocation: Set<ExactText>] = [:]
        for policy in policies {
            let counters = policy.limits.map { ($0.location, $0.per) } + policy.breakers.map { ($0.location, $0.per) }
            for (location, per) in counters { groups[location, default: []].formUnion(facts.groups(by: per).keys) }
        }
        return groups
    }

    /// How long a run that ended still counts, for `RunLedger.memory`.
    public var longestWindow: Duration {
        let limits = policies.flatMap(\.limits)
        let windows = limits.compactMap(\.rate?.window) + limits.compactMap(\.cooldown)
        return max(windows.max() ?? .zero, Self.shortestMemory)
    }

    /// How many of the last runs of a group count, however long ago they ended.
    public var longestHistory: Int {
        policies.flatMap(\.breakers).map(\.of).max() ?? 0
    }
}
