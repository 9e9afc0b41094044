internal import CEL
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// A replay as people read it: the timeline in event order with relative times, then what it adds up to.
struct ReplayText {
    private let report: ReplayReport
    private let explains: Bool
    private var page: Page
    private let start: Timestamp

    init(_ report: ReplayReport, isColoured: Bool, explains: Bool) {
        self.report = report
        self.explains = explains
        page = Page(isColoured: isColoured)
        start = report.playedFrom ?? Timestamp(milliseconds: 0)
    }

    /// Ends with a newline.
    var rendered: String {
        var copy = self
        copy.write()
        return copy.page.text
    }

    private mutating func write() {
        let name = Words.text(report.recording.split(separator: "/").last.map(String.init) ?? report.recording)
        let length = report.lastAt.map { $0 - start } ?? .zero
        page.heading("\(name)   \(Words.count(report.summary.deliveries, "delivery")), \(Words.span(length))")
        page.blank()
        for item in TimelineFolding.fold(report.timeline) { write(item) }
        writeNearMisses()
        page.blank()
        writeSummary()
    }

    // MARK: - Timeline

    private mutating func write(_ item: TimelineFolding.Item) {
        switch item {
        case .entry(let entry): write(entry)
        case .moreJoined(let entry, let count, let labels):
            page.line("", "… and \(count) more", "such as \(Words.alert(labels))" + number(entry.incident))
        }
    }

    private mutating func write(_ entry: TimelineEntry) {
        let time = Words.clock(entry.at - start)
        switch entry.event {
        case .incidentOpened(let labels):
            page.line(time, "incident \(entry.incident ?? 0) opens", Words.alert(labels), style: Style.bold)
        case .alertJoined(let labels, let reason):
            page.line(time, "   joined by", "\(Words.alert(labels))   \(Words.reason(reason))" + number(entry.incident))
        case .incidentsMerged(let absorbed, let reason):
            page.line(time, "   takes over incident \(absorbed)", Words.reason(reason) + number(entry.incident))
        case .alertDamped(let labels):
            page.line(time, "   flapping", Words.alert(labels) + number(entry.incident))
        case .alertReleased(let labels):
            page.line(time, "   no longer flapping", Words.alert(labels) + number(entry.incident))
        case .alertMuted(let labels, let muting):
            page.line(time, "   muted", "\(Words.alert(labels))   \(Words.muting(muting))")
        case .alertUnmuted(let labels):
            page.line(time, "   no longer muted", Words.alert(labels))
        case .incidentResolved:
            page.line(time, "resolved in the recording", number(entry.incident, alone: true))
        case .stormBegan(let because):
            page.line(time, "alert storm", "\(because): nothing is automatic", style: Style.yellow)
        case .stormEnded:
            page.line(time, "alert storm is over", "")
        case .decided(let record): write(record, at: time)
        case .notChosen(let runbook, let because):
            page.line(time, "\(Words.text(runbook)) not chosen", Words.text(because, limit: 200))
        case .planRefused(let runbook, let refusal):
            page.line(time, "\(Words.text(runbook)) refused", "\(Words.text(refusal.message, limit: 300)), \(refusal.location)")
        case .runEnded(_, let runbook, let outcome, let because):
            page.line(time, "   \(Words.text(runbook))", "\(outcome.rawValue), as if it had run: \(because)")
        case .alertFiredAgain(let labels):
            if explains { page.line(time, "   fires again", Words.alert(labels) + number(entry.incident)) }
        case .alertResolved(let labels):
            if explains { page.line(time, "   alert resolved", Words.alert(labels) + number(entry.incident)) }
        case .incidentClosed, .runStarted:
            break
        }
    }

    /// Which incident, where there is more than one to confuse it with.
    private func number(_ incident: Int?, alone: Bool = false) -> String {
        guard let incident, report.counters.incidents > 1 else { return "" }
        return alone ? "incident \(incident)" : "   incident \(incident)"
    }

    // MARK: - Decisions

    private mutating func write(_ record: DecisionRecord, at time: String) {
        let decision = record.decision
        page.line(time, "\(Words.text(record.plan.runbook)) matches", number(record.incident, alone: true), style: Style.bold)
        for (index, step) in record.plan.steps.enumerated() { write(step, index, decision.verdict) }
        for target in record.plan.targets { page.detail("on", Self.target(target)) }
        for (index, reason) in decision.reasons.filter({ $0.effect == decision.verdict }).prefix(3).enumerated() {
            let verdict = index == 0 ? decision.verdict.rawValue + "   " : "also "
            page.detail(index == 0 ? "verdict" : "", verdict + Self.reason(reason), style: Self.colour(decision.verdict))
        }
        if !decision.guards.isEmpty { page.detail("guards", decision.guards.map(\.text).joined(separator: ", ")) }
        for miss in record.nearMisses { page.detail("not chosen", "\(Words.text(miss.runbook)): \(Words.text(miss.because, limit: 200))") }
        if explains { writeTrials(of: record) }
    }

