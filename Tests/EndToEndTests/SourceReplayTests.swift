import Foundation
import HandrailCore
import HandrailFormats
import Testing

/// Deliveries of other sources than Alertmanager, through the program.
@Suite struct SourceReplayTests {
    private static let routingKey = "R03E8VJ2A1B2C3D4E5F60718293A4B5C"

    private static func pagerDuty(_ rest: String) -> String {
        #"{"routing_key":"\#(routingKey)","dedup_key":"disk-db-1",\#(rest)}"#
    }

    private static let trigger = pagerDuty(
        #""event_action":"trigger","payload":{"summary":"Disk full","source":"db-1","severity":"critical"}"#)

    /// The example stands in the README alone, so that it cannot go wrong there unseen.
    private static func readmeSource() throws -> String {
        let text = try Repository.readme()
        let start = try #require(text.range(of: "source: zabbix"))
        let rest = text[start.lowerBound...]
        return String(rest[..<(try #require(rest.range(of: "```"))).lowerBound])
    }

    @Test func theMappingInTheReadmeLoads() throws {
        let loaded = WorkspaceLoader.load(files: [("policies/zabbix.yaml", Array(try Self.readmeSource().utf8))])
        #expect(loaded.findings.map(\.rendered) == [])
        let source = try #require(loaded.workspace?.sources.first)
        var decoder = SourceDecoder(identity: AlertIdentity())
        let body = #"{"events":[{"trigger":"Disk full","host":"db-1","severity":"HIGH","eventid":7,"value":"1"}]}"#
        let decoded = try decoder.decode(
            Array(body.utf8), as: source, receivedAt: Timestamp(milliseconds: 0), source: "zabbix",
            isAuthenticated: true)
        #expect(decoded.rejected == [])
        #expect(decoded.delivery.alerts.first?.labels["severity"] == "high")
        #expect(decoded.delivery.alerts.first?.labels["team"] == "databases")
    }

    @Test func aRecordingOfOtherSourcesIsReplayed() async throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.path("policies"), withIntermediateDirectories: false)
        try Self.readmeSource().write(toFile: scratch.path("policies/zabbix.yaml"), atomically: false, encoding: .utf8)
        let zabbix = #"{"events":[{"trigger":"Disk full","host":"db-1","eventid":7,"value":"1"}]}"#
        let zabbixOver = #"{"events":[{"trigger":"Disk full","eventid":7,"value":"0"},{"value":"0"}]}"#
        let bodies = [
            ("pagerduty", Self.trigger), ("zabbix", zabbix),
            ("pagerduty", Self.pagerDuty(#""event_action":"acknowledge""#)),
            ("pagerduty", Self.pagerDuty(#""event_action":"resolve""#)), ("zabbix", zabbixOver),
        ]
        let lines = bodies.enumerated().map { second, body in
            #"{"receivedAt":"2026-11-23T16:00:0\#(second)Z","source":"\#(body.0)","body":\#(body.1)}"#
        }
        try lines.joined(separator: "\n").write(toFile: scratch.path("r.jsonl"), atomically: false, encoding: .utf8)
        let result = try await Program.run([
            "replay", "--workspace", scratch.path, "--output", "json", scratch.path("r.jsonl"),
        ])
        #expect(result.code == 0)
        #expect(result.errors.contains("r.jsonl:5: alert 1: `identity` has no value"))
        let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        let summary = try #require(document?["summary"] as? [String: Any])
        #expect(summary["alerts"] as? Int == 2)
        #expect(summary["ended"] as? Int == 2)
        #expect(summary["rejected"] as? Int == 1)
        #expect(!(result.output + result.errors).contains(Self.routingKey))
    }

    @Test(arguments: ["grafana", "pagerduty", "cloudevents"])
    func runTakesAPayloadOfEachKind(kind: String) async throws {
        let payloads = [
            "grafana": #"{"version":"1","alerts":[]}"#, "pagerduty": Self.trigger,
            "cloudevents": #"{"specversion":"1.0","type":"t","source":"s","id":"1"}"#,
        ]
        let scratch = try Scratch()
        let result = try await Program.run(
            [
                "run", "--source", kind, "--state", scratch.path("state"), "--workspace",
                Repository.root.path, "-",
            ], input: payloads[kind, default: ""])
        #expect(result.code == 0, "\(result.errors)")
        #expect(!(result.output + result.errors).contains(Self.routingKey))
    }
}
