internal import HandrailCore
internal import HandrailEngine

/// A run as it was recorded: what was decided, and all that happened since, with what its commands printed.
struct RunText {
    let run: CatalogRun
    let now: Timestamp
    var isFull = false
    var palette = Palette.plain

    static let timeWidth = 8

    /// Ends with a newline.
    var rendered: String {
        var page = Page(palette: palette, timeWidth: Self.timeWidth)
        header(&page)
        page.blank()
        DecisionText(record: run.record, explains: false, verb: run.mode == .act ? "runs" : "would run").render(&page)
        if !run.planDigest.isEmpty { page.row("digest", depth: 1, [TextEscape.line(run.planDigest)]) }
        page.blank()
        history(&page)
        return page.text
    }

    private func header(_ page: inout Page) {
        let name = TextEscape.line(run.record.plan.runbook)
        page.title("run \(run.id)   \(name)", "incident \(run.incident), \(RunStateText.words(run))")
        if let reason = RunStateText.reason(run.state) ?? run.observedReason {
            page.sentence(TextEscape.line(reason, limit: 400))
        }
    }

    // MARK: - What happened

    private struct Moment {
        let at: Timestamp
        let sequence: Int64
        let show: (inout Page, _ time: String) -> Void
    }

    private func history(_ page: inout Page) {
        var day = ""
        let moments = [decision] + events + reports + requests + failures
        // Stable: what a snapshot told of has no place in the journal, and keeps its order.
        for moment in moments.enumerated().sorted(by: {
            ($0.element.at, $0.element.sequence, $0.offset) < ($1.element.at, $1.element.sequence, $1.offset)
        }).map(\.element) {
            let date = MomentText.date(moment.at)
            if date != day { page.sentence("\(date), times in UTC") }
            day = date
            moment.show(&page, MomentText.clock(moment.at))
        }
        if run.omittedReports > 0 {
            page.sentence("\(CountText.of(run.omittedReports, "report")) of commands in the middle of it are not shown")
        }
    }

    private var decision: Moment {
        let verdict = run.record.decision.verdict
        return Moment(at: run.record.at, sequence: run.sequence) { page, time in
            page.row(time: time, "decided", [verdict.rawValue], paint: ReasonText.paint(of: verdict))
        }
    }

    private var events: [Moment] {
        run.events.compactMap { event in
            guard let text = RunEventText(event.event, state: event.state) else { return nil }
            return Moment(at: event.at, sequence: event.sequence) { page, time in
                page.row(
                    time: time, text.heading, depth: text.depth, Page.words(of: text.content), paint: text.paint,
                    headingPaint: text.depth == 0 ? .strong : .plain)
                Self.standstill(event.state, &page)
            }
        }
    }

    /// Where it waits for a person, or is over.
    private static func standstill(_ state: RunState, _ page: inout Page) {
        switch state {
        case .held, .stuck: page.row("is \(RunStateText.words(state))", headingPaint: .strong)
        case .finished: page.row("ended: \(RunStateText.words(state))", headingPaint: .strong)
        case .pending: page.row("waits for an approval", depth: 1)
        case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack: break
        }
    }

    private var reports: [Moment] {
        run.reports.map { kept in
            Moment(at: kept.at, sequence: kept.sequence) { page, time in
                page.row(time: time, Self.words(kept.report), depth: 1, ShellWord.words(kept.report.argv))
                OutputText(report: kept.report, isFull: isFull).render(below: &page)
            }
        }
    }

    private static func words(_ report: StepReport) -> String {
        switch report.purpose {
        case .rehearse: "dry-run, step \(report.step + 1)"
        case .capture: "reads, step \(report.step + 1)"
        case .perform: report.attempt > 1 ? "step \(report.step + 1), again" : "step \(report.step + 1)"
        case .probe: "probe"
        case .undo: "undo, step \(report.step + 1)"
        }
    }

    private var requests: [Moment] {
        run.requests.compactMap { request in
            guard let text = RequestText.line(request) else { return nil }
            return Moment(at: request.at, sequence: request.sequence) { page, time in
                let paint: Paint = request.refusal == nil ? .plain : .caution
                page.row(time: time, text.heading, Page.words(of: text.content), paint: paint)
            }
        }
    }

    private var failures: [Moment] {
        run.announcementFailures.map { note in
            Moment(at: note.at, sequence: note.sequence) { page, time in
                let text = TextEscape.line(note.text, limit: 400)
                page.row(time: time, "nobody could be told", Page.words(of: text), paint: .bad)
            }
        }
    }
}

extension CatalogRun {
    /// Why the engine took the plan for having helped, or not.
    fileprivate var observedReason: String? { mode == .observe ? outcome?.because : nil }
}

/// What a person asked for, in words.
enum RequestText {
    /// Nil where the run's own event says it.
    static func line(_ request: CatalogRequest) -> (heading: String, content: String)? {
        let name = TextEscape.line(request.by.name.string)
        if let refusal = request.refusal {
            let content = "\(name), refused: \(refusal)"
            return ("asked: \(RequestFile.Kind(request.request).rawValue)", TextEscape.line(content, limit: 400))
        }
        switch request.request {
        case .cancel(_, let because), .rollBack(_, let because), .takeOver(_, let because):
            let content = TextEscape.line("\(name): \(because)", limit: 400)
            return ("asked: \(RequestFile.Kind(request.request).rawValue)", content)
        case .approve, .reject, .pause, .resume, .release: return nil
        }
    }
}
