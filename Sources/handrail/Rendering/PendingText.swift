internal import HandrailCore
internal import HandrailEngine

/// What a person needs to know to say yes or no, and nothing cut short that would run.
struct PendingText {
    let run: CatalogRun
    let question: Question
    /// Nil where its beginning is not in the journal any more.
    let incident: CatalogIncident?
    let now: Timestamp
    var isFull = false
    var palette = Palette.plain

    /// Ends with a newline.
    var rendered: String {
        var page = Page(palette: palette)
        page.title("run \(run.id)   \(TextEscape.line(run.record.plan.runbook))", "waits for an approval")
        page.blank()
        why(&page)
        targets(&page)
        DecisionText(record: run.record, explains: false, verb: "would run", isForApproval: true).render(&page)
        verification(&page)
        rehearsals(&page)
        approvals(&page)
        return page.text
    }

    // MARK: - Why and how wide

    private func why(_ page: inout Page) {
        let age = incident.map { ", opened \(MomentText.relative($0.openedAt, to: now))" } ?? ""
        page.row("incident", depth: 1, Page.words(of: "\(run.incident)\(age)"))
        ReplayExplanation.bindings(of: run.record, &page)
    }

    /// With several, the decision's own text lists them.
    private func targets(_ page: inout Page) {
        let targets = run.record.plan.targets
        if targets.count == 1, let target = targets.first {
            page.row("on", depth: 1, TargetText.words(target), remark: TargetText.surroundings(target))
        }
        for target in Set(targets.compactMap(\.populationText)).sorted() {
            page.row("", depth: 1, Page.words(of: target))
        }
    }

    private func verification(_ page: inout Page) {
        guard let verification = run.record.plan.verification else {
            return page.row("not verified", depth: 1, ["nobody", "looks", "whether", "it", "helped"], paint: .caution)
        }
        for (index, probe) in verification.probe.enumerated() {
            let remark = "within \(verification.probeWithin.inWords)"
            page.row(
                index == 0 ? "then probes" : "", depth: 1, ShellWord.words(probe.argv, limit: .max), remark: remark)
        }
        if !verification.resolved.isEmpty {
            let alerts = CountText.of(verification.resolved.count, "alert")
            let verb = verification.resolved.count == 1 ? "stops" : "stop"
            page.row(
                verification.probe.isEmpty ? "then waits until" : "and waits until", depth: 1,
                Page.words(
                    of:
                        "\(alerts) \(verb) firing within \(verification.within.inWords), for \(verification.stable.inWords)"
                ))
        }
        let otherwise: String =
            switch verification.otherwise {
            case .rollback: "it is rolled back"
            case .hold: "a person decides"
            }
        page.row("otherwise", depth: 1, Page.words(of: otherwise))
    }

    // MARK: - The dry-run

    private func rehearsals(_ page: inout Page) {
        let reports = run.rehearsals
        for kept in reports {
            let age = MomentText.relative(kept.at, to: now)
            page.row(
                "dry-run, step \(kept.report.step + 1)", depth: 1, ShellWord.words(kept.report.argv, limit: .max),
                remark: age)
            OutputText(report: kept.report, isFull: isFull).render(below: &page)
        }
        if reports.isEmpty, run.record.plan.steps.contains(where: \.hasRehearsal) {
            page.row(
                "dry-run", depth: 1, Page.words(of: "what it printed is not in the journal any more"), paint: .caution)
        }
    }

    // MARK: - Who, until when, and what exactly

    private func approvals(_ page: inout Page) {
        page.row("may approve", depth: 1, Page.words(of: ApprovalText.people(question.approval)))
        if !question.excluded.isEmpty {
            page.row("may not", depth: 1, Page.words(of: Self.names(question.excluded)))
        }
        let count = "\(question.approvals.count) of \(max(1, question.approval.count))"
        let names = question.approvals.isEmpty ? "" : ": " + Self.names(question.approvals)
        page.row("approved so far", depth: 1, Page.words(of: count + names))
        let expiry = MomentText.relative(question.expiresAt, to: now)
        let isOver = question.expiresAt <= now
        page.row(
            "expires", depth: 1, Page.words(of: "\(MomentText.dateAndTime(question.expiresAt)) UTC"), remark: expiry,
            paint: isOver ? .bad : .plain)
        page.row("digest", depth: 1, [TextEscape.line(question.planDigest)])
    }

    private static func names(_ people: [Person]) -> String {
        people.map { TextEscape.line($0.name.string) }.joined(separator: ", ")
    }
}

/// A target in words.
enum TargetText {
    static func words(_ target: Target) -> [String] { [TextEscape.line(target.kind), ShellWord.word(target.id)] }

    static func surroundings(_ target: Target) -> String {
        let parts = [target.service, target.environment, target.tier].compactMap(\.self).map { TextEscape.line($0) }
        return parts.joined(separator: ", ")
    }

    /// `worker w2 and 3 more`
    static func summary(_ plan: Plan) -> String {
        guard let first = plan.targets.first else { return "nothing" }
        let rest = plan.targets.count - 1
        return words(first).joined(separator: " ") + (rest > 0 ? " and \(rest) more" : "")
    }
}

extension Target {
    /// Of how many it is one.
    fileprivate var populationText: String? {
        guard let population, let service else { return nil }
        return "\(TextEscape.line(service)) has \(population)"
    }
}

extension PlannedStep {
    fileprivate var hasRehearsal: Bool {
        switch rehearsal {
        case .argv, .builtIn: true
        case .none: false
        }
    }
}
