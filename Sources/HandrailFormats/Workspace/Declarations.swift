internal import CEL
internal import HandrailCore

/// What the documents of a workspace declare, for those that refer to it.
struct Declarations {
    var topology = Topology(services: [])
    /// Names of people by role.
    var roles: [String: [String]] = [:]
    /// Those that could be decoded, the built-in ones included.
    var actions: [String: Action] = [:]
    /// All that are named, so that a broken document does not make those that use it look wrong as well.
    var actionNames: [String] = []
    var runbookNames: [String] = []
    /// A topology document is broken, so what it names is not known.
    var isTopologyBroken = false
    var arePeopleBroken = false

    /// The facts of rules. Where the topology is broken, every environment may be one that it names.
    var policyFacts: CELEnvironment {
        isTopologyBroken
            ? FactDeclarations.policy()
            : FactDeclarations.policy(
                environments: topology.services.compactMap(\.environment).distinct,
                tiers: topology.services.compactMap(\.tier).distinct)
    }
}
