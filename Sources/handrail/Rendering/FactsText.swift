internal import CEL
internal import HandrailCore
internal import HandrailFormats

/// Facts and functions as people read them: three columns, none wider than a hundred characters.
struct FactsText {
    private let sheet: FactSheet
    private let palette: Palette
    private var lines: [String] = []

    init(_ sheet: FactSheet, palette: Palette) {
        self.sheet = sheet
        self.palette = palette
        for section in sheet.sections { write(section) }
        writeRecords()
        for group in CELVocabulary.groups {
            heading(group.title)
            table(group.entries.map { ($0.usage, $0.result, $0.about) })
        }
        heading("Limits")
        sentence(
            "An expression may cost \(grouped(CELCost.usualLimit)) steps, a step for each part of it that is evaluated, in a "
                + "loop for each element. That is reckoned when the files are loaded, with the sizes that stand above, and "
                + "counted when it is evaluated.")
    }

    var rendered: String { lines.joined(separator: "\n") + "\n" }

    private mutating func write(_ section: FactSheet.Section) {
        heading("Facts for \(section.context.rawValue): " + section.context.about)
        table(section.facts.map(row))
        if let note = section.context.note { sentence(note) }
    }

    /// Each once, although several contexts use it.
    private mutating func writeRecords() {
        heading("Records (`?` behind a type: may be absent, so ask with `has()` before reading it)")
        var shown: Set<ExactText> = []
        var rows: [(String, String, String)] = []
        for record in sheet.sections.flatMap(\.records) where shown.insert(ExactText(record.name)).inserted {
            rows += record.fields.map { field in
                let row = row(field)
                return ("\(record.name).\(row.name)", row.type, row.about)
            }
        }
        table(rows)
    }

    private func row(_ fact: FactSheet.Fact) -> (name: String, type: String, about: String) {
        var about = fact.about
        if let values = fact.values {
            about += ": " + values.map { $0.utf8.isEmpty ? "\"\"" : $0 }.joined(separator: ", ")
        }
        let sizes = [
            fact.elements.map { "at most \(grouped($0))" },
            fact.bytes.flatMap { $0 == CELSize.usual.bytes ? nil : "\(grouped($0)) bytes" },
        ]
        let known = sizes.compactMap(\.self)
        if !known.isEmpty { about += " (\(known.joined(separator: ", of ")))" }
        return (fact.name, fact.type.description + (fact.isOptional ? "?" : ""), about)
    }

    private func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return String(
            digits.enumerated().flatMap { offset, digit in
                offset > 0 && (digits.count - offset) % 3 == 0 ? [",", digit] : [digit]
            })
    }

    // MARK: - Layout

    private mutating func heading(_ text: String) {
        if !lines.isEmpty { lines.append("") }
        lines.append(palette.paint(TerminalText.escaped(text), .strong))
    }

    private mutating func sentence(_ text: String) {
        for line in Page.wrap(Page.words(of: text), first: Page.width - 2, rest: Page.width - 2) {
            lines.append("  " + palette.paint(line, .faint))
        }
    }

    private mutating func table(_ rows: [(String, String, String)]) {
        let rows = rows.map { (TerminalText.escaped($0.0), TerminalText.escaped($0.1), TerminalText.escaped($0.2)) }
        let first = rows.map { TerminalText.width(of: $0.0) }.max() ?? 0
        let second = rows.map { TerminalText.width(of: $0.1) }.max() ?? 0
        let column = 2 + first + 2 + (second > 0 ? second + 2 : 0)
        let room = max(20, Page.width - column)
        for row in rows {
            let about = Page.wrap(Page.words(of: row.2), first: room, rest: room)
            let type = second > 0 ? palette.paint(padded(row.1, second + 2), .notice) : ""
            lines.append("  " + padded(row.0, first + 2) + type + about[0])
            for line in about.dropFirst() { lines.append(String(repeating: " ", count: column) + line) }
        }
    }

    private func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - TerminalText.width(of: text)))
    }
}
