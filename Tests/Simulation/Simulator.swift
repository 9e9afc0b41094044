import HandrailCore

/// Plays seeds. What is the same for all of them, the workspaces, is loaded once.
public struct Simulator: Sendable {
    let sites: [[Site]]
    private let sabotage: Sabotage?

    /// - Parameters:
    ///   - root: of the checkout, for the sample workspace in it.
    ///   - sabotage: a promise that is broken around the product, to see that it is noticed.
    public init(root: String, sabotage: Sabotage? = nil) throws {
        self.sabotage = sabotage
        sites = try Site.all(root: root)
    }

    /// - Parameter isTraced: keep what happened, for people.
    public func play(seed: UInt64, isTraced: Bool = false) async -> SimulationReport {
        var simulation = Simulation(seed: seed, sites: sites, sabotage: sabotage, isTraced: isTraced)
        await simulation.play()
        return SimulationReport(simulation)
    }

    /// The sentences that are held against every step, by their names.
    public static var invariants: [(name: String, sentence: String)] {
        Invariants.all.map { ($0.name, $0.sentence) }
    }
}

/// What came of some seeds.
public struct SimulationReport: Sendable {
    public struct Finding: Sendable {
        public let seed: UInt64
        public let step: Int
        public let invariant: String
        public let sentence: String
        public let because: String
        /// Oldest first; empty unless asked for.
        public let trace: [String]
    }

    public internal(set) var seeds = 0
    public internal(set) var steps = 0
    public internal(set) var incidents = 0
    public internal(set) var runs = 0
    public internal(set) var performed = 0
    public internal(set) var undone = 0
    public internal(set) var crashes = 0
    public internal(set) var endings: [String: Int] = [:]
    public internal(set) var finding: Finding?

    public init() {}

    init(_ simulation: Simulation) {
        seeds = 1
        steps = simulation.counts.steps
        incidents = simulation.history.incidentCount
        runs = simulation.history.runs.count
        performed = simulation.counts.performed
        undone = simulation.counts.undone
        crashes = simulation.counts.crashes
        for run in simulation.history.runs.values {
            let state = run.state.map { "\($0)".prefix { $0 != "(" } } ?? "unsealed"
            if case .finished(let ending) = run.state {
                endings[String("\(ending)".prefix { $0 != "(" }), default: 0] += 1
            } else {
                endings[String(state), default: 0] += 1
            }
        }
        finding = simulation.violation.map {
            Finding(
                seed: $0.seed, step: $0.step, invariant: $0.invariant, sentence: $0.sentence, because: $0.because,
                trace: simulation.trace.lines)
        }
    }

    /// The first finding is kept.
    public static func += (left: inout SimulationReport, right: SimulationReport) {
        left.seeds += right.seeds
        left.steps += right.steps
        left.incidents += right.incidents
        left.runs += right.runs
        left.performed += right.performed
        left.undone += right.undone
        left.crashes += right.crashes
        left.endings.merge(right.endings, uniquingKeysWith: +)
        left.finding = left.finding ?? right.finding
    }
}
