internal import HandrailFormats

/// Lines in three columns, time, heading and content, none wider than a hundred characters.
///
/// ```
///  0:04     joined by             QueueBacklog queue=payments        same queue, 4 s later
/// ```
struct Page {
    static let width = 100
    /// From the content's column to the one of the remark behind it.
    private static let remarkOffset = 35
    private static let headingWidth = 25

    private(set) var lines: [String] = []
    private let palette: Palette
    private let timeWidth: Int
    /// How many spaces the content of a row stands from the left.
    let contentColumn: Int

    /// - Parameter timeWidth: columns of the longest time; at least five are taken.
    init(palette: Palette = .plain, timeWidth: Int = 5) {
        self.palette = palette
        self.timeWidth = max(5, timeWidth)
        contentColumn = self.timeWidth + 2 + Self.headingWidth
    }

    var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }

    mutating func blank() { lines.append("") }

    mutating func title(_ text: String, _ remark: String = "") {
        lines.append(palette.paint(text, .strong) + (remark.utf8.isEmpty ? "" : "   " + remark))
    }

    /// A line without columns, wrapped between words.
    mutating func sentence(_ text: String) {
        let wrapped = Self.wrap(Self.words(of: text), first: Self.width, rest: Self.width - 2)
        for (index, line) in wrapped.enumerated() { lines.append((index == 0 ? "" : "  ") + line) }
    }

    /// One row of the timeline.
    ///
    /// - Parameters:
    ///   - time: nil where the row belongs to the one above.
    ///   - depth: how far the heading is moved in: 0 for what begins something, 1 for its details.
    ///   - content: words between which the line may be broken; none of them holds a line break.
    ///   - remark: put behind the content where there is room, else below it.
    mutating func row(
        time: String? = nil, _ heading: String, depth: Int = 0, _ content: [String] = [], remark: String = "",
        paint: Paint = .plain, headingPaint: Paint = .plain
    ) {
        var start = paddedLeft(time ?? "", timeWidth) + "  " + String(repeating: " ", count: 3 * depth)
        var used = TerminalText.width(of: start) + TerminalText.width(of: heading)
        start = palette.paint(start, time == nil ? .plain : .faint) + palette.paint(heading, headingPaint)
        guard !content.isEmpty else {
            lines.append(start)
            if !remark.isEmpty { below(Self.words(of: remark)) }
            return
        }
        if used >= contentColumn {
            lines.append(start)
            (start, used) = ("", 0)
        }
        start += String(repeating: " ", count: contentColumn - used)
        let room = Self.width - contentColumn
        let wrapped = Self.wrap(content, first: room, rest: room - 2)
        lines.append(start + palette.paint(wrapped[0], paint))
        for line in wrapped.dropFirst() { continuation(line, paint: paint) }
        add(remark, behind: wrapped[wrapped.count - 1], room: wrapped.count == 1 ? room : room - 2)
    }

    /// More of the content of the row above.
    mutating func below(_ words: [String], indent: Int = 2, paint: Paint = .plain) {
        let column = contentColumn + indent
        let room = Self.width - column
        for (index, line) in Self.wrap(words, first: room, rest: room - 2).enumerated() {
            lines.append(
                String(repeating: " ", count: column + (index == 0 ? 0 : 2)) + palette.paint(line, paint))
        }
    }

    static func words(of text: String) -> [String] {
        text.split(separator: " ", omittingEmptySubsequences: true).map { String($0) }
    }

    // MARK: - Inside

    private mutating func continuation(_ line: String, paint: Paint) {
        lines.append(String(repeating: " ", count: contentColumn + 2) + palette.paint(line, paint))
    }

    private mutating func add(_ remark: String, behind content: String, room: Int) {
        guard !remark.isEmpty else { return }
        let used = TerminalText.width(of: content)
        let gap = max(2, Self.remarkOffset - (Self.width - contentColumn - room) - used)
        let width = TerminalText.width(of: remark)
        let fitting = [gap, 2].first { used + $0 + width <= room }
        guard let fitting else { return below(Self.words(of: remark), paint: .faint) }
        lines[lines.count - 1] += String(repeating: " ", count: fitting) + palette.paint(remark, .faint)
    }

    private func paddedLeft(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.utf8.count)) + text
    }

    /// Lines of words; a word that is wider than a line is cut into several. At least one line.
    static func wrap(_ words: [String], first: Int, rest: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        var used = 0
        for word in words {
            let width = TerminalText.width(of: word)
            let room = lines.isEmpty ? first : rest
            if !line.utf8.isEmpty, used + 1 + width <= room {
                line += " " + word
                used += 1 + width
                continue
            }
            if !line.utf8.isEmpty { lines.append(line) }
            let pieces = cut(word, first: lines.isEmpty ? first : rest, rest: rest)
            lines += pieces.dropLast()
            line = pieces.last ?? ""
            used = TerminalText.width(of: line)
        }
        return line.utf8.isEmpty && !lines.isEmpty ? lines : lines + [line]
    }

    private static func cut(_ word: String, first: Int, rest: Int) -> [String] {
        guard TerminalText.width(of: word) > first else { return [word] }
        var pieces: [String] = []
        var piece = ""
        var used = 0
        for scalar in word.unicodeScalars {
            let width = TerminalText.width(of: String(scalar))
            if used + width > (pieces.isEmpty ? first : rest) {
                pieces.append(piece)
                (piece, used) = ("", 0)
            }
            piece.unicodeScalars.append(scalar)
            used += width
        }
        return pieces + [piece]
    }
}
