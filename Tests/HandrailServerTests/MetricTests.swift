import Foundation
import HandrailCore
import Testing

@testable import HandrailServer

@Suite struct MetricTests {
    /// An alert on nothing is never seen to be wrong.
    @Test(arguments: ["deploy/prometheus-rules.yml", "deploy/grafana-dashboard.json"])
    func whatIsAskedForIsMeasured(_ file: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
        let names = Set(Metric.allCases.map(\.rawValue))
        let asked = Set(text.matches(of: /\bhandrail_[a-z_]+/).map { String($0.output) })
        #expect(!asked.isEmpty)
        for name in asked {
            let base = ["_bucket", "_sum", "_count"].first { name.hasSuffix($0) }.map {
                String(name.dropLast($0.count))
            }
            #expect(names.contains(name) || base.map { names.contains($0) } == true, "\(name)")
        }
    }

    @Test func namesAndKindsAreAsPrometheusHasThem() {
        for metric in Metric.allCases {
            #expect(metric.rawValue.hasSuffix("_total") == (metric.kind == .counter), "\(metric.rawValue)")
            #expect(!metric.help.contains("\n") && !metric.help.contains("\\"))
        }
        #expect(Set(Metric.allCases.map(\.rawValue)).count == Metric.allCases.count)
    }

    /// Without the number nobody could be told that nothing comes, nor that the first run has failed.
    @Test func whatHasNotHappenedYetIsZero() async throws {
        let running = try await RunningServer()
        let text = await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text ?? ""
        for line in [
            #"handrail_deliveries_total{source="alertmanager"} 0"#, #"handrail_runs_total{outcome="failed"} 0"#,
            #"handrail_decisions_total{verdict="automatic"} 0"#, "handrail_runs_held 0",
        ] { #expect(text.contains(line + "\n"), "\(line)") }
        try await running.stop()
    }

    @Test func eventsThatChangeNothingAreCounted() async throws {
        let running = try await RunningServer()
        let event = #"{"routing_key":"k","event_action":"acknowledge","dedup_key":"a"}"#
        let answer = try #require(await running.deliver(Array(event.utf8), to: "pagerduty"))
        #expect(answer.status == 200 && answer.text.contains(#""passedOver":1"#), "\(answer.text)")
        let text = await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text ?? ""
        #expect(text.contains(#"handrail_events_passed_over_total{source="pagerduty"} 1"#), "\(text)")
        try await running.stop()
    }

    /// What is sent back comes again with the same alerts in it.
    @Test func anAlertThatIsNotValidIsCountedOnce() async throws {
        let running = try await RunningServer()
        await running.journal.fail(because: "the disk is full")
        let valid = String(decoding: RunningServer.webhook(1), as: UTF8.self).split(separator: "[", maxSplits: 1)[1]
        let mixed = Array((#"{"version":"4","alerts":[{"status":"odd","labels":{"alertname":"A"}},"# + valid).utf8)
        for _ in 0..<3 { #expect(await running.deliver(mixed)?.status == 503) }
        await running.journal.fail(because: nil)
        while await running.deliver(mixed)?.status != 200 { try await Task.sleep(for: .milliseconds(5)) }
        let metrics = await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text ?? ""
        #expect(metrics.contains(#"handrail_alerts_rejected_total{source="alertmanager"} 1"#), "\(metrics)")
        try await running.stop()
    }
}
