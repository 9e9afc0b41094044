internal import HandrailCore
internal import HandrailFormats
internal import HandrailSQLite

/// What an audit found, in a few lines.
struct AuditText {
    let report: AuditReport
    var palette = Palette.plain

    var rendered: String {
        var page = Page(palette: palette)
        if let bad = report.firstBad {
            page.title(palette.paint("NOT intact", .bad))
            page.sentence(TextEscape.line("\(bad)", limit: 1000))
            let before = "\(CountText.of(report.entries, "entry", plural: "entries")) before it are good"
            page.sentence("\(before); what comes after it was not looked at")
            return page.text
        }
        let removed =
            report.removedThrough > 0 ? ", those up to \(report.removedThrough) were removed by retention" : ""
        page.sentence("intact: \(CountText.of(report.entries, "entry", plural: "entries"))\(removed)")
        page.sentence(checkpoints)
        if report.skippedExports > 0 {
            let count = CountText.of(report.skippedExports, "exported checkpoint")
            page.sentence("\(count) could not be compared: the entries that they stand at were removed by retention")
        }
        if report.uncoveredEntries > 0 {
            let count = report.uncoveredEntries == 1 ? "1 entry stands" : "\(report.uncoveredEntries) entries stand"
            page.sentence("\(count) behind the last checkpoint that counts: their end could be cut off unnoticed")
        }
        if !report.damagedSnapshots.isEmpty {
            let places = report.damagedSnapshots.map(String.init).joined(separator: ", ")
            page.sentence("snapshots at \(places) are damaged; no evidence is lost with them")
        }
        if !report.unsignedSnapshots.isEmpty {
            let places = report.unsignedSnapshots.map(String.init).joined(separator: ", ")
            page.sentence("snapshots at \(places) are signed by no given key, and no engine with its key reads them")
        }
        return page.text
    }

    private var checkpoints: String {
        let signed = report.signedCheckpoints > 0 ? ", \(report.signedCheckpoints) signed by a given key" : ""
        let exported = report.comparedExports > 0 ? ", \(report.comparedExports) compared with exported ones" : ""
        return "\(CountText.of(report.checkpoints, "checkpoint"))\(signed)\(exported)"
    }

    /// `handrail.audit/1`
    static func document(_ report: AuditReport) -> Document {
        Document(schema: "handrail.audit/1") { object in
            object.member("intact", report.isIntact)
            object.member("firstBad") { member in
                guard let bad = report.firstBad else { return member.null() }
                member.object { object in
                    object.member("sequence") { member in
                        if let sequence = bad.sequence { member.value(sequence) } else { member.null() }
                    }
                    object.member("because", "\(bad.reason)")
                }
            }
            object.member("entries", report.entries)
            object.member("removedThrough", report.removedThrough)
            object.member("lastSequence", report.lastSequence)
            object.member("checkpoints", report.checkpoints)
            object.member("signedCheckpoints", report.signedCheckpoints)
            object.member("comparedExports", report.comparedExports)
            object.member("skippedExports", report.skippedExports)
            object.member("coveredThrough", report.coveredThrough)
            object.member("uncoveredEntries", report.uncoveredEntries)
        }
    }
}
