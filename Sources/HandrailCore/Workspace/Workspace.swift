/// Everything that users wrote, loaded and checked.
public struct Workspace: Sendable {
    /// Each sorted by name; names are unique.
    public let runbooks: [Runbook]
    /// The built-in ones included.
    public let actions: [Action]
    public let policies: [Policy]
    public let correlation: Correlation
    public let topology: Topology
    /// Names of people by role.
    public let roles: [String: [String]]
    /// Sorted by name.
    public let sources: [MappedSource]

    public init(
        runbooks: [Runbook] = [], actions: [Action] = [], policies: [Policy] = [],
        correlation: Correlation = .standard, topology: Topology = Topology(services: []),
        roles: [String: [String]] = [:], sources: [MappedSource] = []
    ) {
        self.runbooks = runbooks
        self.actions = actions
        self.policies = policies
        self.correlation = correlation
        self.topology = topology
        self.roles = roles
        self.sources = sources
    }
}
