import Foundation
import Testing

/// The lab of `Tests/Lab`: real servers on loopback, and the real program beside them. `scripts/servers lab` fetches it.
enum LiveLab {
    static let python = "/usr/bin/python3"
    static let runner = Repository.path("Tests/Lab/run.py")

    /// Five minutes that need a machine of their own: real servers miss their times beside hundreds of other tests.
    static let isAskedFor = ProcessInfo.processInfo.environment["HANDRAIL_LAB"] != nil

    static var isThere: Bool {
        let servers = ["supervisord", "prometheus", "redis-server"].map { ".build/servers/usr/bin/\($0)" }
        return ([python] + servers.map(Repository.path)).allSatisfy { FileManager.default.isExecutableFile(atPath: $0) }
    }
}

/// Four of the faults; `make lab` plays them all.
@Suite(
    .enabled(if: LiveLab.isAskedFor, "set HANDRAIL_LAB=1 to play them here, or run make lab"),
    .enabled(if: LiveLab.isThere, "there is no live lab: scripts/servers lab fetches its servers, and it needs python3")
)
struct LabTests {
    @Test func realFaultsAreMendedAndNothingElseIsTouched() async throws {
        let faults = ["worker-hang", "backend-down", "redis-hang", "storm"]
        let result = try await Program.run(
            [LiveLab.runner] + faults, program: LiveLab.python, environment: ["HANDRAIL": try Program.path()])
        #expect(result.code == 0, "\(result.output)\n\(result.errors)")
    }
}
