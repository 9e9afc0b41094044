internal import HandrailFormats

/// Rows below a heading, none wider than a page. What does not fit is cut, and the cut shows.
struct TableText {
    struct Column {
        let title: String
        var isRightAligned = false
        /// Cut first where there is no room; others are shown whole.
        var isFlexible = false
    }

    struct Cell {
        let text: String
        var paint = Paint.plain

        init(_ text: String, _ paint: Paint = .plain) {
            self.text = text
            self.paint = paint
        }
    }

    private static let gap = 2
    private static let narrowest = 8

    let columns: [Column]
    let palette: Palette
    private var rows: [[Cell]] = []

    init(_ columns: [Column], palette: Palette) {
        self.columns = columns
        self.palette = palette
    }

    /// - Parameter cells: one a column, harmless for a terminal.
    mutating func row(_ cells: [Cell]) {
        rows.append(cells)
    }

    /// Ends with a newline.
    var rendered: String {
        let widths = fitted()
        let heading = columns.map { Cell($0.title, .faint) }
        return ([heading] + rows).map { line($0, widths) + "\n" }.joined()
    }

    private func line(_ cells: [Cell], _ widths: [Int]) -> String {
        var text = ""
        for (index, cell) in cells.enumerated() {
            let shown = Self.cut(cell.text, to: widths[index])
            let padding = String(repeating: " ", count: max(0, widths[index] - TerminalText.width(of: shown)))
            let painted = palette.paint(shown, cell.paint)
            let isLast = index == cells.count - 1
            text += columns[index].isRightAligned ? padding + painted : painted + (isLast ? "" : padding)
            if !isLast { text += String(repeating: " ", count: Self.gap) }
        }
        while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }

    /// The widest of what can be cut gives way first.
    private func fitted() -> [Int] {
        var widths = columns.indices.map { index in
            ([columns[index].title] + rows.map { $0[index].text }).map(TerminalText.width(of:)).max() ?? 0
        }
        var excess = widths.reduce(0, +) + Self.gap * (columns.count - 1) - Page.width
        while excess > 0 {
            let candidates = columns.indices.filter { columns[$0].isFlexible && widths[$0] > Self.narrowest }
            guard let widest = candidates.max(by: { widths[$0] < widths[$1] }) else { break }
            widths[widest] -= 1
            excess -= 1
        }
        return widths
    }

    private static func cut(_ text: String, to width: Int) -> String {
        guard TerminalText.width(of: text) > width else { return text }
        var shown = ""
        var used = 0
        for scalar in text.unicodeScalars {
            let next = TerminalText.width(of: String(scalar))
            guard used + next < width else { break }
            shown.unicodeScalars.append(scalar)
            used += next
        }
        return shown + "…"
    }
}
