internal import Glibc

/// What one section needed, from runs in a process of its own each.
struct Measurement {
    struct Run {
        let alerts: Int
        let nanoseconds: Int
        let peakBytes: Int
    }

    let section: String
    /// At least one.
    let runs: [Run]

    var alerts: Int { runs.first?.alerts ?? 0 }
    var medianNanoseconds: Int { runs.map(\.nanoseconds).sorted()[runs.count / 2] }
    var peakBytes: Int { runs.map(\.peakBytes).max() ?? 0 }

    /// Each run starts cold, in a fresh process: so its peak memory is its own, and no cache of a run before it helps.
    static func of(_ section: Section, recording: String, runs: Int) throws(BenchError) -> Measurement {
        var measured: [Run] = []
        for _ in 0..<runs { measured.append(try run(section, recording: recording)) }
        return Measurement(section: section.name, runs: measured)
    }

    private static func run(_ section: Section, recording: String) throws(BenchError) -> Run {
        let ended = try ChildProcess.runSelf(["--measure", section.name, recording])
        let numbers = ended.output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
        guard ended.status == 0, numbers.count == 2 else {
            throw BenchError("section `\(section.name)` failed")
        }
        return Run(alerts: numbers[0], nanoseconds: numbers[1], peakBytes: ended.peakBytes)
    }

    /// What the child does: measures once and prints alerts and nanoseconds.
    static func measure(_ section: Section, recording: String) throws {
        let work = try section.prepare(recording)
        var alerts = 0
        let elapsed = try ContinuousClock().measure { alerts = try work() }
        print(alerts, Int(elapsed / .nanoseconds(1)))
    }
}
