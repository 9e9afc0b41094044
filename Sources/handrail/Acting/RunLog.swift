internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// What `handrail run` says on the standard output: one line for what matters, in the order in which it became durable.
enum RunLog {
    /// Does not wait.
    static func write(_ entries: [TimelineEntry]) {
        for entry in entries {
            guard let text = text(of: entry.event, entry.incident) else { continue }
            EngineLog.output.write("\(entry.at.rfc3339)  \(text)\n")
        }
    }

    static func recovered(_ runs: [RunView]) {
        for view in runs { EngineLog.error.write("handrail: \(found(view))\n") }
    }

    static func found(_ view: RunView) -> String {
        let state = view.run.map { RunStateText.words($0.state) } ?? "not begun"
        return "run \(view.id) of \(TextEscape.line(view.record.plan.runbook)) was found: \(state)"
    }

    static func text(of event: TimelineEvent, _ incident: Int?) -> String? {
        switch event {
        case .incidentOpened(let alert):
            return "incident \(incident ?? 0) opens: \(LabelText.words(alert).joined(separator: " "))"
        case .incidentResolved: return "incident \(incident ?? 0) is resolved"
        case .decided(let record):
            let run = record.run.map { "run \($0): " } ?? ""
            let argv = record.plan.steps.map { ShellWord.words($0.argv).joined(separator: " ") }
            let verdict = record.decision.verdict.rawValue
            return "\(run)\(TextEscape.line(record.plan.runbook)) \(verdict): \(argv.joined(separator: "; "))"
        case .planRefused(let runbook, let refusal):
            return "\(TextEscape.line(runbook)): no plan: \(TextEscape.line(refusal.message))"
        case .stormBegan(let because): return "storm begins: \(TextEscape.line(because))"
        case .stormEnded: return "storm ends"
        case .runEnded(let run, _, let outcome, let because):
            return "run \(run) \(outcome.rawValue): \(TextEscape.line(because))"
        case .state(let change): return text(of: change)
        case .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased,
            .incidentsMerged, .incidentClosed, .notChosen, .runStarted:
            return nil
        }
    }

    private static func text(of change: StateChange) -> String? {
        switch change {
        case .report(let report):
            let argv = ShellWord.words(report.argv).joined(separator: " ")
            return "run \(report.run) \(report.purpose.rawValue): \(argv) \(TextEscape.line(report.ending))"
        case .request(let made, let person, let refusal?):
            return "\(words(made, by: person)) was refused: \(TextEscape.line(refusal))"
        case .request(let made, let person, nil):
            return "\(words(made, by: person)) asked to \(words(made.request))"
        case .quarantined(let quarantine): return "\(TextEscape.line(quarantine.target.description)) is quarantined"
        case .run(let advance):
            if case .finished = advance.state { return nil }
            return "run \(advance.run) \(RunStateText.words(advance.state))"
        case .access(let change): return AccessText.line(change)
        case .engineStarted, .engineStopped, .workspaceLoaded, .alert, .match, .counted, .announcementFailed,
            .remembered:
            return nil
        }
    }

    private static func words(_ made: MadeRequest, by person: Person) -> String {
        TextEscape.line(person.name.string) + (made.token.map { " (token \(TextEscape.line($0)))" } ?? "")
    }

    private static func words(_ request: PersonRequest) -> String {
        switch request {
        case .approve(let run, _): "approve run \(run)"
        case .reject(let run, let because): "reject run \(run): \(TextEscape.line(because))"
        case .cancel(let run, let because): "cancel run \(run): \(TextEscape.line(because))"
        case .rollBack(let run, let because): "roll run \(run) back: \(TextEscape.line(because))"
        case .takeOver(let run, let because): "take run \(run) over: \(TextEscape.line(because))"
        case .pause(let scope, let because):
            "pause \(TextEscape.line(scope.description)): \(TextEscape.line(because))"
        case .resume(let scope): "resume \(TextEscape.line(scope.description))"
        case .release(let target, let because): "release \(TextEscape.line(target)): \(TextEscape.line(because))"
        }
    }
}
