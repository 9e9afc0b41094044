/// The `topology:` documents: services and what they depend on.
public struct Topology: Sendable {
    public struct Service: Sendable {
        public let name: String
        public let environment: String?
        public let tier: String?
        /// How many interchangeable members it has: the population that a blast radius is a part of.
        public let replicas: Int?
        /// Names of services, sorted.
        public let dependsOn: [String]
        /// Alerts that carry no `service` label and match one of these belong to the service.
        public let alerts: [Selector]
        public let location: FileLocation

        public init(
            name: String, environment: String? = nil, tier: String? = nil, replicas: Int? = nil,
            dependsOn: [String] = [], alerts: [Selector] = [], location: FileLocation
        ) {
            self.name = name
            self.environment = environment
            self.tier = tier
            self.replicas = replicas
            self.dependsOn = dependsOn
            self.alerts = alerts
            self.location = location
        }
    }

    /// Sorted by name.
    public let services: [Service]
    private let byName: [ExactText: Service]

    public init(services: [Service]) {
        self.services = services.sorted { ExactText($0.name) < ExactText($1.name) }
        byName = Dictionary(services.map { (ExactText($0.name), $0) }, uniquingKeysWith: { first, _ in first })
    }

    public func service(named name: String) -> Service? {
        byName[ExactText(name)]
    }
}
