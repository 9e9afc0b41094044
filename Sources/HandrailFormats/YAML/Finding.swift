public import HandrailCore

/// Something wrong, or doubtful, in a file that a user wrote.
public struct Finding: Error, Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable, CaseIterable { case error, warning }

    public let severity: Severity
    /// A stable word for tools, such as `unknown-key`.
    public let code: String
    /// One lowercase sentence without a final stop; the user's words are in backticks.
    public let message: String
    public let location: FileLocation
    /// The column after the last one that is meant, on the same line; in Unicode scalars, from 1.
    public let endColumn: Int
    /// The line itself. Nil where the file could not be read. Of a very long line, the part around the place.
    public let line: String?
    /// The column of the first scalar of `line`: 1 unless the line was very long.
    public let lineColumn: Int
    /// What was probably meant.
    public let suggestion: String?
    /// More sentences, each like the message.
    public let notes: [String]

    public init(
        severity: Severity = .error, code: String, message: String, location: FileLocation, endColumn: Int,
        line: String?, lineColumn: Int = 1, suggestion: String? = nil, notes: [String] = []
    ) {
        self.severity = severity
        self.code = code
        self.message = message
        self.location = location
        self.endColumn = endColumn
        self.line = line
        self.lineColumn = lineColumn
        self.suggestion = suggestion
        self.notes = notes
    }

    /// About a file as a whole.
    public init(severity: Severity = .error, code: String, message: String, file: String, notes: [String] = []) {
        self.init(
            severity: severity, code: code, message: message,
            location: FileLocation(file: file, line: 1, column: 1), endColumn: 1, line: nil, notes: notes)
    }

    /// About a place in a file; what is meant ends with its line at the latest.
    init(
        _ severity: Severity, _ code: String, _ message: String, at span: SourceSpan, suggestion: String? = nil,
        notes: [String] = []
    ) {
        let start = span.source.mark(atByte: span.range.lowerBound)
        let line = span.source.line(start.line - 1)
        let end = span.source.mark(
            atByte: min(max(span.range.upperBound, start.byte), max(line.upperBound, start.byte)))
        let shown = Self.window(of: line, around: start, in: span.source)
        self.init(
            severity: severity, code: code, message: message,
            location: FileLocation(file: span.source.path, line: start.line, column: start.column),
            endColumn: end.column, line: span.source.text(shown),
            lineColumn: span.source.mark(atByte: shown.lowerBound).column, suggestion: suggestion, notes: notes)
    }

    /// Findings outlive the file: each keeps at most 400 scalars of it.
    private static func window(of line: Range<Int>, around mark: SourceMark, in source: SourceText) -> Range<Int> {
        guard line.count > 400 else { return line }
        let scalar = source.scalarIndex(atByte: mark.byte)
        let first = max(line.lowerBound, source.byte(atScalar: max(0, scalar - 200)))
        let last = min(line.upperBound, source.byte(atScalar: scalar + 200))
        return first..<max(first, last)
    }

    /// In the order of the files, then the places.
    public static func isOrdered(_ left: Finding, _ right: Finding) -> Bool {
        left.location == right.location ? left.code < right.code : left.location < right.location
    }
}
