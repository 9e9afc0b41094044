import Foundation
import Simulation
import Testing

/// A short seeded run; `make simulate` makes it long.
struct SimulationTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path(percentEncoded: false)

    @Test func nothingStupidHappensWhateverGoesWrong() async throws {
        let simulator = try Simulator(root: Self.root)
        for seed in 1...150 as ClosedRange<UInt64> {
            let report = await simulator.play(seed: seed, isTraced: true)
            let finding = try #require(report.finding.map { $0 } == nil ? Optional(()) : nil, "\(report.finding?.told ?? "")")
            _ = finding
        }
    }
}
