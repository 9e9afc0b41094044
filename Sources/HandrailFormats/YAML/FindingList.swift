internal import HandrailCore

/// Collects findings while files are read. A class, because everything that reads a set of files adds to one list.
final class FindingList {
    /// More are counted and not kept: a hostile file must not fill the memory.
    private static let limit = 1000

    private var found: [Finding] = []
    private var omitted = 0
    private(set) var errorCount = 0

    /// Whether a document could not be read: what it declares is unknown, and nobody who names it is wrong.
    private(set) var isIncomplete = false

    func markIncomplete() {
        isIncomplete = true
    }

    /// Nothing that is found now would change the answer.
    var isFull: Bool { found.count >= Self.limit && errorCount > 0 }

    func add(_ finding: Finding) {
        if finding.severity == .error { errorCount += 1 }
        if found.count < Self.limit { found.append(finding) } else { omitted += 1 }
    }

    func error(
        _ code: String, _ message: String, at span: SourceSpan, suggestion: String? = nil, notes: [String] = []
    ) {
        guard found.count < Self.limit else { return omit(isError: true) }
        add(Finding(.error, code, message, at: span, suggestion: suggestion, notes: notes))
    }

    func warning(
        _ code: String, _ message: String, at span: SourceSpan, suggestion: String? = nil, notes: [String] = []
    ) {
        guard found.count < Self.limit else { return omit(isError: false) }
        add(Finding(.warning, code, message, at: span, suggestion: suggestion, notes: notes))
    }

    private func omit(isError: Bool) {
        omitted += 1
        if isError { errorCount += 1 }
    }

    /// By file and place; last the number of those that were left out.
    var sorted: [Finding] {
        let sorted = found.sorted(by: Finding.isOrdered)
        guard omitted > 0, let last = sorted.last else { return sorted }
        let more = Finding(
            code: "too-many-findings", message: "\(omitted) more findings are not shown", file: last.location.file)
        return sorted + [more]
    }
}

/// The user's words in a message: bounded, escaped, in backticks.
func quoted(_ text: String) -> String {
    "`\(EscapedExcerpt.of(text))`"
}
