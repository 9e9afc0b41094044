import HandrailCore

/// How much goes wrong in one simulation.
struct Weather {
    /// 0: everything outside works; 1: hardly anything does.
    var turbulence: Double
    /// For each thing that is handed to the director: the chance of a crash right then.
    var crashes: Double
    var people: Duration
    var faults: Int
    var span: Duration
    /// A burst of alerts at once, in some.
    var hasStorm: Bool
    var recordsPerSnapshot: Int
    var usesBytes: Bool

    init(_ chance: inout Chance) {
        turbulence = chance.pick([0, 0.15, 0.4, 0.4, 0.8])
        crashes = turbulence == 0 ? 0 : chance.pick([0, 0.002, 0.01, 0.03])
        people = .seconds(chance.pick([10, 30, 90, 400]))
        faults = chance.number(3...10)
        span = .seconds(chance.number(5...25) * 60)
        hasStorm = chance.happens(0.1)
        recordsPerSnapshot = chance.pick([10, 60, 10_000])
        usesBytes = chance.happens(0.1)
    }
}
