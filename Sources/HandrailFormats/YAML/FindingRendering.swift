internal import HandrailCore

extension Finding {
    /// The sentence with its suggestion, fit for a terminal.
    public var sentence: String {
        let question = suggestion.map { "; did you mean `\($0)`?" } ?? ""
        return TerminalText.escaped(message + question)
    }

    /// Header, line and caret, without colour and without a final newline.
    public var rendered: String {
        var lines = [header]
        if let line {
            let number = String(location.line)
            let gutter = String(repeating: " ", count: max(0, 6 - number.utf8.count))
            let blank = String(repeating: " ", count: max(6, number.utf8.count))
            let shown = CaretLine(line, from: location.column - lineColumn, to: endColumn - lineColumn)
            lines.append(trimmed("\(gutter)\(number) | \(shown.text)"))
            lines.append("\(blank) | \(shown.caret)")
        }
        for note in notes { lines.append("         = \(TerminalText.escaped(note))") }
        return lines.joined(separator: "\n")
    }

    private var header: String {
        let file = TerminalText.escaped(location.file)
        let place = line == nil ? file : "\(file):\(location.line):\(location.column)"
        return "\(place): \(severity.rawValue): \(sentence)"
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }
}

/// A line of a file and the marks below it, cut where it is long.
private struct CaretLine {
    private static let widthLimit = 100
    private static let tabWidth = 4

    private(set) var text = ""
    private(set) var caret = ""

    /// - Parameters:
    ///   - start: the scalar, from 0, that the caret stands below.
    ///   - end: the scalar after the last one that is meant.
    init(_ line: String, from start: Int, to end: Int) {
        var cells: [(text: String, width: Int)] = []
        var column = 0
        for scalar in line.unicodeScalars where scalar != "\r" && scalar != "\n" {
            let cell = Self.cell(of: scalar, at: column)
            cells.append(cell)
            column += cell.width
        }
        let start = min(max(start, 0), cells.count)
        let end = min(max(end, start), cells.count)
        let shown = Self.window(cells, start)
        let before = shown.lowerBound > 0 ? "…" : ""
        text = before + cells[shown].map(\.text).joined() + (shown.upperBound < cells.count ? "…" : "")
        let indent = before.unicodeScalars.count + cells[shown.lowerBound..<start].map(\.width).reduce(0, +)
        let width = cells[start..<max(start, min(end, shown.upperBound))].map(\.width).reduce(0, +)
        caret = String(repeating: " ", count: indent) + "^" + String(repeating: "~", count: max(0, width - 1))
    }

    private static func cell(of scalar: Unicode.Scalar, at column: Int) -> (text: String, width: Int) {
        if scalar == "\t" {
            let width = tabWidth - column % tabWidth
            return (String(repeating: " ", count: width), width)
        }
        let shown = TerminalText.escaped(scalar)
        return (shown, TerminalText.width(of: shown))
    }

    /// As much of the line as fits, with two thirds of the room behind the caret.
    private static func window(_ cells: [(text: String, width: Int)], _ start: Int) -> Range<Int> {
        guard cells.map(\.width).reduce(0, +) > widthLimit else { return cells.indices }
        var first = start
        var room = widthLimit / 3
        while first > 0, room >= cells[first - 1].width {
            first -= 1
            room -= cells[first].width
        }
        var last = start
        room += widthLimit - widthLimit / 3
        while last < cells.count, room >= cells[last].width {
            room -= cells[last].width
            last += 1
        }
        // What is not needed behind the caret shows more of what is before it.
        while first > 0, room >= cells[first - 1].width {
            first -= 1
            room -= cells[first].width
        }
        return first..<last
    }
}
