internal import HandrailFormats

/// Lines in three columns: time, heading, content. None is wider than a hundred columns.
///
/// ```
///  0:04     joined by             QueueBacklog queue=payments   same queue
/// ```
struct Page {
    static let width = 100
    private static let timeWidth = 5
    /// Where the headings of rows begin, those of details, and the content of both.
    private static let headingColumn = 7
    private static let detailColumn = 10
    private static let contentColumn = 32

    private let isColoured: Bool
    private var lines: [String] = []

    init(isColoured: Bool) {
        self.isColoured = isColoured
    }

    /// Ends with a newline, unless nothing was written.
    var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }

    mutating func blank() { lines.append("") }

    mutating func heading(_ text: String) { write("", text, indent: 0, style: Style.bold) }

    mutating func plain(_ text: String) { write("", text, indent: 0, style: nil) }

    /// A row of the timeline.
    mutating func line(_ time: String, _ heading: String, _ content: String, style: String? = nil) {
        let padding = String(repeating: " ", count: max(0, Self.timeWidth - time.utf8.count))
        row(padding + time + "  ", heading, content, headingStyle: style, contentStyle: nil)
    }

    /// More about the row above.
    mutating func detail(_ heading: String, _ content: String, style: String? = nil) {
        row(String(repeating: " ", count: Self.detailColumn), heading, content, headingStyle: nil, contentStyle: style)
    }

    // MARK: - Inside

    private mutating func row(
        _ prefix: String, _ heading: String, _ content: String, headingStyle: String?, contentStyle: String?
    ) {
        let used = TerminalText.width(of: prefix + heading)
        let start = prefix + painted(heading, headingStyle)
        guard !content.utf8.isEmpty else { return lines.append(trimmed(start)) }
        if used < Self.contentColumn {
            let gap = String(repeating: " ", count: Self.contentColumn - used)
            write(start + gap, content, indent: Self.contentColumn, style: contentStyle)
        } else {
            lines.append(start)
            let gap = String(repeating: " ", count: Self.contentColumn)
            write(gap, content, indent: Self.contentColumn, style: contentStyle)
        }
    }

    /// Breaks the content between words, and inside a word where it is wider than a line.
    private mutating func write(_ start: String, _ content: String, indent: Int, style: String?) {
        var start = start
        var rest = content.unicodeScalars[...]
        repeat {
            let room = Self.width - indent - (start.utf8.isEmpty || indent > 0 ? 0 : 2)
            let end = Self.lineEnd(of: rest, room: room)
            lines.append(start + painted(trimmed(String(rest[..<end])), style))
            rest = rest[end...].drop { $0 == " " }
            start = String(repeating: " ", count: indent == 0 ? 2 : indent)
        } while !rest.isEmpty
    }

    private static func lineEnd(
        of text: Substring.UnicodeScalarView, room: Int
    ) -> Substring.UnicodeScalarView.Index {
        var used = 0
        var lastSpace: Substring.UnicodeScalarView.Index?
        for index in text.indices {
            used += TerminalText.width(of: String(text[index]))
            if used > room {
                if text[index] == " " { return index }
                // Always forwards: a room narrower than one character must not loop.
                return lastSpace ?? (index > text.startIndex ? index : text.index(after: index))
            }
            if text[index] == " ", index > text.startIndex { lastSpace = index }
        }
        return text.endIndex
    }

    private func painted(_ text: String, _ style: String?) -> String {
        guard isColoured, let style, !text.utf8.isEmpty else { return text }
        return style + text + Style.reset
    }

    private func trimmed(_ text: String) -> String {
        var text = text
        while text.utf8.last == UInt8(ascii: " ") { text.removeLast() }
        return text
    }
}
