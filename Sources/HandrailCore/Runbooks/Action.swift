public import CEL

/// A typed, reusable operation.
public struct Action: Sendable {
    public let name: String
    public let about: String
    public let effect: Effect
    /// May be run again when its outcome is unknown.
    public let isIdempotent: Bool
    public let parameters: [Parameter]
    public let capture: [Capture]
    public let rehearsal: Rehearsal
    public let operation: Operation
    public let undo: Undo
    public let timeout: Duration
    /// Names of the secrets that its commands find in their environment, sorted.
    public let secrets: [String]
    public let location: FileLocation

    public init(
        name: String, about: String, effect: Effect, isIdempotent: Bool = false, parameters: [Parameter],
        capture: [Capture] = [], rehearsal: Rehearsal, operation: Operation, undo: Undo, timeout: Duration,
        secrets: [String] = [], location: FileLocation
    ) {
        self.name = name
        self.about = about
        self.effect = effect
        self.isIdempotent = isIdempotent
        self.parameters = parameters
        self.capture = capture
        self.rehearsal = rehearsal
        self.operation = operation
        self.undo = undo
        self.timeout = timeout
        self.secrets = secrets.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        self.location = location
    }

    /// The part after the last dot: `restart` of `supervisor.restart`.
    public var kind: String {
        name.split(separator: ".").last.map(String.init) ?? name
    }
}

/// What an action does to the world, from nothing to what cannot be taken back. Ordered by severity.
public enum Effect: String, Hashable, Sendable, CaseIterable, Comparable {
    case none
    case additive
    case disruptive
    case destructive

    public var severity: Int {
        switch self {
        case .none: 0
        case .additive: 1
        case .disruptive: 2
        case .destructive: 3
        }
    }

    /// Whether only one such run may hold a target or an incident at a time.
    public var isMutating: Bool { self >= .disruptive }

    public static func < (left: Effect, right: Effect) -> Bool { left.severity < right.severity }
}

public struct Parameter: Sendable {
    public enum Kind: Sendable {
        case string(StringRule)
        case integer(min: Int64, max: Int64)
        case boolean
        /// A span of time as the files write it, `30m`; rendered as written.
        case duration
    }

    /// Without a pattern, a leading `-`, control characters and NUL are refused.
    public struct StringRule: Sendable {
        public let pattern: LinearRegex?
        public let allowed: [String]?
        public let maxBytes: Int

        public static let defaultMaxBytes = 256

        public init(pattern: LinearRegex? = nil, allowed: [String]? = nil, maxBytes: Int = defaultMaxBytes) {
            self.pattern = pattern
            self.allowed = allowed
            self.maxBytes = maxBytes
        }
    }

    public let name: String
    public let kind: Kind
    public let about: String
    /// Used where a step gives none. Nil: the step must give one.
    public let defaultValue: String?
    public let location: FileLocation

    public init(name: String, kind: Kind, about: String = "", defaultValue: String? = nil, location: FileLocation) {
        self.name = name
        self.kind = kind
        self.about = about
        self.defaultValue = defaultValue
        self.location = location
    }
}

/// An argv; every element is one argument whatever it renders to.
public struct Command: Sendable {
    /// At least one; the first is the executable.
    public let arguments: [CELTemplate]
    public let location: FileLocation

    public init(arguments: [CELTemplate], location: FileLocation) {
        self.arguments = arguments
        self.location = location
    }
}

/// Read before the run, journaled, and used by undo as `captured.NAME`.
public struct Capture: Sendable {
    public let name: String
    public let command: Command

    public init(name: String, command: Command) {
        self.name = name
        self.command = command
    }
}

public enum Rehearsal: Sendable {
    case command(Command)
    case none(because: String)
}

public enum Operation: Sendable {
    case command(Command)
    case builtIn(BuiltIn)

    /// What needs no executor.
    public enum BuiltIn: String, Hashable, Sendable, CaseIterable {
        case alertsDeduplicate = "alerts.deduplicate"
        case alertsSilence = "alerts.silence"
        case incidentNote = "incident.note"
        case incidentNotify = "incident.notify"
    }
}

public enum Undo: Sendable {
    case command(Command)
    /// The engine knows how, as for a silence that it expires.
    case builtIn
    case notNeeded(because: String)
    case impossible(because: String)
}
