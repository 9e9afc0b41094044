internal import CEL
internal import HandrailCore
internal import HandrailEngine

/// What `--explain` adds: what was bound, every rule that was tried with the values in it, and every near miss.
enum ReplayExplanation {
    /// Alerts that are shown of one pattern.
    private static let mostAlerts = 5
    private static let valueLimitBytes = 200

    static func bindings(of record: DecisionRecord, _ page: inout Page) {
        for (index, binding) in record.bindings.enumerated() {
            let name = TextEscape.line(binding.pattern)
            for (position, alert) in binding.alerts.prefix(mostAlerts).enumerated() {
                let words = LabelText.words(alert)
                if position == 0 {
                    page.row(index == 0 ? "bound" : "", depth: 1, ["\(name):"] + words)
                } else {
                    page.below(words)
                }
            }
            let rest = binding.alerts.count - mostAlerts
            if rest > 0 { page.below(Page.words(of: "… and \(rest) more"), paint: .faint) }
        }
    }

    static func trials(of decision: Decision, _ page: inout Page) {
        for (index, trial) in decision.trials.enumerated() {
            let (outcome, paint) = outcome(trial.outcome)
            let rule = "\(trial.source.rawValue) \(TextEscape.line(trial.rule)): \(trial.verdict.rawValue), \(outcome)"
            page.row(
                index == 0 ? "rules tried" : "", depth: 1, Page.words(of: rule), remark: PlaceText.of(trial.location),
                paint: paint)
            for step in trial.explanation.steps { show(step, &page) }
        }
    }

    private static func outcome(_ outcome: RuleTrial.Outcome) -> (String, Paint) {
        switch outcome {
        case .applied: ("applied", .plain)
        case .didNotApply: ("did not apply", .faint)
        case .failed(let message): ("failed: \(TextEscape.line(message))", .bad)
        }
    }

    /// A sub-expression and its value; nothing where the rest of the rule made it unnecessary.
    private static func show(_ step: CELExplanation.Step, _ page: inout Page) {
        let text = TextEscape.line(step.text)
        switch step.outcome {
        case .value(let value):
            let shown = TextEscape.line(value.rendered(limit: valueLimitBytes), limit: valueLimitBytes)
            page.below(Page.words(of: "\(text) = \(shown)"), indent: 3, paint: .faint)
        case .failed(let error):
            page.below(Page.words(of: "\(text) failed: \(TextEscape.line(error.message))"), indent: 3, paint: .bad)
        case .notEvaluated: break
        }
    }

    /// Runbooks that some incident touched and that never matched it.
    static func nearMisses(of report: ReplayReport, _ page: inout Page) {
        let incidents = report.incidents.filter { !$0.nearMisses.isEmpty }
        guard !incidents.isEmpty else { return }
        page.blank()
        page.title("runbooks that came close")
        for incident in incidents {
            for (index, miss) in incident.nearMisses.enumerated() {
                let text = TextEscape.line("\(miss.runbook): \(miss.because)", limit: 400)
                page.row(index == 0 ? "incident \(incident.id)" : "", Page.words(of: text))
            }
        }
    }
}
