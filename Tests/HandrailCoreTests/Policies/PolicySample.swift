import CEL

@testable import HandrailCore

/// Short ways to make policies, plans and ledgers, so that a test shows only what it is about.
enum PolicySample {
    static let now = Timestamp(milliseconds: 1_700_000_000_000)

    static func place(_ line: Int, file: String = "policies/p.yaml") -> FileLocation {
        FileLocation(file: file, line: line, column: 1)
    }

    static func program(_ source: String) throws -> CELProgram {
        switch FactDeclarations.policy().compile(source) {
        case .program(let program): return program
        case .issues(let issues): throw issues.first ?? CELIssue(message: "no issue", range: 0..<0)
        }
    }

    /// What passes every check when it is loaded, and has no answer for the plan.
    static let failing = ["int(target.id) > 0", "plan.steps > 0 && incident.labels.nobody == ''", "1 / 0 == 1"]

    static func rule(
        _ when: String, _ verdict: Verdict, line: Int = 1, approval: Approval? = nil, because: String? = nil
    ) throws -> Rule {
        Rule(
            name: "rule \(line)", when: try program(when), verdict: verdict, approval: approval, because: because,
            location: place(line))
    }

    static func limit(
        per: [String] = ["target.service"], rate: Limit.Rate? = nil, cooldown: Duration? = nil,
        concurrent: Int? = nil, percent: Int? = nil, otherwise: Verdict = .approval, line: Int = 10
    ) throws -> Limit {
        Limit(
            name: "gentle", per: try per.map(program), rate: rate, cooldown: cooldown, concurrent: concurrent,
            blastRadiusPercent: percent, otherwise: otherwise, location: place(line))
    }

    static func freeze(
        _ window: Freeze.Window, zone: String = "UTC", when: String? = nil, verdict: Verdict = .approval,
        line: Int = 20
    ) throws -> Freeze {
        guard let rules = ZoneRules.named(zone) else { throw CELIssue(message: "no zone", range: 0..<0) }
        return Freeze(
            name: "weekends", window: window, zoneName: zone, zone: rules, when: try when.map(program),
            verdict: verdict, location: place(line))
    }

    static func breaker(
        per: [String] = ["runbook"], failures: Int = 2, of: Int = 5, verdict: Verdict = .approval, line: Int = 30
    ) throws -> Breaker {
        Breaker(
            name: "tired", per: try per.map(program), failures: failures, of: of, verdict: verdict,
            location: place(line))
    }

    /// Allows everything, so that what else is in it shows.
    static func policy(
        default standard: Verdict? = .automatic, allow: [Rule] = [], restrict: [Rule] = [], limits: [Limit] = [],
        freezes: [Freeze] = [], breakers: [Breaker] = [], protected: [Protected] = []
    ) -> Policy {
        Policy(
            name: "p", defaultVerdict: standard, allow: allow, restrict: restrict, limits: limits, freezes: freezes,
            breakers: breakers, protected: protected, location: place(1))
    }

    static func set(_ policies: Policy...) -> PolicySet {
        PolicySet(policies: policies, topology: Topology(services: []))
    }

    static func target(
        _ id: String, service: String? = "payments", environment: String? = "staging", population: Int? = 4
    ) -> Target {
        Target(
            kind: "worker", id: id, service: service, environment: environment, tier: "critical",
            population: population)
    }

    static func step(
        _ action: String = "supervisor.restart", on target: Int = 0, effect: Effect = .disruptive,
        rehearsal: PlannedRehearsal = .argv(["true"]), undo: PlannedUndo = .notNeeded(because: "a restart")
    ) -> PlannedStep {
        PlannedStep(
            action: action, target: target, effect: effect, isIdempotent: true, argv: ["run"], capture: [],
            rehearsal: rehearsal, undo: undo, timeout: .seconds(30), location: place(5, file: "runbooks/r.yaml"))
    }

    static let verification = PlannedVerification(
        probe: [], resolved: [], within: .seconds(60), stable: .seconds(30), otherwise: .hold)

    static func plan(
        runbook: String = "restart", targets: [Target]? = nil, steps: [PlannedStep]? = nil,
        verification: PlannedVerification? = verification
    ) -> Plan {
        let targets = targets ?? [target("w2")]
        return Plan(
            runbook: runbook, targets: targets, steps: steps ?? targets.indices.map { step(on: $0) },
            verification: verification)
    }

    static let quiet = Evidence(
        hasStaleAlert: false, hasFlappingAlert: false, isAuthenticated: true, isStorm: false)

    static func request(
        _ plan: Plan = plan(), actions: [String: Action]? = nil, evidence: Evidence = quiet, at now: Timestamp = now
    ) -> DecisionRequest {
        let declared = Dictionary(
            plan.steps.map { ($0.action, action($0.action)) }, uniquingKeysWith: { first, _ in first })
        return DecisionRequest(
            plan: plan, owner: "payments-oncall", actions: actions ?? declared,
            incident: BindingFacts.incident(id: 1, openedAt: now, alerts: []), evidence: evidence, now: now)
    }

    static func action(
        _ name: String, _ operation: HandrailCore.Operation = .command(Command(arguments: [], location: place(1)))
    ) -> Action {
        Action(
            name: name, about: "", effect: .disruptive, parameters: [], rehearsal: .none(because: ""),
            operation: operation, undo: .notNeeded(because: ""), timeout: .seconds(1), location: place(1))
    }

    /// One run a line: when it started, in seconds from now, and how it ended.
    static func ledger(
        _ runs: [(start: Int, end: Int?, outcome: RunOutcome)], of set: PolicySet, plan: Plan = plan()
    ) -> RunLedger {
        var ledger = RunLedger(memory: set.longestWindow, history: set.longestHistory)
        let groups = set.groups(of: request(plan))
        for (number, run) in runs.enumerated() {
            ledger.start(
                RunLedger.Entry(run: number, plan: plan, startedAt: now + .seconds(run.start), groups: groups))
        }
        for (number, run) in runs.enumerated() {
            if let end = run.end { ledger.end(number, run.outcome, at: now + .seconds(end)) }
        }
        return ledger
    }

    static func decide(
        _ set: PolicySet, _ request: DecisionRequest = request(), ledger: RunLedger? = nil, explains: Bool = false
    ) -> Decision {
        set.decide(request, ledger: ledger ?? RunLedger(memory: set.longestWindow), explains: explains)
    }
}

extension Decision {
    /// Everything that can be compared, as text.
    var transcript: String {
        let trials = trials.map { "\($0.source) \($0.rule) \($0.location) \($0.outcome)" }
        return "\(verdict)\n\(approval)\n\(reasons)\n\(guards)\n\(trials)"
    }

    func texts(isHolding: Bool) -> [String] {
        guards.filter { $0.isHolding == isHolding }.map(\.text)
    }

    var interlocks: [String] {
        reasons.filter { $0.source == .interlock }.map(\.rule)
    }
}
