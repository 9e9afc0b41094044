public import CEL

/// What may happen, in order of strictness.
public enum Verdict: String, Hashable, Sendable, CaseIterable, Comparable {
    case automatic
    case approval
    case advisory
    case deny

    public var strictness: Int {
        switch self {
        case .automatic: 0
        case .approval: 1
        case .advisory: 2
        case .deny: 3
        }
    }

    public static func < (left: Verdict, right: Verdict) -> Bool { left.strictness < right.strictness }
}

/// One policy document.
public struct Policy: Sendable {
    public let name: String
    /// Nil where nothing was written.
    public let defaultVerdict: Verdict?
    public let allow: [Rule]
    public let restrict: [Rule]
    public let limits: [Limit]
    public let freezes: [Freeze]
    public let breakers: [Breaker]
    public let protected: [Protected]
    public let location: FileLocation

    public init(
        name: String, defaultVerdict: Verdict?, allow: [Rule] = [], restrict: [Rule] = [], limits: [Limit] = [],
        freezes: [Freeze] = [], breakers: [Breaker] = [], protected: [Protected] = [], location: FileLocation
    ) {
        self.name = name
        self.defaultVerdict = defaultVerdict
        self.allow = allow
        self.restrict = restrict
        self.limits = limits
        self.freezes = freezes
        self.breakers = breakers
        self.protected = protected
        self.location = location
    }
}

/// An entry of `allow` or `restrict`.
public struct Rule: Sendable {
    public let name: String
    /// Of type bool.
    public let when: CELProgram
    public let verdict: Verdict
    public let approval: Approval?
    public let because: String?
    public let location: FileLocation

    public init(
        name: String, when: CELProgram, verdict: Verdict, approval: Approval? = nil, because: String? = nil,
        location: FileLocation
    ) {
        self.name = name
        self.when = when
        self.verdict = verdict
        self.approval = approval
        self.because = because
        self.location = location
    }
}

/// Who may approve, how many of them it takes, and how long the question stands.
public struct Approval: Hashable, Sendable {
    /// Roles of `people:`, sorted. Empty: anyone who may approve.
    public let from: [String]
    public let count: Int
    public let expires: Duration
    /// Whoever wrote what the plan rests on can't approve it.
    public let excludesAuthor: Bool

    public static let standard = Approval(from: [], count: 1, expires: .seconds(30 * 60))

    public init(from: [String], count: Int, expires: Duration, excludesAuthor: Bool = false) {
        self.from = from
        self.count = count
        self.expires = expires
        self.excludesAuthor = excludesAuthor
    }
}

/// An entry of `limits`. Each part that is written is checked on its own.
public struct Limit: Sendable {
    public struct Rate: Hashable, Sendable {
        public let runs: Int
        public let window: Duration

        public init(runs: Int, window: Duration) {
            self.runs = runs
            self.window = window
        }
    }

    public let name: String
    /// What is counted together; expressions over the facts, of type string, as written.
    public let per: [CELProgram]
    public let rate: Rate?
    /// Measured from the end of the last run, or from its start while it runs.
    public let cooldown: Duration?
    public let concurrent: Int?
    /// Whole percent of the target's population, 1 to 100.
    public let blastRadiusPercent: Int?
    public let otherwise: Verdict
    public let location: FileLocation

    public init(
        name: String, per: [CELProgram], rate: Rate? = nil, cooldown: Duration? = nil, concurrent: Int? = nil,
        blastRadiusPercent: Int? = nil, otherwise: Verdict = .approval, location: FileLocation
    ) {
        self.name = name
        self.per = per
        self.rate = rate
        self.cooldown = cooldown
        self.concurrent = concurrent
        self.blastRadiusPercent = blastRadiusPercent
        self.otherwise = otherwise
        self.location = location
    }
}

/// An entry of `freeze`: a time in which a person decides.
public struct Freeze: Sendable {
    public enum Window: Hashable, Sendable {
        /// Minutes since Monday 00:00 in the zone, each 0..<10080; half-open, may wrap around the week's end.
        case weekly(fromMinute: Int, toMinute: Int)
        /// Half-open.
        case between(Timestamp, Timestamp)
    }

    public let name: String
    public let window: Window
    public let zoneName: String
    public let zone: ZoneRules
    /// Nil: for everything. Of type bool.
    public let when: CELProgram?
    public let verdict: Verdict
    public let location: FileLocation

    public init(
        name: String, window: Window, zoneName: String, zone: ZoneRules, when: CELProgram? = nil,
        verdict: Verdict = .approval, location: FileLocation
    ) {
        self.name = name
        self.window = window
        self.zoneName = zoneName
        self.zone = zone
        self.when = when
        self.verdict = verdict
        self.location = location
    }
}

/// Opens after `failures` among the last `of` ended runs of a kind, and stays open until a person resets it or enough
/// runs succeed.
public struct Breaker: Sendable {
    public let name: String
    /// Expressions over the facts, of type string. `runbook` alone means the runbook's name.
    public let per: [CELProgram]
    public let failures: Int
    public let of: Int
    public let verdict: Verdict
    public let location: FileLocation

    public init(
        name: String, per: [CELProgram], failures: Int, of: Int, verdict: Verdict = .approval, location: FileLocation
    ) {
        self.name = name
        self.per = per
        self.failures = failures
        self.of = of
        self.verdict = verdict
        self.location = location
    }
}

/// What no plan may touch: `id`, or `kind:id`; `service:NAME` protects a whole service.
public struct Protected: Hashable, Sendable {
    public let kind: String?
    public let id: String
    public let location: FileLocation

    public init(kind: String?, id: String, location: FileLocation) {
        self.kind = kind
        self.id = id
        self.location = location
    }
}
