internal import CEL
internal import HandrailCore

/// Decodes `topology:` documents. Several add up to one topology.
struct TopologyDecoder {
    let reading: Reading

    func decode(_ documents: [Document]) -> Topology {
        var services: [Topology.Service] = []
        var known: [ExactText: FileLocation] = [:]
        var dependencies: [(node: YAMLNode, of: String)] = []
        for document in documents {
            guard let fields = reading.fields(document.node, "a topology", ["topology", "about", "services"]) else {
                continue
            }
            for entry in reading.entries(fields.required("services"), "`services`") {
                if let first = known[ExactText(entry.key)] {
                    reading.error(
                        "duplicate-name", "service \(quoted(entry.key)) is declared twice", at: entry.keyNode,
                        notes: ["it is declared at \(first) already"])
                    continue
                }
                known[ExactText(entry.key)] = reading.location(entry.keyNode)
                services.append(service(entry, &dependencies))
            }
        }
        check(dependencies, among: services.map(\.name))
        return Topology(services: services)
    }

    private func service(_ entry: YAMLEntry, _ dependencies: inout [(node: YAMLNode, of: String)]) -> Topology.Service {
        let location = reading.location(entry.keyNode)
        guard !entry.value.isNull,
            let fields = reading.fields(
                entry.value, "a service", ["about", "environment", "tier", "replicas", "depends-on", "alerts"])
        else { return Topology.Service(name: entry.key, location: location) }
        let dependsOn = reading.list(fields["depends-on"], "`depends-on`").compactMap { node in
            reading.text(node, "an entry of `depends-on`").map { (name: $0, node: node) }
        }
        dependencies += dependsOn.map { ($0.node, entry.key) }
        _ = reading.text(fields["about"], "`about`")
        return Topology.Service(
            name: entry.key, environment: reading.text(fields["environment"], "`environment`"),
            tier: reading.text(fields["tier"], "`tier`"),
            replicas: reading.integer(fields["replicas"], "`replicas`", 0...1_000_000),
            dependsOn: dependsOn.map(\.name).distinct,
            alerts: reading.list(fields["alerts"], "`alerts`").compactMap { reading.selector($0, "a selector") },
            location: location)
    }

    private func check(_ dependencies: [(node: YAMLNode, of: String)], among names: [String]) {
        let known = Set(names.exact)
        for (node, service) in dependencies {
            guard !reading.findings.isFull, let name = node.text else { continue }
            if name.hasSameBytes(as: service) {
                reading.error("self-dependency", "service \(quoted(service)) depends on itself", at: node)
            } else if !reading.findings.isIncomplete, !known.contains(ExactText(name)) {
                reading.error(
                    "unknown-service", "no topology declares the service \(quoted(name))", at: node,
                    suggestion: Suggestion.nearest(name, among: names))
            }
        }
    }
}
