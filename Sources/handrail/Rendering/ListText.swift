internal import HandrailCore
internal import HandrailEngine

/// Runs and incidents as tables.
enum ListText {
    static func runs(_ runs: [CatalogRun], now: Timestamp, palette: Palette) -> String {
        var table = TableText(
            [
                .init(title: "RUN", isRightAligned: true), .init(title: "STATE"),
                .init(title: "RUNBOOK", isFlexible: true), .init(title: "TARGET", isFlexible: true),
                .init(title: "INCIDENT", isRightAligned: true), .init(title: "DECIDED"),
                .init(title: "", isFlexible: true),
            ], palette: palette)
        for run in runs {
            table.row([
                .init("\(run.id)"), .init(RunStateText.words(run), RunStateText.paint(run)),
                .init(TextEscape.line(run.record.plan.runbook)), .init(TargetText.summary(run.record.plan)),
                .init("\(run.incident)"), .init(MomentText.dateAndTime(run.record.at)), .init(remark(run, now)),
            ])
        }
        return table.rendered
    }

    private static func remark(_ run: CatalogRun, _ now: Timestamp) -> String {
        if let question = run.question { return "expires \(MomentText.relative(question.expiresAt, to: now))" }
        if let endedAt = run.endedAt { return "ended \(MomentText.relative(endedAt, to: now))" }
        return run.events.last.map { "since \(MomentText.rough(now - $0.at))" } ?? ""
    }

    static func pending(_ runs: [(run: CatalogRun, question: Question)], now: Timestamp, palette: Palette) -> String {
        var table = TableText(
            [
                .init(title: "RUN", isRightAligned: true), .init(title: "RUNBOOK", isFlexible: true),
                .init(title: "TARGET", isFlexible: true), .init(title: "INCIDENT", isRightAligned: true),
                .init(title: "MAY APPROVE", isFlexible: true), .init(title: "SO FAR"), .init(title: "EXPIRES"),
            ], palette: palette)
        for (run, question) in runs {
            table.row([
                .init("\(run.id)"), .init(TextEscape.line(run.record.plan.runbook)),
                .init(TargetText.summary(run.record.plan)), .init("\(run.incident)"),
                .init(ApprovalText.people(question.approval)),
                .init("\(question.approvals.count) of \(max(1, question.approval.count))"),
                .init(MomentText.relative(question.expiresAt, to: now), question.expiresAt <= now ? .bad : .plain),
            ])
        }
        return table.rendered
    }

    static func incidents(_ incidents: [CatalogIncident], now: Timestamp, palette: Palette) -> String {
        var table = TableText(
            [
                .init(title: "INCIDENT", isRightAligned: true), .init(title: "STATE"), .init(title: "OPENED"),
                .init(title: "AGE"), .init(title: "ALERTS", isRightAligned: true),
                .init(title: "FIRST ALERT", isFlexible: true), .init(title: "RUNS"),
            ], palette: palette)
        for incident in incidents {
            let end = incident.resolvedAt ?? incident.closedAt ?? now
            table.row([
                .init("\(incident.id)"), .init(words(incident), incident.phase == .open ? .caution : .plain),
                .init(MomentText.dateAndTime(incident.openedAt)),
                .init(MomentText.rough(end - incident.openedAt)),
                .init("\(incident.members.count + incident.omittedMembers)"),
                .init(incident.members.first.map { LabelText.of($0.labels) } ?? ""),
                .init(incident.runs.map(String.init).joined(separator: ", ")),
            ])
        }
        return table.rendered
    }

    /// What a list leaves out.
    static func omitted(_ rest: Int, older: Int) -> String {
        var parts: [String] = []
        if rest > 0 { parts.append("\(rest) more (--limit)") }
        if older > 0 { parts.append("\(older) older ones that have ended, each to be had by its number") }
        return parts.isEmpty ? "" : "… and " + parts.joined(separator: ", and ") + "\n"
    }

    static func words(_ incident: CatalogIncident) -> String {
        incident.mergedInto.map { "merged into \($0)" } ?? incident.phase.rawValue
    }

    /// What stands in everybody's way at the moment; empty where nothing does.
    static func standing(_ catalog: Catalog, palette: Palette) -> String {
        var lines: [String] = []
        for pause in catalog.pauses.values.sorted(by: { $0.scope < $1.scope }) {
            let since = pause.since.map { " since \(MomentText.dateAndTime($0))" } ?? ""
            let text =
                "paused: \(TextEscape.line(pause.scope.description)), by \(TextEscape.line(pause.by.name.string))"
            lines.append("\(text)\(since): \(TextEscape.line(pause.because))")
        }
        for quarantine in catalog.quarantines.values.sorted(by: { $0.quarantine.target < $1.quarantine.target }) {
            let target = TargetText.words(quarantine.quarantine.target).joined(separator: " ")
            let because = TextEscape.line(quarantine.quarantine.because)
            lines.append("quarantined: \(target), since run \(quarantine.quarantine.run): \(because)")
        }
        if let storm = catalog.stormSince {
            lines.append("storm since \(MomentText.dateAndTime(storm.at)): \(TextEscape.line(storm.because))")
        }
        var page = Page(palette: palette)
        for line in lines { page.sentence(line) }
        return page.text
    }
}
