import Foundation
import Testing

@testable import Simulation

/// A short seeded run; `make simulate` makes it a long one.
struct SimulationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test func whateverGoesWrongEveryInvariantHolds() async throws {
        let simulator = try Simulator(root: Self.root.path(percentEncoded: false))
        var total = SimulationReport()
        for seed in 1...60 as ClosedRange<UInt64> {
            let report = await simulator.play(seed: seed, isTraced: true)
            if let finding = report.finding {
                let trace = finding.trace.suffix(40).joined(separator: "\n")
                Issue.record("seed \(seed), step \(finding.step): \(finding.sentence)\n\(finding.because)\n\(trace)")
            }
            total += report
        }
        // Something happened at all.
        #expect(total.performed > 50 && total.undone > 10 && total.crashes > 20)
    }

    @Test func aSeedComesOutTheSameEachTime() async throws {
        let simulator = try Simulator(root: Self.root.path(percentEncoded: false))
        for seed in [3, 7, 11] as [UInt64] {
            let traces = [
                await Self.trace(of: seed, simulator), await Self.trace(of: seed, simulator),
            ]
            #expect(traces[0] == traces[1] && !traces[0].isEmpty)
        }
    }

    private static func trace(of seed: UInt64, _ simulator: Simulator) async -> [String] {
        var simulation = Simulation(seed: seed, sites: simulator.sites, sabotage: nil, isTraced: true)
        await simulation.play()
        return simulation.trace.lines
    }

    @Test(arguments: [Sabotage.acknowledgesBeforeKeeping, .sameDigest, .noPolicy])
    func aBrokenPromiseIsNoticed(sabotage: Sabotage) async throws {
        let simulator = try Simulator(root: Self.root.path(percentEncoded: false), sabotage: sabotage)
        for seed in 1...200 as ClosedRange<UInt64> {
            if await simulator.play(seed: seed).finding != nil { return }
        }
        Issue.record("\(sabotage.rawValue) goes unnoticed")
    }

    @Test func everyMutationStillFitsTheSourceThatItPatches() throws {
        var sources: [String: String] = [:]
        for mutation in Mutation.all {
            let file = Self.root.appending(path: "Sources").appending(path: mutation.file)
            let source = try sources[mutation.file] ?? String(contentsOf: file, encoding: .utf8)
            sources[mutation.file] = mutation.patched(source)
            #expect(sources[mutation.file] != nil, "\(mutation.name) finds no place in \(mutation.file)")
        }
    }
}
