internal import CEL
internal import HandrailCore

/// Decodes `policy:` documents.
struct PolicyDecoder {
    private static let keys = [
        "policy", "about", "default", "allow", "restrict", "limits", "freeze", "breaker", "protect",
    ]

    let reading: Reading
    let declarations: Declarations
    let facts: CELEnvironment

    init(reading: Reading, declarations: Declarations) {
        self.reading = reading
        self.declarations = declarations
        facts = declarations.policyFacts
    }

    func decode(_ document: Document) -> Policy? {
        guard let fields = reading.fields(document.node, "a policy", Self.keys) else { return nil }
        let rules = RuleDecoder(reading: reading, declarations: declarations, facts: facts)
        let guards = GuardDecoder(reading: reading, facts: facts)
        let defaultVerdict = reading.choice(fields["default"], "`default`", Verdict.self)
        return Policy(
            name: document.name, defaultVerdict: defaultVerdict,
            allow: rules.allow(fields["allow"], looserThan: defaultVerdict ?? .approval),
            restrict: rules.restrict(fields["restrict"]),
            limits: reading.list(fields["limits"], "`limits`").compactMap(guards.limit),
            freezes: reading.list(fields["freeze"], "`freeze`").compactMap(guards.freeze),
            breakers: reading.list(fields["breaker"], "`breaker`").compactMap(guards.breaker),
            protected: reading.list(fields["protect"], "`protect`").compactMap(protected),
            location: reading.location(document.node))
    }

    private func protected(_ node: YAMLNode) -> Protected? {
        guard let text = reading.text(node, "an entry of `protect`") else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            reading.error("bad-protect", "an entry of `protect` is `id` or `kind:id`", at: node)
            return nil
        }
        let id = String(parts[parts.count - 1])
        let kind = parts.count == 2 ? String(parts[0]) : nil
        if kind == "service", !declarations.isTopologyBroken, declarations.topology.service(named: id) == nil {
            reading.findings.warning(
                "unknown-service", "no topology declares the service \(quoted(id))", at: node.span,
                suggestion: Suggestion.nearest(id, among: declarations.topology.services.map(\.name)).map {
                    "service:\($0)"
                })
        }
        return Protected(kind: kind, id: id, location: reading.location(node))
    }
}
