internal import HandrailCore

/// A timeline for people, one row after the other.
struct TimelineText {
    let explains: Bool
    /// It is about one incident, which then need not be named in each row.
    let isSingle: Bool
    /// What is said where no member of an incident fires any more.
    let resolved: String
    let clock: (Timestamp) -> String

    func render(_ timeline: [TimelineEntry], _ page: inout Page) {
        var context = TimelineContext(isSingle: isSingle)
        for row in TimelineRows(timeline, explains: explains).rows {
            switch row {
            case .entry(let entry): show(entry, &context, &page)
            case .folded(let folded): show(folded, &context, &page)
            }
        }
    }

    private func show(_ folded: FoldedAlerts, _ context: inout TimelineContext, _ page: inout Page) {
        var names = folded.alertnames.map { LabelText.name($0) }.joined(separator: ", ")
        if folded.hasMoreNames { names += " and others" }
        let labels = LabelText.words(folded.commonLabels)
        let (first, last) = (clock(folded.firstAt), clock(folded.lastAt))
        let (heading, depth) = context.detail(folded.kind.heading, of: folded.incident)
        page.row(
            time: first, heading, depth: depth, Page.words(of: "… and \(folded.count) more \(names)") + labels,
            remark: first == last ? "" : "until \(last)")
    }

    private func show(_ entry: TimelineEntry, _ context: inout TimelineContext, _ page: inout Page) {
        let time = clock(entry.at)
        if let kind = AlertChange(entry.event), let alert = entry.alert {
            let remark = remark(on: entry, context)
            let (heading, depth) = context.detail(kind.heading, of: entry.incident)
            return page.row(time: time, heading, depth: depth, LabelText.words(alert), remark: remark)
        }
        switch entry.event {
        case .incidentOpened(let alert):
            context.opened(entry.incident, at: entry.at)
            let heading = "incident \(entry.incident ?? 0) opens"
            page.row(time: time, heading, LabelText.words(alert), headingPaint: .strong)
        case .incidentsMerged(let absorbed, let reason):
            let (heading, depth) = context.detail("takes over", of: entry.incident)
            let remark = MembershipText.reason(reason)
            page.row(time: time, heading, depth: depth, ["incident", "\(absorbed)"], remark: remark)
        case .incidentResolved:
            page.row(time: time, context.heading(resolved, of: entry.incident), headingPaint: .good)
        case .stormBegan(let because):
            context.leave()
            page.row(time: time, "storm begins", Self.escaped(because), paint: .caution, headingPaint: .caution)
        case .stormEnded:
            context.leave()
            page.row(time: time, "storm ends", headingPaint: .caution)
        case .decided(let record):
            let heading = context.heading("\(TextEscape.line(record.plan.runbook)) matches", of: entry.incident)
            page.row(time: time, heading, headingPaint: .strong)
            DecisionText(record: record, explains: explains).render(&page)
        case .notChosen(let runbook, let because):
            let (heading, depth) = context.detail("not chosen", of: entry.incident)
            page.row(time: time, heading, depth: depth, Self.escaped("\(runbook): \(because)"))
        case .planRefused(let runbook, let refusal):
            let heading = context.heading("\(TextEscape.line(runbook)) matches", of: entry.incident)
            page.row(time: time, heading, headingPaint: .strong)
            let place = PlaceText.of(refusal.location)
            page.row("no plan", depth: 1, Self.escaped(refusal.message), remark: place, paint: .bad)
        case .runEnded(_, let runbook, let outcome, let because):
            let (heading, depth) = context.detail("counts as \(outcome.rawValue)", of: entry.incident)
            page.row(time: time, heading, depth: depth, Self.escaped("\(runbook): \(because)"))
        case .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased,
            .incidentClosed, .runStarted, .state:
            break
        }
    }

    private func remark(on entry: TimelineEntry, _ context: TimelineContext) -> String {
        switch entry.event {
        case .alertJoined(_, let reason):
            let later = context.age(of: entry.incident, at: entry.at).map { ", \(TimeText.spaced($0)) later" }
            return MembershipText.reason(reason) + (later ?? "")
        case .alertMuted(_, let muting): return MembershipText.muting(muting)
        case .incidentOpened, .alertFiredAgain, .alertResolved, .alertUnmuted, .alertDamped, .alertReleased,
            .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan, .stormEnded, .decided, .notChosen,
            .planRefused, .runStarted, .runEnded, .state:
            return ""
        }
    }

    private static func escaped(_ text: String) -> [String] {
        Page.words(of: TextEscape.line(text, limit: 400))
    }
}

/// Which incident the rows are about, so that it is named only where it changes.
struct TimelineContext {
    private let isSingle: Bool
    private var current: Int?
    private var openedAt: [Int: Timestamp] = [:]

    init(isSingle: Bool) {
        self.isSingle = isSingle
    }

    mutating func opened(_ incident: Int?, at time: Timestamp) {
        current = incident
        if let incident { openedAt[incident] = time }
    }

    /// What comes next belongs to no incident.
    mutating func leave() { current = nil }

    func age(of incident: Int?, at time: Timestamp) -> Duration? {
        incident.flatMap { openedAt[$0] }.map { time - $0 }
    }

    /// A heading of its own row, with the incident's number where it is not the one above.
    mutating func heading(_ text: String, of incident: Int?) -> String {
        defer { current = incident }
        guard let incident, incident != current, !isSingle else { return text }
        return "incident \(incident): \(text)"
    }

    /// A heading below the incident's; moved to the front, with its number, where another one stands above.
    mutating func detail(_ text: String, of incident: Int?) -> (heading: String, depth: Int) {
        defer { current = incident }
        guard let incident else { return (text, 0) }
        return incident == current || isSingle ? (text, 1) : ("incident \(incident): \(text)", 0)
    }
}
