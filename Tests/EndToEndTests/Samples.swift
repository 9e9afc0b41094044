import HandrailCore

@testable import HandrailEngine

/// Short ways to make a report by hand.
enum Sample {
    static let start = Timestamp(milliseconds: 1_795_449_600_000)

    static func at(_ seconds: Double) -> Timestamp { start + .milliseconds(Int64(seconds * 1000)) }

    static func labels(_ pairs: KeyValuePairs<String, String>) -> LabelSet {
        LabelSet(
            pairs.map { Label(name: ExactText($0.key), value: ExactText($0.value)) }, identity: AlertIdentity())
    }

    static func place(_ file: String, _ line: Int) -> FileLocation { FileLocation(file: file, line: line, column: 1) }

    static func step(
        _ argv: [String], rehearsal: PlannedRehearsal = .argv(["supervisorctl", "status", "workers:w2"]),
        undo: PlannedUndo = .notNeeded(because: "a restart leaves nothing behind")
    ) -> PlannedStep {
        PlannedStep(
            action: "supervisor.restart", target: 0, effect: .disruptive, isIdempotent: true, argv: argv, capture: [],
            rehearsal: rehearsal, undo: undo, timeout: .seconds(30), location: place("runbooks/workers.yaml", 20))
    }

    static let worker = Target(
        kind: "worker", id: "w2", service: "payments", environment: "staging", tier: nil, population: 4)

    static let reason = Reason(
        source: .allow, rule: "routine restarts", location: place("policies/staging.yaml", 4), effect: .automatic,
        detail: "the rule matches")

    static func record(
        steps: [PlannedStep] = [step(["supervisorctl", "restart", "workers:w2"])], targets: [Target] = [worker],
        verdict: Verdict = .automatic, reasons: [Reason] = [reason], nearMisses: [NearMiss] = []
    ) -> DecisionRecord {
        let guards = ["rate 0 of 3 per 1h", "blast radius 1 of 4 (25% of 25%)", "not frozen"]
        return DecisionRecord(
            at: at(24), incident: 1,
            plan: Plan(runbook: "restart-stuck-worker", targets: targets, steps: steps, verification: nil),
            decision: Decision(
                verdict: verdict, reasons: reasons,
                guards: guards.map { GuardReport(name: "routine", text: $0, isHolding: false) }),
            bindings: [], nearMisses: nearMisses)
    }

    static let stuck = labels(["alertname": "WorkerStuck", "queue": "payments", "worker": "w2"])
    static let backlog = labels(["alertname": "QueueBacklog", "queue": "payments"])

    static func entry(_ seconds: Double, _ event: TimelineEvent, incident: Int? = 1) -> TimelineEntry {
        TimelineEntry(at: at(seconds), incident: incident, event: event)
    }

    static func report(_ entries: [TimelineEntry], until seconds: Double = 161) -> ReplayReport {
        var report = ReplayReport(recording: "incidents/worker-hang.jsonl")
        report.firstAt = start
        report.playedFrom = start
        report.lastAt = at(seconds)
        for entry in entries { report.note(entry, keepsTimeline: true) }
        report.counters.deliveries = 14
        report.counters.alerts = 28
        report.counters.episodes = 9
        report.counters.incidents = 1
        report.settle()
        return report
    }

    static func summary(resolvedAt: Timestamp? = at(161), members: [LabelSet] = [stuck, backlog]) -> IncidentSummary {
        IncidentSummary(
            id: 1, openedAt: start, resolvedAt: resolvedAt,
            members: members.map { IncidentSummary.Member(labels: $0, firstSeenAt: start, reason: .opened) },
            nearMisses: [])
    }

    /// The design's example.
    static func workerHang(_ record: DecisionRecord) -> ReplayReport {
        report([
            entry(0, .incidentOpened(stuck)),
            entry(4, .alertJoined(backlog, .sharesLabel(name: "queue", value: "payments"))),
            entry(24, .decided(record)), entry(24, .runStarted(run: 1, runbook: "restart-stuck-worker")),
            entry(161, .incidentResolved), entry(161, .incidentClosed(summary())),
        ])
    }
}
