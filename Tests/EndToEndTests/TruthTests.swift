import HandrailCore
import HandrailEngine
import Testing

/// The sample workspace against twelve faults that were injected into a real lab.
@Suite struct TruthTests {
    /// For each fault the runbook whose action is the fix that helped, and the target that the alerts allow to name.
    private static let expected: [String: (runbook: String, target: String)] = [
        "worker-hang": ("restart-stuck-worker", "worker:2"),
        "worker-leak": ("restart-leaking-worker", "worker:3"),
        "worker-crashloop": ("roll-back-worker-config", "worker-3.json"),
        "poison-job": ("dead-letter-poison-job", "jobs"),
        "queue-backlog": ("scale-out-workers", "jobs"),
        "backend-down": ("start-backend", "web:b4"),
        "backend-maint": ("return-backend-to-rotation", "web/b4"),
        "web-surge": ("scale-out-web", "web"),
        "redis-hang": ("restart-redis", "redis"),
        "flapping": ("restart-flapping-backend", "web:b2"),
        "storm": ("start-switch", "switch:z2"),
        "disk-fill": ("relieve-volume", "/run/lab/data"),
    ]

    private struct Row {
        let scenario: String
        let runbook: String
        let target: String
        let verdict: Verdict
        let seconds: Double
        let fixSeconds: Double
        let incidents: Int
    }

    private func decisions(_ scenario: Truth.Scenario, _ workspace: Workspace) throws -> ReplayReport {
        try Repository.replay(
            "incidents/" + (scenario.recording.split(separator: "/").last.map(String.init) ?? ""), workspace)
    }

    @Test func everyFaultIsRecognisedOnTheRightTargetBeforeItWasFixed() throws {
        let workspace = try Repository.workspace()
        var rows: [Row] = []
        for scenario in try Truth.read().scenarios {
            let report = try decisions(scenario, workspace)
            let fault = try #require(scenario.faults.first)
            let expected = try #require(Self.expected[fault.fault])
            let match = report.decisions.first { $0.plan.runbook == expected.runbook }
            let record = try #require(match, "\(fault.fault): \(expected.runbook) did not match")
            #expect(record.plan.targets.map(\.id) == [expected.target], "\(fault.fault)")
            let decidedAt = Double(record.at.milliseconds) / 1000
            #expect(decidedAt < fault.tFix, "\(fault.fault): decided after the fix")
            rows.append(
                Row(
                    scenario: fault.fault, runbook: expected.runbook, target: expected.target,
                    verdict: record.decision.verdict, seconds: decidedAt - fault.tInject,
                    fixSeconds: fault.tFix - fault.tInject, incidents: report.incidents.count))
        }
        #expect(rows.count == 12)
        let table = table(rows)
        print(table)
        #expect(try Repository.readme().contains(table), "the table in README.md is another one")
    }

    @Test func nothingElseIsEverProposed() throws {
        let workspace = try Repository.workspace()
        for scenario in try Truth.read().scenarios {
            let report = try decisions(scenario, workspace)
            let expected = try #require(Self.expected[scenario.scenario])
            for record in report.decisions {
                #expect(
                    record.plan.targets.map(\.id) == [expected.target],
                    "\(scenario.scenario): \(record.plan.runbook) proposes another target")
            }
        }
    }

    @Test func noVictimOfTheRedisCascadeIsTouched() throws {
        let report = try Repository.replay("incidents/redis-hang.jsonl", Repository.workspace())
        #expect(report.decisions.map(\.plan.runbook) == ["restart-redis"])
        #expect(report.decisions.map(\.decision.verdict) == [.approval])
        #expect(report.incidents.count == 1)
    }

    @Test func theStormIsAHandfulOfIncidentsAndNothingIsAutomatic() throws {
        let report = try Repository.replay("incidents/storm.jsonl", Repository.workspace())
        #expect(report.incidents.count <= 3)
        #expect(report.counters.episodes > 300)
        #expect(!report.decisions.contains { $0.decision.verdict == .automatic })
        #expect(report.decisions.contains { $0.plan.runbook == "deduplicate-host-alerts" })
        #expect(report.timeline.contains { if case .stormBegan = $0.event { true } else { false } })
    }

    /// The verdicts that those who injected the faults would have wanted, except where an interlock knows better.
    @Test(arguments: [
        ("worker-hang", Verdict.automatic), ("worker-leak", .automatic), ("worker-crashloop", .approval),
        ("poison-job", .approval), ("queue-backlog", .automatic), ("backend-down", .automatic),
        ("backend-maint", .advisory), ("web-surge", .automatic), ("redis-hang", .approval), ("flapping", .approval),
        ("storm", .approval), ("disk-fill", .approval),
    ])
    func theVerdictIsTheOneThatAPersonWouldGive(fault: String, verdict: Verdict) throws {
        let report = try Repository.replay("incidents/\(fault).jsonl", Repository.workspace())
        let expected = try #require(Self.expected[fault])
        #expect(report.decisions.first { $0.plan.runbook == expected.runbook }?.decision.verdict == verdict)
    }

    private func table(_ rows: [Row]) -> String {
        let lines = rows.map { row in
            "| \(row.scenario) | \(row.runbook) | \(row.target) | \(row.verdict.rawValue) | \(tenths(row.seconds)) | \(tenths(row.fixSeconds)) | \(row.incidents) |"
        }
        let head = "| fault | runbook | target | verdict | decided after, s | fixed by hand after, s | incidents |"
        return ([head, "|---|---|---|---|---|---|---|"] + lines).joined(separator: "\n")
    }

    private func tenths(_ seconds: Double) -> String {
        let tenths = Int((seconds * 10).rounded())
        return "\(tenths / 10).\(abs(tenths % 10))"
    }
}
