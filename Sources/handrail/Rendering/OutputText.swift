internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// What a command of a run did, and what it printed. Its text is outside data: each line is escaped, and set apart.
struct OutputText {
    /// Lines of one stream that are shown without `--full`.
    private static let mostLines = 12
    private static let lineLimit = 500

    let report: StepReport
    var isFull = false

    /// `exited 0 in 120 ms`
    var ending: String {
        TextEscape.line(report.ending, limit: 400) + " in " + TimeText.spaced(report.duration)
    }

    func render(below page: inout Page) {
        page.below(Page.words(of: ending), indent: 0, paint: report.isSuccess ? .plain : .bad)
        stream(report.output, "", &page)
        stream(report.errorOutput, "standard error:", &page)
        if report.droppedBytes > 0 {
            page.below(
                Page.words(of: "… and \(report.droppedBytes) bytes that were not kept"), indent: 0, paint: .faint)
        }
    }

    private func stream(_ text: String, _ heading: String, _ page: inout Page) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        while lines.last?.utf8.isEmpty == true { lines.removeLast() }
        guard !lines.isEmpty else { return }
        if !heading.isEmpty { page.below(Page.words(of: heading), indent: 0, paint: .faint) }
        let shown = lines.prefix(isFull ? .max : Self.mostLines)
        for line in shown {
            let spaced = String(line).replacing("\t", with: "    ")
            // One word, so that its spaces stay.
            page.below(["| " + TextEscape.line(spaced, limit: Self.lineLimit)], indent: 0)
        }
        let rest = lines.count - shown.count
        if rest > 0 {
            page.below(
                Page.words(of: "… and \(CountText.of(rest, "more line", plural: "more lines")) (--full)"), indent: 0,
                paint: .faint)
        }
    }
}
