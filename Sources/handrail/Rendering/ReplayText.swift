internal import HandrailCore
internal import HandrailEngine

/// A replay for people: the timeline, decisions with their reasons, and the numbers at the end.
struct ReplayText {
    private let report: ReplayReport
    private let palette: Palette
    private let explains: Bool

    init(_ report: ReplayReport, isColoured: Bool, explains: Bool) {
        self.report = report
        self.explains = explains
        palette = Palette(isColoured: isColoured)
    }

    /// Ends with a newline.
    var rendered: String {
        var page = Page(palette: palette, timeWidth: clock(report.lastAt).utf8.count)
        header(&page)
        if !report.timeline.isEmpty {
            page.blank()
            TimelineText(
                explains: explains, isSingle: report.counters.incidents <= 1, resolved: "resolved in the recording",
                clock: { clock($0) }
            ).render(report.timeline, &page)
            if explains { ReplayExplanation.nearMisses(of: report, &page) }
        }
        page.blank()
        for line in ReplaySummaryText.lines(of: report) { page.sentence(line) }
        return page.text
    }

    /// Since the recording's first delivery, cut or not: what `--from` and `--to` take.
    private func clock(_ time: Timestamp?) -> String {
        guard let start = report.firstAt, let time else { return "0:00" }
        return TimeText.clock(time - start)
    }

    private func header(_ page: inout Page) {
        let name = TextEscape.line(Self.name(of: report.recording))
        var words = CountText.of(report.counters.deliveries, "delivery", plural: "deliveries")
        if let first = report.playedFrom, let last = report.lastAt {
            words += ", " + TimeText.spaced(last - first)
            if first != report.firstAt { words += ", from \(clock(first)) on" }
        }
        page.title(name, words)
    }

    /// The file's own name.
    private static func name(of recording: String) -> String {
        guard recording != "-" else { return "standard input" }
        return recording.split(separator: "/").last.map { String($0) } ?? recording
    }
}
