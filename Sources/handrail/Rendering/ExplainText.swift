internal import HandrailCore
internal import HandrailEngine

/// Why something was, or was not, done: reasons as they were recorded, and nothing worked out again.
struct ExplainText {
    let now: Timestamp
    var palette = Palette.plain

    func run(_ run: CatalogRun, trials: [RecordedTrial], in incident: CatalogIncident?) -> String {
        var page = Page(palette: palette, timeWidth: RunText.timeWidth)
        let name = TextEscape.line(run.record.plan.runbook)
        page.title("run \(run.id)   \(name)", "incident \(run.incident), \(RunStateText.words(run))")
        if let reason = RunStateText.reason(run.state) ?? run.outcome?.because {
            page.sentence(TextEscape.line(reason, limit: 400))
        }
        page.blank()
        page.row(time: MomentText.clock(run.record.at), "\(name) matched", headingPaint: .strong)
        DecisionText(record: run.record, explains: true, verb: "step").render(&page)
        show(trials, &page)
        people(run, &page)
        if let incident { others(incident, &page) }
        return page.text
    }

    func incident(
        _ incident: CatalogIncident, runs: [CatalogRun],
        _ decisions: [(record: DecisionRecord, trials: [RecordedTrial])]
    ) -> String {
        var page = Page(palette: palette, timeWidth: RunText.timeWidth)
        let alerts = CountText.of(incident.members.count + incident.omittedMembers, "alert")
        page.title(
            "incident \(incident.id)   \(ListText.words(incident))",
            "opened \(MomentText.dateAndTime(incident.openedAt)) UTC, \(alerts)")
        page.blank()
        TimelineText(explains: true, isSingle: true, resolved: "resolved", clock: { MomentText.clock($0) })
            .render(incident.timeline, &page)
        if incident.omittedEntries > 0 {
            page.sentence(
                "\(CountText.of(incident.omittedEntries, "entry", plural: "entries")) in the middle are not shown")
        }
        for (record, trials) in decisions where !trials.isEmpty {
            page.blank()
            page.title("rules tried for \(TextEscape.line(record.plan.runbook))", record.run.map { "run \($0)" } ?? "")
            show(trials, &page)
        }
        outcomes(runs, &page)
        nearMisses(incident, &page)
        return page.text
    }

    // MARK: - Parts

    private func show(_ trials: [RecordedTrial], _ page: inout Page) {
        for (index, trial) in trials.enumerated() { trial.render(isFirst: index == 0, &page) }
    }

    private func people(_ run: CatalogRun, _ page: inout Page) {
        for request in run.requests {
            guard let text = RequestText.line(request) else { continue }
            page.row(time: MomentText.clock(request.at), text.heading, Page.words(of: text.content))
        }
    }

    /// What else might have been done for the incident.
    private func others(_ incident: CatalogIncident, _ page: inout Page) {
        for miss in incident.notChosen {
            let text = TextEscape.line("\(miss.runbook): \(miss.because)", limit: 400)
            page.row(time: MomentText.clock(miss.at), "not chosen", Page.words(of: text))
        }
        for miss in incident.refusals {
            let text = TextEscape.line("\(miss.runbook): \(miss.refusal.message)", limit: 400)
            page.row(
                time: MomentText.clock(miss.at), "no plan", Page.words(of: text),
                remark: PlaceText.of(miss.refusal.location),
                paint: .bad)
        }
        nearMisses(incident, &page)
    }

    private func outcomes(_ runs: [CatalogRun], _ page: inout Page) {
        guard !runs.isEmpty else { return }
        page.blank()
        page.title("runs")
        for run in runs {
            let reason = (RunStateText.reason(run.state) ?? run.outcome?.because).map { ": \($0)" } ?? ""
            page.row(
                "run \(run.id)", Page.words(of: RunStateText.words(run) + TextEscape.line(reason, limit: 400)),
                remark: TextEscape.line(run.record.plan.runbook), paint: RunStateText.paint(run))
        }
    }

    private func nearMisses(_ incident: CatalogIncident, _ page: inout Page) {
        guard !incident.nearMisses.isEmpty else { return }
        page.blank()
        page.title("runbooks that came close")
        for miss in incident.nearMisses {
            page.row("", Page.words(of: TextEscape.line("\(miss.runbook): \(miss.because)", limit: 400)))
        }
    }
}
