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
    /// Where the step stands in the runbook.
    public let location: FileLocation

    public init(
        action: String, target: Int, effect: Effect, isIdempotent: Bool, argv: [String], capture: [PlannedCapture],
        rehearsal: PlannedRehearsal, undo: PlannedUndo, timeout: Duration, location: FileLocation
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
        self.location = location
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

/// An undo whose argv still holds `${captured.NAME}` where it needs what will be captured.
public enum PlannedUndo: Hashable, Sendable {
    /// Elements that use a capture are shown as written; the rest is resolved.
    case argv([String], needsCapture: Bool)
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

public struct PlannedVerification: Hashable, Sendable {
    public let probe: [[String]]
    /// Identities of the alerts that must stop firing, sorted.
    public let resolved: [Fingerprint]
    public let within: Duration
    public let stable: Duration
    public let otherwise: Verification.Otherwise

    public init(
        probe: [[String]], resolved: [Fingerprint], within: Duration, stable: Duration,
        otherwise: Verification.Otherwise
    ) {
        self.probe = probe
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
