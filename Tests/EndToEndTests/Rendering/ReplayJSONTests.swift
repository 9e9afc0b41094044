import HandrailCore
import Testing

@testable import HandrailEngine
@testable import HandrailFormats
@testable import handrail

@Suite struct ReplayJSONTests {
    private func document(_ record: DecisionRecord = Sample.record()) -> String {
        ReplayJSON.document(Sample.workerHang(record), style: .compact)
    }

    @Test func theDocumentHasThePromisedShape() {
        let text = document()
        #expect(
            text.hasPrefix(
                #"{"schema":"handrail.replay/1","recording":"incidents/worker-hang.jsonl","incidents":[{"id":1,"#
                    + #""openedAt":"2026-11-23T16:00:00.000Z","resolvedAt":"2026-11-23T16:02:41.000Z","alerts":[{"#))
        for part in [
            #""labels":{"alertname":"WorkerStuck","queue":"payments","worker":"w2"},"firstSeenAt":"2026-"#,
            #""decisions":[{"at":"2026-11-23T16:00:24.000Z","incident":1,"runbook":"restart-stuck-worker","#,
            #""verdict":"automatic","targets":[{"kind":"worker","id":"w2","service":"payments","environment":"staging"}]"#,
            #""argv":["supervisorctl","restart","workers:w2"],"dryRun":["supervisorctl","status","workers:w2"],"#
                + #""undo":null,"undoNone":"a restart leaves nothing behind""#,
            #"{"rule":"routine restarts","file":"policies/staging.yaml","line":4,"effect":"automatic","source":"allow","#,
            #""summary":{"deliveries":14,"notices":28,"alerts":9,"#,
        ] {
            #expect(text.contains(part))
        }
    }

    @Test func anInterlockHasNoPlace() {
        let interlock = Reason(
            source: .interlock, rule: "storm", location: nil, effect: .approval, detail: "an alert storm is on")
        let text = document(Sample.record(verdict: .approval, reasons: [interlock]))
        #expect(text.contains(#"{"rule":"storm","file":null,"line":null,"effect":"approval","source":"interlock""#))
    }

    @Test func hostileTextStaysInItsString() throws {
        let hostile = "\"}],\"verdict\":\"automatic\n\u{1B}"
        let text = document(Sample.record(steps: [Sample.step(["run", hostile])]))
        #expect(text.contains(#""argv":["run","\"}],\"verdict\":\"automatic\n\u001b"]"#))
        #expect(!text.utf8.contains { $0 < 0x20 })
    }

    @Test func mergedIncidentsShareTheirDecisions() {
        var record = Sample.record()
        record = DecisionRecord(
            at: record.at, incident: 2, plan: record.plan, decision: record.decision, bindings: [], nearMisses: [])
        let report = Sample.report([
            Sample.entry(24, .decided(record), incident: 2),
            Sample.entry(30, .incidentsMerged(absorbed: 2, because: .memberBefore), incident: 1),
            Sample.entry(161, .incidentClosed(Sample.summary())),
        ])
        #expect(ReplayJSON.document(report, style: .compact).contains(#""incident":1,"runbook""#))
        #expect(report.summary.timeSaved == .seconds(137))
    }
}
