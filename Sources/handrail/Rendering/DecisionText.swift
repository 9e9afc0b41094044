internal import HandrailCore

/// One decision below its heading: what would run, the verdict with its reasons, the guards, and what was not chosen.
struct DecisionText {
    let record: DecisionRecord
    let explains: Bool
    /// What is said of a step: whether it would run, or does.
    var verb = "would run"
    /// Somebody decides on what is shown: every argument is shown whole. Who may decide stands below it.
    var isForApproval = false

    /// How much of long lists is shown without `--explain`.
    private static let mostSteps = 12
    private static let mostReasons = 3
    private static let mostMisses = 4

    func render(_ page: inout Page) {
        if explains { ReplayExplanation.bindings(of: record, &page) }
        if explains || record.plan.targets.count > 1 { targets(&page) }
        steps(&page)
        verdict(&page)
        if !record.decision.guards.isEmpty { guards(&page) }
        if explains { ReplayExplanation.trials(of: record.decision, &page) }
        misses(&page)
    }

    // MARK: - What would run

    private func targets(_ page: inout Page) {
        let shown = record.plan.targets.prefix(explains ? .max : Self.mostSteps)
        for (index, target) in shown.enumerated() {
            page.row(index == 0 ? "on" : "", depth: 1, Self.words(of: target), remark: Self.surroundings(of: target))
        }
        more(record.plan.targets.count - shown.count, "target", &page)
    }

    private static func words(of target: Target) -> [String] {
        [TextEscape.line(target.kind), ShellWord.word(target.id)]
    }

    private static func surroundings(of target: Target) -> String {
        let parts = [target.service, target.environment, target.tier].compactMap(\.self).map { TextEscape.line($0) }
        return parts.joined(separator: ", ")
    }

    private func steps(_ page: inout Page) {
        let shown = record.plan.steps.prefix(explains ? .max : Self.mostSteps)
        for (index, step) in shown.enumerated() {
            page.row(index == 0 ? verb : "then", depth: 1, words(step.argv), paint: .strong)
            rehearsal(step.rehearsal, &page)
            undo(step.undo, &page)
        }
        more(record.plan.steps.count - shown.count, "step", &page)
    }

    private func words(_ argv: [String]) -> [String] {
        ShellWord.words(argv, limit: isForApproval ? .max : ShellWord.limit)
    }

    private func rehearsal(_ rehearsal: PlannedRehearsal, _ page: inout Page) {
        switch rehearsal {
        case .argv(let argv): page.row("first rehearses", depth: 1, words(argv))
        case .none(let because): page.row("no rehearsal", depth: 1, Self.escaped(because), paint: .faint)
        case .builtIn: break
        }
    }

    private func undo(_ undo: PlannedUndo, _ page: inout Page) {
        switch undo {
        case .argv(let argv, let parameters):
            let remark = parameters.isEmpty ? "" : "with what was captured before"
            page.row("undone by", depth: 1, words(argv.map(\.shown)), remark: remark)
        case .impossible(let because):
            page.row("cannot be undone", depth: 1, Self.escaped(because), paint: .caution)
        case .notNeeded(let because):
            if explains { page.row("needs no undo", depth: 1, Self.escaped(because), paint: .faint) }
        case .builtIn: break
        }
    }

    // MARK: - Why

    private func verdict(_ page: inout Page) {
        let verdict = record.decision.verdict
        let deciding = record.decision.reasons.filter { explains || $0.effect == verdict }
        let shown = deciding.prefix(explains ? .max : Self.mostReasons)
        let first = shown.first.map { ReasonText.words($0) } ?? []
        page.row(
            "verdict", depth: 1, [ReasonText.padded(verdict)] + first, paint: ReasonText.paint(of: verdict))
        for reason in shown.dropFirst() {
            page.below([ReasonText.padded(reason.effect)] + ReasonText.words(reason), indent: 0)
        }
        more(deciding.count - shown.count, "reason", &page)
        if verdict == .approval, !isForApproval { page.row("asks", depth: 1, approval()) }
    }

    private func approval() -> [String] {
        let approval = record.decision.approval
        return Page.words(of: "\(ApprovalText.people(approval)), within \(approval.expires.inWords)")
    }

    private func guards(_ page: inout Page) {
        let texts = record.decision.guards.map { report in
            TextEscape.line(report.text) + (report.isHolding ? " (holds)" : "")
        }
        let isHolding = record.decision.guards.contains { $0.isHolding }
        page.row(
            "guards", depth: 1, Page.words(of: texts.joined(separator: ", ")), paint: isHolding ? .caution : .plain)
    }

    private func misses(_ page: inout Page) {
        let shown = record.nearMisses.prefix(explains ? .max : Self.mostMisses)
        for (index, miss) in shown.enumerated() {
            page.row(index == 0 ? "not chosen" : "", depth: 1, Self.escaped("\(miss.runbook): \(miss.because)"))
        }
        more(record.nearMisses.count - shown.count, "runbook", &page)
    }

    private func more(_ count: Int, _ noun: String, _ page: inout Page) {
        guard count > 0 else { return }
        page.below(["…", "and", "\(count)", "more", count == 1 ? noun : noun + "s"], indent: 0, paint: .faint)
    }

    private static func escaped(_ text: String) -> [String] {
        Page.words(of: TextEscape.line(text, limit: 400))
    }
}

/// A reason and a verdict in words.
enum ReasonText {
    static func words(_ reason: Reason) -> [String] {
        var text = TextEscape.line(reason.rule)
        // What a rule without `because` says is nothing that its place does not say better.
        if reason.detail != "the rule matches", reason.detail != reason.rule {
            text += ": " + TextEscape.line(reason.detail.withoutFinalStop, limit: 400)
        }
        if let place = reason.location { text += ", \(PlaceText.of(place))" }
        return Page.words(of: text)
    }

    /// As wide as the longest verdict, so that reasons stand below each other.
    static func padded(_ verdict: Verdict) -> String {
        verdict.rawValue + String(repeating: " ", count: max(0, 11 - verdict.rawValue.utf8.count))
    }

    static func paint(of verdict: Verdict) -> Paint {
        switch verdict {
        case .automatic: .good
        case .approval: .caution
        case .advisory: .notice
        case .deny: .bad
        }
    }
}

extension String {
    /// `because` is often a whole sentence, and its place follows.
    fileprivate var withoutFinalStop: String { utf8.last == UInt8(ascii: ".") ? String(dropLast()) : self }
}
