internal import CEL

/// What a decision looks at, with the facts for every step on its target.
struct PolicyFacts: Sendable {
    /// One step on one target, and what expressions see of them.
    struct Subject: Sendable {
        let step: PlannedStep
        let target: Target
        let facts: CELFacts
    }

    let request: DecisionRequest
    /// In the order of the plan's steps.
    let subjects: [Subject]
    /// The plan's targets as the topology knows them now.
    let targets: [Target]
    let reach: BlastReach

    var plan: Plan { request.plan }
    var now: Timestamp { request.now }
    /// Whether every step names a target of the plan, and there is one.
    var isComplete: Bool { !subjects.isEmpty && subjects.count == plan.steps.count }

    init(_ request: DecisionRequest, topology: Topology, ledger: RunLedger) {
        let targets = request.plan.targets.map { Self.fresh($0, topology) }
        let reach = BlastReach(targets: targets, ledger: ledger)
        let shared = Self.sharedFacts(of: request)
        self.request = request
        self.targets = targets
        self.reach = reach
        subjects = request.plan.steps.compactMap { step in
            guard targets.indices.contains(step.target) else { return nil }
            let target = targets[step.target]
            var facts = shared
            facts["action"] = Self.action(step, request.actions[step.action])
            facts["target"] = Self.target(target)
            facts["blast"] = Self.blast(target, reach)
            return Subject(step: step, target: target, facts: facts)
        }
    }

    /// What the topology says now about a target whose service it knows; the plan may be older.
    private static func fresh(_ target: Target, _ topology: Topology) -> Target {
        guard let service = target.service.flatMap({ topology.service(named: $0) }) else { return target }
        return Target(
            kind: target.kind, id: target.id, service: target.service, environment: service.environment,
            tier: service.tier, population: service.replicas)
    }
}

/// Values of the facts that ``FactDeclarations/policy(environments:tiers:)`` declares.
extension PolicyFacts {
    private static func sharedFacts(of request: DecisionRequest) -> CELFacts {
        CELFacts([
            "plan": plan(request.plan),
            "incident": request.incident,
            "runbook": .map(strings: [("name", .string(request.plan.runbook)), ("owner", .string(request.owner))]),
            "storm": .bool(request.evidence.isStorm),
            "source": .map(strings: [("authenticated", .bool(request.evidence.isAuthenticated))]),
            "now": .timestamp(BindingFacts.time(request.now)),
        ])
    }

    private static func plan(_ plan: Plan) -> CELValue {
        .map(strings: [
            ("steps", .int(Int64(plan.steps.count))),
            ("targets", .int(Int64(plan.targets.count))),
            ("effect", .string(plan.effect.rawValue)),
            ("verified", .bool(plan.verification != nil)),
            ("undoable", .bool(plan.isUndoable)),
        ])
    }

    /// - Parameter action: nil where it is not declared; the plan is then denied whatever the rules say.
    private static func action(_ step: PlannedStep, _ action: Action?) -> CELValue {
        var fields: [(String, CELValue)] = [
            ("name", .string(step.action)), ("kind", .string(action?.kind ?? step.action)),
            ("effect", .string(step.effect.rawValue)), ("idempotent", .bool(step.isIdempotent)),
        ]
        switch step.undo {
        case .argv(let argv, parameters: _):
            fields.append(("rollback", .string(argv.map(\.shown).joined(separator: " "))))
        case .builtIn: fields.append(("rollback", .string("built-in")))
        case .notNeeded, .impossible: break
        }
        switch step.rehearsal {
        case .argv(let argv): fields.append(("rehearsal", .string(argv.joined(separator: " "))))
        case .builtIn: fields.append(("rehearsal", .string("built-in")))
        case .none: break
        }
        return .map(strings: fields)
    }

    private static func target(_ target: Target) -> CELValue {
        var fields: [(String, CELValue)] = [
            ("kind", .string(target.kind)), ("id", .string(target.id)), ("service", .string(target.service ?? "")),
            ("environment", .string(target.environment ?? "")), ("tier", .string(target.tier ?? "")),
        ]
        if let population = target.population { fields.append(("population", .int(Int64(population)))) }
        return .map(strings: fields)
    }

    private static func blast(_ target: Target, _ reach: BlastReach) -> CELValue {
        .map(strings: [
            ("targets", .int(Int64(reach.targets(with: target)))),
            ("fraction", .double(reach.fraction(of: target))),
        ])
    }
}

/// How many targets of a service are being changed at once: those of this plan, and those of the runs in flight.
struct BlastReach: Sendable {
    /// Targets by service; the empty service is that of targets without one.
    private var byService: [ExactText: Set<ExactText>] = [:]

    /// Runs in flight that change nothing reach nothing.
    init(targets: [Target], ledger: RunLedger) {
        let others = ledger.inFlight.filter { $0.plan.effect > .none }.flatMap(\.plan.targets)
        for target in targets + others {
            byService[Self.service(of: target), default: []].insert(target.key)
        }
    }

    /// Distinct targets in the service of this one.
    func targets(with target: Target) -> Int {
        byService[Self.service(of: target)]?.count ?? 0
    }

    /// Of the population, 0 to 1. An unknown population is wholly reached.
    func fraction(of target: Target) -> Double {
        guard let population = target.population, population > 0 else { return 1 }
        return min(1, Double(targets(with: target)) / Double(population))
    }

    static func service(of target: Target) -> ExactText { ExactText(target.service ?? "") }
}
