/// The `correlation:` document: dedupe, grouping, flap damping, storm, inhibition, silences.
public struct Correlation: Sendable {
    public let dedupe: Dedupe
    public let group: Group
    public let flap: Flap
    public let storm: Storm
    public let inhibit: [Inhibition]
    public let silences: [Silence]

    public init(
        dedupe: Dedupe = Dedupe(), group: Group = Group(), flap: Flap = Flap(), storm: Storm = Storm(),
        inhibit: [Inhibition] = [], silences: [Silence] = []
    ) {
        self.dedupe = dedupe
        self.group = group
        self.flap = flap
        self.storm = storm
        self.inhibit = inhibit
        self.silences = silences
    }

    /// What counts where nothing is written; the values of the design's example.
    public static let standard = Correlation()

    public struct Dedupe: Hashable, Sendable {
        /// Left out of an alert's identity.
        public let ignoreLabels: [ExactText]
        /// How long an alert that resolved is remembered, so that late and repeated deliveries of it are recognised.
        /// Not shorter than `flap.half-life`, or slow flapping would be forgotten between two episodes.
        public let window: Duration
        /// A firing alert that no delivery has repeated for this long is stale: never ground for an automatic action.
        public let staleAfter: Duration

        public init(
            ignoreLabels: [ExactText] = [], window: Duration = .seconds(300), staleAfter: Duration = .seconds(900)
        ) {
            self.ignoreLabels = ignoreLabels
            self.window = window
            self.staleAfter = staleAfter
        }
    }

    public struct Group: Hashable, Sendable {
        /// An alert joins an incident whose last alert began at most this long before it.
        public let window: Duration
        /// An incident takes no new alerts once it is older than this.
        public let life: Duration
        /// Labels that name the entity: alerts that share a value of one of them are related.
        public let entity: [ExactText]
        /// How many steps of `depends-on` still relate two services.
        public let hops: Int

        public init(
            window: Duration = .seconds(120), life: Duration = .seconds(3600),
            entity: [ExactText] = ["service", "job", "queue", "instance"], hops: Int = 1
        ) {
            self.window = window
            self.life = life
            self.entity = entity
            self.hops = hops
        }
    }

    /// Each time an alert fires again after it resolved, its penalty grows by 1; it halves every `halfLife`.
    public struct Flap: Hashable, Sendable {
        public let halfLife: Duration
        public let dampAt: Double
        public let releaseAt: Double

        public init(halfLife: Duration = .seconds(600), dampAt: Double = 3, releaseAt: Double = 1) {
            self.halfLife = halfLife
            self.dampAt = dampAt
            self.releaseAt = releaseAt
        }
    }

    public struct Storm: Hashable, Sendable {
        public let alertsPer10s: Int
        /// Percent of the topology's services with a firing alert. Fewer than three services are never a storm.
        public let servicesPercent: Int
        /// How long a storm lasts after its rate was last reached.
        public let cooldown: Duration

        public init(alertsPer10s: Int = 100, servicesPercent: Int = 20, cooldown: Duration = .seconds(600)) {
            self.alertsPer10s = alertsPer10s
            self.servicesPercent = servicesPercent
            self.cooldown = cooldown
        }
    }

    /// While an alert of `source` fires, alerts of `target` that agree with it on `equal` are muted, as in Alertmanager.
    public struct Inhibition: Sendable {
        public let source: Selector
        public let target: Selector
        public let equal: [ExactText]
        public let location: FileLocation

        public init(source: Selector, target: Selector, equal: [ExactText], location: FileLocation) {
            self.source = source
            self.target = target
            self.equal = equal
            self.location = location
        }
    }

    /// Alerts that a person does not want to hear of for a time, half-open.
    public struct Silence: Sendable {
        public let match: Selector
        public let from: Timestamp
        public let until: Timestamp
        public let because: String
        public let location: FileLocation

        public init(match: Selector, from: Timestamp, until: Timestamp, because: String, location: FileLocation) {
            self.match = match
            self.from = from
            self.until = until
            self.because = because
            self.location = location
        }
    }
}
