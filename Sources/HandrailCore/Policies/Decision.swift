public import CEL

/// The verdict on a plan, and every reason for it.
public struct Decision: Sendable {
    public let verdict: Verdict
    /// Everything that had a say in it, strictest first, then by place. Never empty.
    public let reasons: [Reason]
    /// What each guard measured, also where it let the plan pass.
    public let guards: [GuardReport]
    /// What `approval` asks for; the strictest of all that apply: the roles that every rule accepts, the highest count,
    /// the shortest time, and not the author if any of them says so.
    public let approval: Approval
    /// Each rule that was tried, whether it applied, and the values in it. Empty unless explanations were asked for.
    public let trials: [RuleTrial]

    public init(
        verdict: Verdict, reasons: [Reason], guards: [GuardReport], approval: Approval = .standard,
        trials: [RuleTrial] = []
    ) {
        self.verdict = verdict
        self.reasons = reasons
        self.guards = guards
        self.approval = approval
        self.trials = trials
    }
}

public struct Reason: Hashable, Sendable {
    public enum Source: String, Hashable, Sendable {
        case `default`, allow, restrict, limit, freeze, breaker, protect, interlock, planning
    }

    public let source: Source
    /// The rule's name as written; for an interlock its own.
    public let rule: String
    /// Nil for interlocks: they are code.
    public let location: FileLocation?
    /// What this reason by itself asks for.
    public let effect: Verdict
    /// One lowercase sentence; `because` where the file gives one.
    public let detail: String

    public init(source: Source, rule: String, location: FileLocation?, effect: Verdict, detail: String) {
        self.source = source
        self.rule = rule
        self.location = location
        self.effect = effect
        self.detail = detail
    }
}

/// What one guard measured: `rate 0 of 3 per 1h`.
public struct GuardReport: Hashable, Sendable {
    public let name: String
    public let text: String
    public let isHolding: Bool

    /// - Parameter isHolding: it stood in the way.
    public init(name: String, text: String, isHolding: Bool) {
        self.name = name
        self.text = text
        self.isHolding = isHolding
    }
}

/// One rule tried on one step, for `--explain`.
public struct RuleTrial: Sendable {
    public enum Outcome: Hashable, Sendable {
        case applied
        case didNotApply
        case failed(String)
    }

    public let source: Reason.Source
    public let rule: String
    public let location: FileLocation
    public let verdict: Verdict
    public let outcome: Outcome
    public let explanation: CELExplanation

    public init(
        source: Reason.Source, rule: String, location: FileLocation, verdict: Verdict, outcome: Outcome,
        explanation: CELExplanation
    ) {
        self.source = source
        self.rule = rule
        self.location = location
        self.verdict = verdict
        self.outcome = outcome
        self.explanation = explanation
    }
}

/// What a decision looks at: the plan and the fresh facts about its incident.
public struct DecisionRequest: Sendable {
    public let plan: Plan
    public let owner: String
    /// By action name, for every step of the plan.
    public let actions: [String: Action]
    /// The value of the fact `incident`.
    public let incident: CELValue
    public let evidence: Evidence
    public let now: Timestamp

    public init(
        plan: Plan, owner: String, actions: [String: Action], incident: CELValue, evidence: Evidence, now: Timestamp
    ) {
        self.plan = plan
        self.owner = owner
        self.actions = actions
        self.incident = incident
        self.evidence = evidence
        self.now = now
    }
}

/// How far the bound alerts can be trusted: what the interlocks look at.
public struct Evidence: Hashable, Sendable {
    public let hasStaleAlert: Bool
    public let hasFlappingAlert: Bool
    public let isAuthenticated: Bool
    public let isStorm: Bool
    /// An undo failed on a target, and no person has said since that it is fine.
    public let isQuarantined: Bool

    public init(
        hasStaleAlert: Bool, hasFlappingAlert: Bool, isAuthenticated: Bool, isStorm: Bool, isQuarantined: Bool = false
    ) {
        self.hasStaleAlert = hasStaleAlert
        self.hasFlappingAlert = hasFlappingAlert
        self.isAuthenticated = isAuthenticated
        self.isStorm = isStorm
        self.isQuarantined = isQuarantined
    }
}
