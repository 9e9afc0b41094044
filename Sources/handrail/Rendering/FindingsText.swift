internal import HandrailCore
internal import HandrailFormats

/// Findings as people read them, and one line that counts what was checked.
struct FindingsText {
    let isColoured: Bool

    func render(_ loaded: LoadedWorkspace) -> String {
        let findings = loaded.findings.map { paint($0.rendered, $0.severity) + "\n\n" }.joined()
        let errors = loaded.findings.count { $0.severity == .error }
        let warnings = loaded.findings.count - errors
        let counted =
            loaded.findings.isEmpty
            ? "no findings" : "\(CountText.of(errors, "error")), \(CountText.of(warnings, "warning"))"
        let documents = CountText.of(loaded.documentCount, "document")
        return findings + "checked \(documents) in \(CountText.of(loaded.fileCount, "file")): \(counted)\n"
    }

    private func paint(_ text: String, _ severity: Finding.Severity) -> String {
        let paint: Paint =
            switch severity {
            case .error: .bad
            case .warning: .caution
            }
        let palette = Palette(isColoured: isColoured)
        guard let end = text.firstIndex(of: "\n") else { return palette.paint(text, paint) }
        return palette.paint(String(text[..<end]), paint) + text[end...]
    }
}

/// `handrail.check/1`: `{"schema", "documents", "findings": [{"severity", "code", "message", "suggestion", "file", "line",
/// "column", "endColumn", "notes"}]}`.
enum FindingsJSON {
    static func document(_ loaded: LoadedWorkspace) -> String {
        var writer = JSONWriter(style: .pretty)
        writer.object { document in
            document.member("schema", "handrail.check/1")
            document.member("documents", loaded.documentCount)
            document.member("findings") { list in
                list.array { array in
                    for finding in loaded.findings { write(finding, to: &array) }
                }
            }
        }
        return writer.printable
    }

    private static func write(_ finding: Finding, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("severity", finding.severity.rawValue)
            object.member("code", finding.code)
            object.member("message", finding.message)
            object.member("suggestion") { $0.optional(finding.suggestion) }
            object.member("file", finding.location.file)
            object.member("line", finding.location.line)
            object.member("column", finding.location.column)
            object.member("endColumn", finding.endColumn)
            object.member("notes") { $0.strings(finding.notes) }
        }
    }
}
