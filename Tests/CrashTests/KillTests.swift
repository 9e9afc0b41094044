import Foundation
import Testing

@testable import CrashHarness

/// A few places of every scenario, chosen by a seed; `make crash` visits all.
struct KillTests {
    private static let isRoot = geteuid() == 0
    private static let playable = Scenario.all.filter { isRoot || !$0.needsRoot }

    @Test(arguments: playable)
    func whereverItIsKilledNothingIsLostOrDoneTwice(scenario: Scenario) async throws {
        let workplace = try Self.workplace()
        var options = Campaign.Options()
        options.jobs = 2
        options.sample = 3
        options.rehearsals = 1
        options.seed = 20_260_113
        let campaign = Campaign(scenario, in: workplace, options: options)
        let report = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try campaign.run() }) }
        }
        #expect(report.findings.isEmpty, "seed \(options.seed), \(report.findings)")
        // Not every run comes by every place.
        #expect(report.visited >= 2, "seed \(options.seed), never came to \(report.missed)")
        // A scenario of which nothing is seen could not fail.
        #expect(report.steadyKills.count > 300)
        workplace.remove()
    }

    /// Its first page is half written, and only who may write can take that back.
    @Test func aJournalWhoseMakingWasInterruptedIsNotTakenForAnothersFile() throws {
        let workplace = try Self.workplace()
        try workplace.prepare(.singleStep)
        let state = try Visit(.singleStep, in: workplace).killed(at: "write journal.sqlite 1 within")
        let looked = try Command(program: workplace.program, arguments: ["runs", "--state", state]).run()
        #expect(looked.status == 3)
        #expect(looked.errors.contains("was being made when its engine ended"), "\(looked.errors)")
        workplace.remove()
    }

    private static func workplace() throws -> Workplace {
        let runner = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return try Workplace(products: URL(filePath: runner).deletingLastPathComponent().path)
    }
}
