internal import HandrailCore
internal import HandrailEngine

/// The last lines of a replay: what came in, what was decided, what it would have saved.
enum ReplaySummaryText {
    static func lines(of report: ReplayReport) -> [String] {
        let summary = report.summary
        var lines = [counts(summary)]
        let omissions = omissions(report)
        if !omissions.isEmpty { lines.append(omissions.joined(separator: ", ")) }
        if summary.timeSaved > .zero { lines.append(saved(summary)) }
        return lines
    }

    private static func counts(_ summary: ReplayReport.Summary) -> String {
        func count(_ verdict: Verdict) -> Int { summary.verdicts[verdict] ?? 0 }
        var input = [
            CountText.of(summary.deliveries, "delivery", plural: "deliveries"), CountText.of(summary.alerts, "alert"),
            CountText.of(summary.incidents, "incident"),
        ]
        if summary.noiseReductionPercent > 0 { input.append("\(summary.noiseReductionPercent)% less noise") }
        var verdicts = [
            "\(count(.automatic)) automatic", "\(count(.approval)) pending", "\(count(.advisory)) advised",
            "\(count(.deny)) denied",
        ]
        if summary.refusedPlans > 0 { verdicts.append("\(summary.refusedPlans) without a plan") }
        return input.joined(separator: ", ") + "; " + verdicts.joined(separator: ", ")
    }

    /// Nothing is dropped unseen.
    private static func omissions(_ report: ReplayReport) -> [String] {
        let counts = [
            (report.counters.truncated, "alert", "left out by the source"),
            (report.rejectedAlerts, "alert", "not valid"),
            (report.passedOverEvents, "event", "without meaning for an alert"),
            (report.invalidLineCount, "line", "not valid"),
        ]
        return counts.filter { $0.0 > 0 }.map { count, noun, what in "\(CountText.of(count, noun)) \(what)" }
    }

    private static func saved(_ summary: ReplayReport.Summary) -> String {
        let time = TimeText.spaced(summary.timeSaved)
        return summary.incidents == 1
            ? "would have acted \(time) before the recorded recovery"
            : "would have acted \(time) before the recorded recoveries, added up"
    }
}
