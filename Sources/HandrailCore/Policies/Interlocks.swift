internal import CEL

/// What is never automatic. Code, so that nobody can switch it off.
struct Interlocks: Sendable {
    /// A rule that cannot be trusted where a fact is unknown.
    fileprivate struct Need: Sendable {
        let rule: String
        let location: FileLocation
    }

    private let environment: Need?
    private let tier: Need?
    private let population: Need?
    /// The limit with a blast radius; it only applies to plans with an effect.
    private let blastRadius: Need?

    init(policies: [Policy]) {
        let programs = policies.flatMap(Self.programs)
        environment = Self.first(of: programs, reading: ["target.environment"])
        tier = Self.first(of: programs, reading: ["target.tier"])
        population = Self.first(of: programs, reading: ["target.population", "blast.fraction"])
        let wide = policies.flatMap(\.limits).filter { $0.blastRadiusPercent != nil }
        blastRadius = Self.first(wide.map { Need(rule: $0.name, location: $0.location) })
    }

    func judge(_ facts: PolicyFacts, into draft: inout DecisionDraft) {
        judgeSteps(facts, into: &draft)
        judgeTargets(facts, into: &draft)
        judgeEvidence(facts.request.evidence, into: &draft)
    }

    // MARK: - The plan

    private func judgeSteps(_ facts: PolicyFacts, into draft: inout DecisionDraft) {
        for step in facts.plan.steps {
            if facts.request.actions[step.action] == nil {
                draft.add(Self.reason("undeclared-action", "action `\(step.action)` is not declared", effect: .deny))
            }
            if case .impossible(let because) = step.undo {
                draft.add(Self.reason("undo-impossible", "`\(step.action)` cannot be undone: \(because)"))
            }
            if case .none(let because) = step.rehearsal, step.effect > .none {
                draft.add(Self.reason("no-dry-run", "`\(step.action)` has no dry-run: \(because)"))
            }
        }
        if facts.plan.verification == nil, facts.plan.effect > .none, !isBuiltInOnly(facts) {
            draft.add(Self.reason("no-verification", "the runbook does not verify the outcome"))
        }
    }

    /// The engine itself knows whether a silence is in place.
    private func isBuiltInOnly(_ facts: PolicyFacts) -> Bool {
        facts.plan.steps.allSatisfy { step in
            switch facts.request.actions[step.action]?.operation {
            case .builtIn: true
            case .command, nil: false
            }
        }
    }

    // MARK: - The targets

    private func judgeTargets(_ facts: PolicyFacts, into draft: inout DecisionDraft) {
        if let environment {
            let unknown = facts.targets.filter { $0.environment == nil }
            draft.add(unknown, "unknown-environment", "the environment", neededBy: environment)
        }
        if let tier {
            draft.add(facts.targets.filter { $0.tier == nil }, "unknown-tier", "the tier", neededBy: tier)
        }
        let unmeasured = facts.targets.filter { $0.population == nil }
        if let need = population ?? (facts.plan.effect > .none ? blastRadius : nil) {
            draft.add(unmeasured, "unknown-population", "the population", neededBy: need)
        }
    }

    private static func first(of programs: [(CELProgram, Need)], reading facts: [String]) -> Need? {
        first(programs.filter { program, _ in facts.contains { program.reads($0) } }.map(\.1))
    }

    private static func first(_ needs: [Need]) -> Need? {
        needs.min { ($0.location, ExactText($0.rule)) < ($1.location, ExactText($1.rule)) }
    }

    /// Everything that is evaluated for a step on its target.
    private static func programs(of policy: Policy) -> [(CELProgram, Need)] {
        let rules = (policy.allow + policy.restrict).map { ($0.when, Need(rule: $0.name, location: $0.location)) }
        let limits = policy.limits.flatMap { limit in
            limit.per.map { ($0, Need(rule: limit.name, location: limit.location)) }
        }
        let freezes = policy.freezes.compactMap { freeze in
            freeze.when.map { ($0, Need(rule: freeze.name, location: freeze.location)) }
        }
        let breakers = policy.breakers.flatMap { breaker in
            breaker.per.map { ($0, Need(rule: breaker.name, location: breaker.location)) }
        }
        return rules + limits + freezes + breakers
    }

    // MARK: - The alerts

    private func judgeEvidence(_ evidence: Evidence, into draft: inout DecisionDraft) {
        if evidence.hasStaleAlert {
            draft.add(Self.reason("stale-alert", "a bound alert has not been heard of for too long"))
        }
        if evidence.hasFlappingAlert { draft.add(Self.reason("flapping-alert", "a bound alert is flapping")) }
        if !evidence.isAuthenticated {
            let detail = "a bound alert came from a source that did not prove who it is"
            draft.add(Self.reason("unauthenticated-source", detail))
        }
        if evidence.isStorm { draft.add(Self.reason("storm", "an alert storm is on")) }
        if evidence.isQuarantined {
            draft.add(Self.reason("quarantine", "a target is quarantined, since an undo failed there"))
        }
    }

    fileprivate static func reason(_ name: String, _ detail: String, effect: Verdict = .approval) -> Reason {
        Reason(source: .interlock, rule: name, location: nil, effect: effect, detail: detail)
    }
}

extension DecisionDraft {
    /// One reason for all targets of which a fact is unknown.
    fileprivate mutating func add(_ targets: [Target], _ name: String, _ fact: String, neededBy need: Interlocks.Need) {
        guard let first = targets.first else { return }
        let others = targets.count > 1 ? " and \(targets.count - 1) more" : ""
        add(
            Interlocks.reason(
                name, "\(fact) of \(first)\(others) is unknown, and `\(need.rule)` (\(need.location)) needs it"))
    }
}

extension CELProgram {
    /// Whether a fact, or a whole that it is part of, has a say in the value.
    fileprivate func reads(_ fact: String) -> Bool {
        referencedPaths.contains { path in
            path == fact || path.hasPrefix(fact + ".") || fact.hasPrefix(path + ".")
        }
    }
}
