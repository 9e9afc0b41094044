public import CEL

/// What a person wrote down for one known kind of incident.
public struct Runbook: Sendable {
    public let name: String
    public let about: String
    public let owner: String
    /// Higher goes first where several runbooks match. 0 unless written.
    public let priority: Int
    public let signature: Signature
    public let target: TargetTemplate
    /// At least one.
    public let steps: [Step]
    /// Nil makes every plan need a person: see ``Interlock``.
    public let verification: Verification?
    public let location: FileLocation

    public init(
        name: String, about: String, owner: String, priority: Int = 0, signature: Signature, target: TargetTemplate,
        steps: [Step], verification: Verification?, location: FileLocation
    ) {
        self.name = name
        self.about = about
        self.owner = owner
        self.priority = priority
        self.signature = signature
        self.target = target
        self.steps = steps
        self.verification = verification
        self.location = location
    }
}

/// What a runbook recognises in an incident.
public struct Signature: Sendable {
    /// All must be firing in one incident.
    public let when: [NamedPattern]
    /// At least one must be firing in the incident; empty means no such condition.
    public let any: [NamedPattern]
    /// None may fire anywhere.
    public let unless: [LocatedSelector]
    /// The labels that must agree across the bound alerts; one match for each combination of values.
    public let same: [SameLabel]
    /// The bound alerts began within this of each other.
    public let within: Duration?
    /// The whole has held this long (`for`).
    public let holdsFor: Duration
    /// Pattern names whose earliest alerts began in this order.
    public let order: [String]
    /// At least so many alerts for a pattern, by its name.
    public let counts: [String: Int]
    /// CEL over what was bound (`where`), of type bool.
    public let condition: LocatedProgram?
    /// The run of another runbook that must have ended so in this incident.
    public let after: Escalation?

    public init(
        when: [NamedPattern], any: [NamedPattern] = [], unless: [LocatedSelector] = [], same: [SameLabel] = [],
        within: Duration? = nil, holdsFor: Duration = .zero, order: [String] = [], counts: [String: Int] = [:],
        condition: LocatedProgram? = nil, after: Escalation? = nil
    ) {
        self.when = when
        self.any = any
        self.unless = unless
        self.same = same
        self.within = within
        self.holdsFor = holdsFor
        self.order = order
        self.counts = counts
        self.condition = condition
        self.after = after
    }

    /// More patterns, then more matchers, make a signature the more specific one.
    public var specificity: (patterns: Int, matchers: Int) {
        let selectors = (when + any).map(\.selector) + unless.map(\.selector)
        return (selectors.count, selectors.map(\.matchers.count).reduce(0, +))
    }
}

/// A selector under the name that the rest of the runbook uses for what it binds.
public struct NamedPattern: Sendable {
    public let name: String
    public let selector: Selector
    public let location: FileLocation

    public init(name: String, selector: Selector, location: FileLocation) {
        self.name = name
        self.selector = selector
        self.location = location
    }
}

public struct LocatedSelector: Sendable {
    public let selector: Selector
    public let location: FileLocation

    public init(selector: Selector, location: FileLocation) {
        self.selector = selector
        self.location = location
    }
}

public struct LocatedProgram: Sendable {
    public let program: CELProgram
    public let location: FileLocation

    public init(program: CELProgram, location: FileLocation) {
        self.program = program
        self.location = location
    }
}

/// One entry of `same`.
public enum SameLabel: Hashable, Sendable {
    /// Every pattern carries it under this name.
    case label(ExactText)
    /// Patterns by name, each with the label that it carries it under. Patterns that are not named are not constrained.
    case renamed([String: ExactText])
}

public struct Escalation: Hashable, Sendable {
    public let runbook: String
    public let outcome: RunOutcome
    public let location: FileLocation

    public init(runbook: String, outcome: RunOutcome, location: FileLocation) {
        self.runbook = runbook
        self.outcome = outcome
        self.location = location
    }
}

/// How a run ended, as `after:` names it.
public enum RunOutcome: String, Hashable, Sendable, CaseIterable {
    case succeeded
    case failed
    /// A person said no, or nobody said anything in time.
    case refused
}

/// The typed thing that a step changes, before the names in it are resolved.
public struct TargetTemplate: Sendable {
    /// One target for every alert bound to this pattern. Nil: one target for the match.
    public let each: String?
    public let kind: String
    public let id: CELTemplate
    public let service: CELTemplate?
    public let location: FileLocation

    public init(each: String?, kind: String, id: CELTemplate, service: CELTemplate?, location: FileLocation) {
        self.each = each
        self.kind = kind
        self.id = id
        self.service = service
        self.location = location
    }
}

/// One use of an action.
public struct Step: Sendable {
    public let action: String
    /// By parameter name, sorted by it.
    public let arguments: [StepArgument]
    public let location: FileLocation

    public init(action: String, arguments: [StepArgument], location: FileLocation) {
        self.action = action
        self.arguments = arguments
        self.location = location
    }
}

/// A value for a parameter; rendered to text, then checked against the parameter.
public struct StepArgument: Sendable {
    public let name: String
    public let value: CELTemplate
    public let location: FileLocation

    public init(name: String, value: CELTemplate, location: FileLocation) {
        self.name = name
        self.value = value
        self.location = location
    }
}

/// How a run learns whether it helped.
public struct Verification: Sendable {
    public struct Probe: Sendable {
        public let step: Step
        public let within: Duration

        public init(step: Step, within: Duration) {
            self.step = step
            self.within = within
        }
    }

    public enum Otherwise: String, Hashable, Sendable, CaseIterable { case rollback, hold }

    public let probe: Probe?
    /// Names of patterns whose alerts must stop firing.
    public let resolved: [String]
    public let within: Duration
    public let stable: Duration
    public let otherwise: Otherwise
    public let location: FileLocation

    public init(
        probe: Probe?, resolved: [String], within: Duration, stable: Duration, otherwise: Otherwise,
        location: FileLocation
    ) {
        self.probe = probe
        self.resolved = resolved
        self.within = within
        self.stable = stable
        self.otherwise = otherwise
        self.location = location
    }
}
