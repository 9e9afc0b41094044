internal import CEL

/// Did you mean …?
enum Suggestion {
    /// Among more than these, looking would take longer than the answer is worth.
    private static let candidateLimit = 500

    static func nearest(_ word: String, among candidates: [String]) -> String? {
        candidates.count <= candidateLimit ? Spelling.nearest(word, among: candidates) : nil
    }
}
