/// Something wrong in a source, with its place.
public struct CELIssue: Error, Hashable, Sendable {
    /// One lowercase sentence without a final stop; the user's words are in backticks.
    public let message: String
    /// UTF-8 byte offsets in the source.
    public let range: Range<Int>
    /// The word that was probably meant.
    public let suggestion: String?

    /// For issues found elsewhere, in the same form.
    public init(message: String, range: Range<Int>, suggestion: String? = nil) {
        self.message = message
        self.range = range
        self.suggestion = suggestion
    }

    /// The same issue in a source that begins `offset` bytes earlier.
    func moved(by offset: Int) -> CELIssue {
        let moved = (range.lowerBound + offset)..<(range.upperBound + offset)
        return CELIssue(message: message, range: moved, suggestion: suggestion)
    }
}

/// Why an evaluation gave no value.
public struct CELError: Error, Sendable, Hashable {
    /// One lowercase sentence without a final stop; the user's words are in backticks.
    public let message: String
    /// The sub-expression that failed, as UTF-8 byte offsets in the source.
    public let range: Range<Int>?
    /// The budget is spent, so `&&` and `||` may not go on as if nothing had happened.
    let isFinal: Bool

    /// Whether it is for its cost that the evaluation ended.
    public var isExcessiveCost: Bool { isFinal }

    /// For errors found elsewhere, in the same form.
    public init(message: String, range: Range<Int>? = nil) {
        self.init(message, range: range)
    }

    init(_ message: String, range: Range<Int>? = nil, isFinal: Bool = false) {
        self.message = message
        self.range = range
        self.isFinal = isFinal
    }

    /// The same error at `place`, unless it already has one of its own, which is then nearer to the cause.
    func located(at place: Range<Int>) -> CELError {
        range == nil ? CELError(message, range: place, isFinal: isFinal) : self
    }

    func moved(by offset: Int) -> CELError {
        let moved = range.map { ($0.lowerBound + offset)..<($0.upperBound + offset) }
        return CELError(message, range: moved, isFinal: isFinal)
    }
}