    private mutating func write(_ step: PlannedStep, _ index: Int, _ verdict: Verdict) {
        page.detail(index == 0 ? Self.mood(verdict) : "then", Words.argv(step.argv))
        switch step.rehearsal {
        case .argv(let argv): page.detail("first rehearses", Words.argv(argv))
        case .builtIn: break
        case .none(let because): page.detail("no rehearsal", Words.text(because, limit: 200))
        }
        switch step.undo {
        case .argv(let argv, _): page.detail("to undo", Words.argv(argv))
        case .builtIn: page.detail("to undo", "the engine takes it back")
        case .notNeeded(let because): page.detail("nothing to undo", Words.text(because, limit: 200))
        case .impossible(let because): page.detail("cannot be undone", Words.text(because, limit: 200))
        }
    }

    private static func mood(_ verdict: Verdict) -> String {
        switch verdict {
        case .automatic: "would run"
        case .approval: "would ask to run"
        case .advisory: "would advise"
        case .deny: "would refuse"
        }
    }

    private static func colour(_ verdict: Verdict) -> String {
        switch verdict {
        case .automatic: Style.green
        case .approval, .advisory: Style.yellow
        case .deny: Style.red
        }
    }

    private static func target(_ target: Target) -> String {
        var words = ["\(Words.text(target.kind)) \(Words.text(target.id))"]
        if let service = target.service { words.append("service \(Words.text(service))") }
        if let environment = target.environment { words.append(Words.text(environment)) }
        if let population = target.population { words.append("one of \(population)") }
        return words.joined(separator: ", ")
    }

    static func reason(_ reason: Reason) -> String {
        let place = reason.location.map { ", \($0)" } ?? ""
        let detail = reason.detail.isEmpty ? "" : ": \(Words.text(reason.detail, limit: 200))"
        return "\(Words.text(reason.rule))\(detail)\(place)"
    }

    // MARK: - Why not

    private mutating func writeTrials(of record: DecisionRecord) {
        for trial in record.decision.trials {
            page.detail("rule", "\(Self.outcome(trial))   \(Words.text(trial.rule)), \(trial.location)")
            for step in trial.explanation.steps {
                page.detail("", "   \(Words.text(step.text, limit: 100)) is \(Self.value(step.outcome))", style: Style.dim)
            }
        }
    }

    private static func outcome(_ trial: RuleTrial) -> String {
        switch trial.outcome {
        case .applied: "\(trial.source.rawValue) applied: \(trial.verdict.rawValue)"
        case .didNotApply: "\(trial.source.rawValue) did not apply"
        case .failed(let message): "\(trial.source.rawValue) failed: \(Words.text(message, limit: 200))"
        }
    }

    private static func value(_ outcome: CELExplanation.Outcome) -> String {
        switch outcome {
        case .value(let value): Words.text(value.description, limit: 100)
        case .failed(let error): "an error: \(Words.text(error.message, limit: 100))"
        case .notEvaluated: "not evaluated"
        }
    }

    private mutating func writeNearMisses() {
        guard explains else { return }
        for incident in report.incidents where !incident.nearMisses.isEmpty {
            page.blank()
            page.heading("incident \(incident.id): what came close and did not match")
            for miss in incident.nearMisses {
                page.detail(Words.text(miss.runbook), Words.text(miss.because, limit: 300))
            }
        }
    }

    // MARK: - Summary

    private mutating func writeSummary() {
        let summary = report.summary
        func count(_ verdict: Verdict) -> Int { summary.verdicts[verdict] ?? 0 }
        page.plain(
            "\(Words.count(summary.deliveries, "delivery")), \(Words.count(summary.alerts, "alert")), "
                + "\(Words.count(summary.incidents, "incident")) (noise reduced by \(summary.noiseReductionPercent)%); "
                + "\(count(.automatic)) automatic, \(count(.approval)) pending, \(count(.advisory)) advised, "
                + "\(count(.deny)) denied")
        for (number, noun) in [
            (report.counters.truncated, "alert left out by the source"), (report.rejectedAlerts, "alert that could not be read"),
            (report.invalidLineCount, "line that could not be read"),
        ] where number > 0 {
            page.plain("\(number) × \(noun)")
        }
        if summary.timeSaved > .zero {
            page.plain("would have acted \(Words.span(summary.timeSaved)) before the recorded recovery")
        }
    }
}
