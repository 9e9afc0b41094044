/// What became of texts that were looked at lately.
///
/// A table of a fixed size, in which each has one place and pushes out whoever has it: memory is bounded, and as texts come and go
/// nothing is moved or forgotten all at once while somebody waits. The hash differs in every process.
struct RecentTexts: Sendable {
    private struct Entry {
        let text: ExactText
        let result: ExactText
    }

    /// A power of two.
    private let capacity: Int
    /// Empty until there is something to remember.
    private var entries: [Entry?] = []
    var count: Int { entries.count { $0 != nil } }

    init(capacity: Int) {
        self.capacity = capacity
    }

    func result(of text: ExactText) -> ExactText? {
        guard !entries.isEmpty, let entry = entries[place(of: text)], entry.text == text else { return nil }
        return entry.result
    }

    mutating func remember(_ result: ExactText, of text: ExactText) {
        if entries.isEmpty { entries = Array(repeating: nil, count: capacity) }
        entries[place(of: text)] = Entry(text: text, result: result)
    }

    private func place(of text: ExactText) -> Int { text.hashValue & (capacity - 1) }
}
