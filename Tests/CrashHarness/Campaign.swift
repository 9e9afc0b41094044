import Foundation
import Synchronization

/// Visits places of a scenario, several at a time.
public struct Campaign: Sendable {
    public struct Options: Sendable {
        /// Visits at a time: they mostly wait.
        public var jobs = 4 * ProcessInfo.processInfo.activeProcessorCount
        /// How many of the kills are tried, spread over all categories. Nil: all.
        public var sample: Int?
        /// Of every so many visits one is killed once more while it recovers.
        public var secondKillEvery = 5
        public var seed: UInt64 = 1
        /// How often it goes undisturbed first, to see which points are always there.
        public var rehearsals = 3
        /// Called with each visit that has ended, from any thread.
        public var onVisit: (@Sendable () -> Void)?

        public init() {}
    }

    /// A place that not every run comes by is tried so often.
    private static let attempts = 10

    let scenario: Scenario
    let workplace: Workplace
    let options: Options

    public init(_ scenario: Scenario, in workplace: Workplace, options: Options = Options()) {
        self.scenario = scenario
        self.workplace = workplace
        self.options = options
    }

    /// - Throws: where the scenario does not even go as it should undisturbed.
    public func run() throws -> CampaignReport {
        let began = ContinuousClock.now
        try workplace.prepare(scenario)
        let (steady, varying) = try points()
        var report = CampaignReport(scenario: scenario.name, steady: steady, varying: varying)
        let chosen =
            options.sample.map { Self.sample($0, of: report.steadyKills, seed: options.seed) }
            ?? report.steadyKills + report.varyingKills
        let results = Results()
        atOnce(chosen.count) { index in
            let result = visit(chosen[index], index, steady)
            results.add(chosen[index], result)
            options.onVisit?()
        }
        for (kill, result) in results.all { report.add(kill, result) }
        report.duration = ContinuousClock.now - began
        return report
    }

    /// By process: those that every undisturbed run comes by, and those that only some do, since it depends on time which
    /// entries share a commit.
    private func points() throws -> (steady: [[KillPoint]], varying: [[KillPoint]]) {
        let runs = try (0..<max(1, options.rehearsals)).map { _ in
            let rehearsal = try Visit(scenario, in: workplace)
            defer { rehearsal.remove() }
            return try rehearsal.undisturbed()
        }
        let steady = scenario.passes.indices.map { pass in
            runs[0][pass].filter { point in runs.allSatisfy { $0[pass].contains(point) } }
        }
        let varying = scenario.passes.indices.map { pass in
            var seen = Set(steady[pass])
            return runs.flatMap { $0[pass] }.filter { seen.insert($0).inserted }
        }
        return (steady, varying)
    }

    /// Threads of their own, since they wait for processes: more of them than there are processors.
    private func atOnce(_ count: Int, _ work: @escaping @Sendable (Int) -> Void) {
        let next = Counter()
        let group = DispatchGroup()
        for _ in 0..<max(1, options.jobs) {
            group.enter()
            Thread.detachNewThread {
                while case let index = next.next(), index < count { work(index) }
                group.leave()
            }
        }
        group.wait()
    }

    private final class Results: Sendable {
        private let kept = Mutex<[(Kill, Result)]>([])

        func add(_ kill: Kill, _ result: Result) { kept.withLock { $0.append((kill, result)) } }
        var all: [(Kill, Result)] { kept.withLock { $0 } }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        func next() -> Int {
            value.withLock { value in
                defer { value += 1 }
                return value
            }
        }
    }

    enum Result: Sendable {
        case visited(isTwice: Bool)
        case missed
        case found([String], folder: String)
    }

    private func visit(_ kill: Kill, _ index: Int, _ points: [[KillPoint]]) -> Result {
        var random = SplitMix(state: options.seed &+ UInt64(index))
        let isTwice = options.secondKillEvery > 0 && index % options.secondKillEvery == 0
        let second = isTwice ? Int.random(in: 1...max(1, points[kill.pass].count), using: &random) : nil
        var folder = ""
        do {
            for _ in 0..<Self.attempts {
                let visit = try Visit(scenario, in: workplace)
                folder = visit.folder
                switch try visit.disturbed(by: kill, delay: Int.random(in: 0...25, using: &random), second: second) {
                case .missed: visit.remove()
                case .visited(let violations) where violations.isEmpty:
                    visit.remove()
                    return .visited(isTwice: isTwice)
                case .visited(let violations): return .found(violations, folder: folder)
                }
            }
            return .missed
        } catch {
            return .found(["\(error)"], folder: folder)
        }
    }

    /// The same share of each category at least, so that what is rare is tried as well.
    static func sample(_ count: Int, of kills: [Kill], seed: UInt64) -> [Kill] {
        var random = SplitMix(state: seed)
        var left = Dictionary(grouping: kills, by: \.point.category).mapValues { $0.shuffled(using: &random) }
        var chosen: [Kill] = []
        while chosen.count < min(count, kills.count) {
            for category in KillPoint.Category.allCases.shuffled(using: &random) where chosen.count < count {
                if let kill = left[category]?.popLast() { chosen.append(kill) }
            }
        }
        return chosen
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
