/// How far services are from each other along `depends-on`, in either direction.
struct ServiceGraph: Sendable {
    /// For each service the others within reach, sorted by distance, then name.
    private let reach: [String: [(service: String, hops: Int)]]

    init(topology: Topology, hops: Int) {
        var neighbours: [String: Set<String>] = [:]
        for service in topology.services {
            for other in service.dependsOn {
                neighbours[service.name, default: []].insert(other)
                neighbours[other, default: []].insert(service.name)
            }
        }
        var reach: [String: [(service: String, hops: Int)]] = [:]
        for name in neighbours.keys {
            reach[name] = Self.within(hops, of: name, neighbours: neighbours)
        }
        self.reach = reach
    }

    func related(to service: String) -> [(service: String, hops: Int)] {
        reach[service] ?? []
    }

    private static func within(
        _ hops: Int, of start: String, neighbours: [String: Set<String>]
    ) -> [(service: String, hops: Int)] {
        var distances = [start: 0]
        var edge = [start]
        for distance in stride(from: 1, through: hops, by: 1) {
            edge = Set(edge.flatMap { neighbours[$0, default: []] }).filter { distances[$0] == nil }.sorted()
            for service in edge { distances[service] = distance }
            if edge.isEmpty { break }
        }
        return distances.filter { $0.value > 0 }
            .map { (service: $0.key, hops: $0.value) }
            .sorted { ($0.hops, $0.service) < ($1.hops, $1.service) }
    }
}
