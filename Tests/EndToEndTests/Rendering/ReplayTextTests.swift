import HandrailCore
import Testing

@testable import HandrailEngine
@testable import HandrailFormats
@testable import handrail

@Suite struct ReplayTextTests {
    private func text(_ report: ReplayReport, explains: Bool = false) -> String {
        ReplayText(report, isColoured: false, explains: explains).rendered
    }

    @Test func itReadsAsTheDesignShows() {
        let because = "unless RedisDown held, QueueBacklog for 24 s of 2 m"
        let miss = NearMiss(runbook: "scale-out-workers", because: because)
        #expect(
            text(Sample.workerHang(Sample.record(nearMisses: [miss]))) == """
                worker-hang.jsonl   14 deliveries, 2 m 41 s

                 0:00  incident 1 opens         WorkerStuck queue=payments worker=w2
                 0:04     joined by             QueueBacklog queue=payments        same queue, 4 s later
                 0:24  restart-stuck-worker matches
                          would run             supervisorctl restart workers:w2
                          first rehearses       supervisorctl status workers:w2
                          verdict               automatic   routine restarts, policies/staging.yaml:4
                          guards                rate 0 of 3 per 1h, blast radius 1 of 4 (25% of 25%), not frozen
                          not chosen            scale-out-workers: unless RedisDown held, QueueBacklog for 24 s of 2
                                                  m
                 2:41  resolved in the recording

                14 deliveries, 9 alerts, 1 incident, 88% less noise; 1 automatic, 0 pending, 0 advised, 0 denied
                would have acted 2 m 17 s before the recorded recovery

                """)
    }

    @Test func hostileTextNeverMakesALineOfItsOwn() {
        let hostile = "x\n 0:30  resolved in the recording\u{1B}[2J\u{202E}"
        let labels = Sample.labels(["alertname": hostile, "queue": hostile])
        let record = Sample.record(
            steps: [
                Sample.step(["run", hostile], rehearsal: .none(because: hostile), undo: .impossible(because: hostile))
            ],
            targets: [
                Target(kind: hostile, id: hostile, service: hostile), Target(kind: "worker", id: "w2", service: nil),
            ],
            reasons: [
                Reason(
                    source: .allow, rule: hostile, location: Sample.place(hostile, 1), effect: .automatic,
                    detail: hostile)
            ],
            nearMisses: [NearMiss(runbook: hostile, because: hostile)])
        let report = Sample.report([
            Sample.entry(0, .incidentOpened(labels)),
            Sample.entry(1, .alertJoined(labels, .dependency(from: hostile, to: hostile, hops: 2))),
            Sample.entry(2, .alertMuted(labels, by: .silenced(because: hostile, at: Sample.place(hostile, 3)))),
            Sample.entry(3, .stormBegan(because: hostile)), Sample.entry(4, .decided(record)),
            Sample.entry(5, .notChosen(runbook: hostile, because: hostile)),
            Sample.entry(6, .planRefused(runbook: hostile, PlanRefusal(hostile, at: Sample.place(hostile, 4)))),
            Sample.entry(7, .runEnded(run: 1, runbook: hostile, outcome: .failed, because: hostile)),
        ])
        for explains in [false, true] {
            let shown = text(report, explains: explains)
            #expect(!shown.contains("\u{1B}") && !shown.unicodeScalars.contains("\u{202E}"))
            #expect(!shown.split(separator: "\n").contains { $0.hasPrefix(" 0:30") })
            #expect(shown.split(separator: "\n").allSatisfy { TerminalText.width(of: String($0)) <= Page.width })
        }
    }

    @Test func manyJoinsAreFolded() {
        let opened = Sample.labels(["alertname": "SwitchDown", "zone": "z2"])
        let hosts = (1...320).map { number in
            Sample.entry(
                Double(number),
                .alertJoined(
                    Sample.labels(["alertname": "HostDown", "host": "h\(number)", "zone": "z2"]),
                    .sharesLabel(name: "zone", value: "z2")))
        }
        let report = Sample.report([Sample.entry(0, .incidentOpened(opened))] + hosts, until: 320)
        let lines = text(report).split(separator: "\n")
        #expect(lines.count { $0.contains("joined by") } == 9)
        #expect(lines.contains(" 0:09     joined by             … and 312 more HostDown zone=z2    until 5:20"))
    }

    @Test func incidentsAreTakenApart() {
        var report = Sample.report([
            Sample.entry(0, .incidentOpened(Sample.stuck)),
            Sample.entry(1, .incidentOpened(Sample.backlog), incident: 2),
            Sample.entry(2, .alertJoined(Sample.backlog, .memberBefore), incident: 1),
            Sample.entry(3, .alertJoined(Sample.backlog, .memberBefore), incident: 1),
            Sample.entry(4, .incidentsMerged(absorbed: 2, because: .sameService("web")), incident: 1),
            Sample.entry(5, .incidentResolved, incident: 1),
        ])
        report.counters.incidents = 2
        let lines = text(report).split(separator: "\n").map { String($0) }
        #expect(lines[3].hasPrefix(" 0:02  incident 1: joined by    QueueBacklog"))
        #expect(lines[4].hasPrefix(" 0:03     joined by"))
        #expect(lines[5].hasPrefix(" 0:04     takes over            incident 2"))
    }

    @Test func anApprovalSaysWhoIsAsked() {
        let reasons = [
            Reason(
                source: .restrict, rule: "data stores", location: Sample.place("policies/a.yaml", 9), effect: .approval,
                detail: "It holds data.")
        ]
        let lines = text(Sample.workerHang(Sample.record(verdict: .approval, reasons: reasons)))
        #expect(lines.contains("verdict               approval    data stores: It holds data, policies/a.yaml:9\n"))
        #expect(lines.contains("asks                  one person, within 30m\n"))
    }
}
