import Foundation
import Simulation

/// `handrail-simulate --seeds 1000000 --first 1 [--jobs 2] [--trace] [--keep-going]`: for developers, and not shipped.
@main
struct Simulate {
    static func main() async throws {
        let options = Options(CommandLine.arguments)
        if let folder = options.mutatedSources { return try mutate(folder) }
        if options.listsMutations {
            var seen: Set<String> = []
            for name in Mutation.all.map(\.name) + Sabotage.allCases.map(\.rawValue) where seen.insert(name).inserted {
                print(name)
            }
            return
        }
        let simulator = try Simulator(root: options.root, sabotage: options.sabotage)
        if options.listsInvariants {
            for (name, sentence) in Simulator.invariants { print("\(name): \(sentence)") }
            return
        }
        let clock = ContinuousClock()
        let began = clock.now
        let report = await play(simulator, options)
        let seconds = Double((clock.now - began).components.seconds) + 0.001
        print(
            "\(report.seeds) seeds, \(report.incidents) incidents, \(report.runs) runs, \(report.performed) steps "
                + "performed, \(report.undone) undone, \(report.crashes) crashes, \(report.steps) events, "
                + "\(Int(seconds)) s")
        print(report.endings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", "))
        guard let finding = report.finding else { return }
        if options.isBrief {
            print("found \(finding.seed - options.first + 1) \(finding.invariant)")
            exit(1)
        }
        await show(finding, simulator, options)
        exit(1)
    }

    private static func play(_ simulator: Simulator, _ options: Options) async -> SimulationReport {
        var total = SimulationReport()
        let last = options.first + options.seeds
        var next = options.first
        await withTaskGroup(of: SimulationReport.self) { group in
            var running = 0
            while next < last || running > 0 {
                while running < options.jobs, next < last, total.finding == nil || options.keepsGoing {
                    let chunk = next..<min(next + 100, last)
                    next = chunk.upperBound
                    running += 1
                    group.addTask { await playChunk(simulator, chunk, options) }
                }
                guard let report = await group.next() else { return }
                running -= 1
                let before = total.seeds
                total += report
                if options.seeds >= 10_000, total.seeds / 10_000 > before / 10_000 {
                    print("… \(total.seeds) seeds, \(total.incidents) incidents")
                }
                if total.finding != nil, !options.keepsGoing, running == 0 { return }
            }
        }
        return total
    }

    /// Patches a copy of the sources so that each mutation can be switched on in it.
    private static func mutate(_ folder: String) throws {
        for mutation in Mutation.all {
            let file = URL(filePath: folder).appending(path: mutation.file)
            guard let patched = mutation.patched(try String(contentsOf: file, encoding: .utf8)) else {
                print("\(mutation.name): what it replaces does not stand exactly once in \(mutation.file)")
                exit(1)
            }
            try patched.write(to: file, atomically: true, encoding: .utf8)
        }
        try Mutation.source.write(
            to: URL(filePath: folder).appending(path: Mutation.sourceFile), atomically: true, encoding: .utf8)
    }

    private static func playChunk(_ simulator: Simulator, _ seeds: Range<UInt64>, _ options: Options) async
        -> SimulationReport
    {
        var total = SimulationReport()
        for seed in seeds {
            let report = await simulator.play(seed: seed)
            if options.keepsGoing, let finding = report.finding {
                print("\(finding.seed) \(finding.invariant): \(finding.because)")
            }
            total += report
            if total.finding != nil, !options.keepsGoing { break }
        }
        return total
    }

    /// Once more, to see how it came about.
    private static func show(
        _ finding: SimulationReport.Finding, _ simulator: Simulator, _ options: Options
    ) async {
        let again = await simulator.play(seed: finding.seed, isTraced: true).finding
        let lines = again?.trace ?? []
        print(lines.suffix(options.traceLines).map { "  \($0)" }.joined(separator: "\n"))
        print("seed \(finding.seed), step \(finding.step): \(finding.invariant)")
        print("  must hold: \(finding.sentence)")
        print("  but:       \(finding.because)")
        if again?.step != finding.step { print("  It did not come out the same the second time.") }
    }
}

struct Options: Sendable {
    var seeds: UInt64 = 1000
    var first: UInt64 = 1
    var jobs = 2
    var root = "."
    var traceLines = 40
    var keepsGoing = false
    var listsInvariants = false
    var listsMutations = false
    var isBrief = false
    var mutatedSources: String?
    var sabotage: Sabotage?

    init(_ arguments: [String]) {
        var rest = arguments.dropFirst()
        while let name = rest.popFirst() {
            switch name {
            case "--seeds": seeds = rest.popFirst().flatMap { UInt64($0) } ?? seeds
            case "--first": first = rest.popFirst().flatMap { UInt64($0) } ?? first
            case "--jobs": jobs = rest.popFirst().flatMap { Int($0) } ?? jobs
            case "--root": root = rest.popFirst() ?? root
            case "--trace": traceLines = rest.popFirst().flatMap { Int($0) } ?? traceLines
            case "--keep-going": keepsGoing = true
            case "--invariants": listsInvariants = true
            case "--mutations": listsMutations = true
            case "--mutate": mutatedSources = rest.popFirst()
            case "--sabotage": sabotage = rest.popFirst().flatMap { Sabotage(rawValue: $0) }
            case "--brief": isBrief = true
            default:
                print(
                    "usage: handrail-simulate [--seeds N] [--first N] [--jobs N] [--root FOLDER] [--trace LINES] "
                        + "[--keep-going] [--invariants]")
                exit(2)
            }
        }
    }
}
