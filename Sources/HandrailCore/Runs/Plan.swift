/// A runbook's steps with everything resolved. Frozen: nothing of it is worked out again later.
public struct Plan: Hashable, Sendable {
    public let runbook: String
    /// Sorted by kind, then id; at least one; no two are equal.
    public let targets: [Target]
    /// In order: all steps of the first target, then of the next.
    public let steps: [PlannedStep]
    public let verification: PlannedVerification?

    public init(runbook: String, targets: [Target], steps: [PlannedStep], verification: PlannedVerification?) {
        self.runbook = runbook
        self.targets = targets
        self.steps = steps
        self.verification = verification
    }

    /// The gravest effect of its steps.
    public var effect: Effect { steps.map(\.effect).max() ?? .none }
    public var isMutating: Bool { effect.isMutating }
    public var isUndoable: Bool { !steps.contains { $0.undo.isImpossible } }
}

/// The typed thing that a step changes, and the population that it belongs to.
public struct Target: Hashable, Sendable, Comparable, CustomStringConvertible {
    public let kind: String
    public let id: String
    /// Nil where the runbook names none.
    public let service: String?
    /// Nil where the topology does not know the service or its environment.
    public let environment: String?
    public let tier: String?
    /// Nil where unknown.
    public let population: Int?

    public init(
        kind: String, id: String, service: String?, environment: String? = nil, tier: String? = nil,
        population: Int? = nil
    ) {
        self.kind = kind
        self.id = id
        self.service = service
        self.environment = environment
        self.tier = tier
        self.population = population
    }

    /// `worker workers:w2`
    public var description: String { "\(kind) \(id)" }

    /// What two runs must not hold at once.
    public var key: ExactText { ExactText("\(kind)\u{0}\(id)") }

    public static func < (left: Target, right: Target) -> Bool { left.key < right.key }
}

public struct PlannedStep: Hashable, Sendable {
    public let action: String
    /// Index into the plan's targets.
    public let target: Int
    public let effect: Effect
    public let isIdempotent: Bool
    /// For a built-in action: its name, then `parameter=value`, sorted by parameter.
    public let argv: [String]
    public let capture: [PlannedCapture]
    public let rehearsal: PlannedRehearsal
    public let undo: PlannedUndo
    public let timeout: Duration
    /// Names of the secrets that the step's commands find in their environment, sorted. Never their values.
    public let secrets: [String]
    /// Where the step stands in the runbook.
    public let location: FileLocation

    public init(
        action: String, target: Int, effect: Effect, isIdempotent: Bool, argv: [String], capture: [PlannedCapture],
        rehearsal: PlannedRehearsal, undo: PlannedUndo, timeout: Duration, secrets: [String] = [],
        location: FileLocation
    ) {
        self.action = action
        self.target = target
        self.effect = effect
        self.isIdempotent = isIdempotent
        self.argv = argv
        self.capture = capture
        self.rehearsal = rehearsal
        self.undo = undo
        self.timeout = timeout
        self.secrets = secrets
        self.location = location
    }

    /// A built-in action is done by the engine itself and has no executable.
    public var isBuiltIn: Bool {
        switch undo {
        case .builtIn: true
        case .argv, .notNeeded, .impossible: Operation.BuiltIn(rawValue: action) != nil
        }
    }
}

public struct PlannedCapture: Hashable, Sendable {
    public let name: String
    public let argv: [String]

    public init(name: String, argv: [String]) {
        self.name = name
        self.argv = argv
    }
}

public enum PlannedRehearsal: Hashable, Sendable {
    case argv([String])
    case builtIn
    case none(because: String)
}

/// One argument of an undo.
public enum PlannedArgument: Hashable, Sendable {
    case text(String)
    /// As written, since it uses `captured.NAME`; rendered when there is something captured.
    case template(String)

    /// For people: templates as they are written.
    public var shown: String {
        switch self {
        case .text(let text), .template(let text): text
        }
    }
}

/// An undo whose argv still holds `${captured.NAME}` where it needs what will be captured.
public enum PlannedUndo: Hashable, Sendable {
    /// `parameters` are the values of the action's parameters, sorted by name, for the templates among the arguments.
    case argv([PlannedArgument], parameters: [PlannedParameter])
    case builtIn
    case notNeeded(because: String)
    case impossible(because: String)

    public var isImpossible: Bool {
        switch self {
        case .impossible: true
        case .argv, .builtIn, .notNeeded: false
        }
    }
}

/// The value of one of the action's parameters.
public struct PlannedParameter: Hashable, Sendable {
    public enum Value: Hashable, Sendable {
        case string(String)
        case integer(Int64)
        case boolean(Bool)
    }

    public let name: String
    public let value: Value

    public init(name: String, value: Value) {
        self.name = name
        self.value = value
    }
}

/// One command that only reads, and whose success means that a target is healthy.
public struct PlannedProbe: Hashable, Sendable {
    public let argv: [String]
    public let timeout: Duration
    public let secrets: [String]

    public init(argv: [String], timeout: Duration, secrets: [String] = []) {
        self.argv = argv
        self.timeout = timeout
        self.secrets = secrets
    }
}

public struct PlannedVerification: Hashable, Sendable {
    /// One a target, in the order of the targets; none where nothing is probed.
    public let probe: [PlannedProbe]
    /// By when all probes must succeed.
    public let probeWithin: Duration
    /// Identities of the alerts that must stop firing, sorted.
    public let resolved: [Fingerprint]
    public let within: Duration
    public let stable: Duration
    public let otherwise: Verification.Otherwise

    public init(
        probe: [PlannedProbe], probeWithin: Duration = .zero, resolved: [Fingerprint], within: Duration,
        stable: Duration, otherwise: Verification.Otherwise
    ) {
        self.probe = probe
        self.probeWithin = probeWithin
        self.resolved = resolved
        self.within = within
        self.stable = stable
        self.otherwise = otherwise
    }
}

/// Why no plan could be made. Always fails closed: no plan, no run, and the reason is told.
public struct PlanRefusal: Error, Hashable, Sendable {
    /// One lowercase sentence, without untrusted text in it beyond what is quoted and bounded.
    public let message: String
    public let location: FileLocation

    public init(_ message: String, at location: FileLocation) {
        self.message = message
        self.location = location
    }
}
