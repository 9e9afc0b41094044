@testable import HandrailCore

/// Plays deliveries through an engine and writes the timeline down, one line an entry: text in, transcript out.
struct Transcript {
    private(set) var lines: [String] = []
    private(set) var engine: Engine
    private let start = Sample.at(0)

    init(_ workspace: Workspace = Workspace()) {
        engine = Engine(workspace: workspace)
    }

    mutating func play(_ deliveries: Delivery...) {
        for delivery in deliveries {
            var entries: [TimelineEntry] = []
            engine.receive(delivery) { entries.append($0) }
            note(entries)
        }
    }

    mutating func advance(to seconds: Double) {
        var entries: [TimelineEntry] = []
        engine.advance(to: Sample.at(seconds)) { entries.append($0) }
        note(entries)
    }

    mutating func finish() {
        var entries: [TimelineEntry] = []
        engine.finish { entries.append($0) }
        note(entries)
    }

    private mutating func note(_ entries: [TimelineEntry]) {
        lines += entries.map { entry in
            let second = Double((entry.at - start).milliseconds) / 1000
            return "\(second) \(entry.incident.map { "#\($0) " } ?? "")\(Self.text(entry.event))"
        }
    }

    private static func name(_ labels: LabelSet) -> String {
        let rest = labels.labels.filter { $0.name != "alertname" }.map { "\($0.name)=\($0.value)" }
        return ([labels.alertname.string] + rest).joined(separator: " ")
    }

    private static func text(_ event: TimelineEvent) -> String {
        switch event {
        case .incidentOpened(let labels): "opened \(name(labels))"
        case .alertJoined(let labels, let reason): "joined \(name(labels)): \(text(reason))"
        case .alertFiredAgain(let labels): "again \(name(labels))"
        case .alertResolved(let labels): "alert resolved \(name(labels))"
        case .alertMuted(let labels, _): "muted \(name(labels))"
        case .alertUnmuted(let labels): "unmuted \(name(labels))"
        case .alertDamped(let labels): "damped \(name(labels))"
        case .alertReleased(let labels): "released \(name(labels))"
        case .incidentsMerged(let absorbed, _): "merged #\(absorbed)"
        case .incidentResolved: "resolved"
        case .incidentClosed(let summary): "closed with \(summary.members.count)"
        case .stormBegan: "storm"
        case .stormEnded: "storm over"
        case .decided(let record):
            "\(record.plan.runbook) \(record.decision.verdict.rawValue) "
                + record.plan.steps.map { $0.argv.joined(separator: " ") }.joined(separator: "; ")
        case .notChosen(let runbook, let because): "not chosen \(runbook): \(because)"
        case .planRefused(let runbook, let refusal): "refused \(runbook): \(refusal.message)"
        case .runStarted(let run, _): "run \(run) started"
        case .runEnded(let run, _, let outcome, _): "run \(run) \(outcome.rawValue)"
        case .state: "state"
        }
    }

    private static func text(_ reason: MembershipReason) -> String {
        switch reason {
        case .opened: "first"
        case .sharesLabel(let name, let value): "same \(name) \(value)"
        case .sameService(let service): "same service \(service)"
        case .dependency(let from, let to, let hops): "\(from) to \(to) over \(hops)"
        case .memberBefore: "member before"
        case .causedByRun(let runbook): "caused by \(runbook)"
        }
    }
}
