/// Finds many texts at once, in time linear in what is searched (Aho and Corasick, 1975).
struct ByteAutomaton {
    /// A state stands for the beginning of a text that was read last. State 0 stands for nothing.
    private struct State {
        let byte: UInt8
        /// How much has been read of it.
        let depth: Int32
        /// The children of a state are a list; 0 ends it.
        var firstChild: Int32 = 0
        let nextSibling: Int32
        /// The longest end of this state's text that is the beginning of another.
        var fallback: Int32 = 0
        /// The length of the longest text that ends here; 0 where none does.
        var longestEnding = 0
    }

    private var states = [State(byte: 0, depth: 0, nextSibling: 0)]
    /// The children of state 0, by byte: most of what is searched never leaves it.
    private var roots = [Int32](repeating: 0, count: 256)

    var isEmpty: Bool { states.count == 1 }

    /// Empty texts are left out.
    init(_ texts: [[UInt8]]) {
        for text in texts where !text.isEmpty { insert(text) }
        linkFallbacks()
    }

    /// Each place where one or more texts end, with the longest of them; they overlap where the texts do.
    func matches(in bytes: [UInt8]) -> [Range<Int>] {
        guard !isEmpty else { return [] }
        var matches: [Range<Int>] = []
        var state: Int32 = 0
        for (index, byte) in bytes.enumerated() {
            state = next(after: state, byte)
            let length = states[Int(state)].longestEnding
            if length > 0 { matches.append((index + 1 - length)..<(index + 1)) }
        }
        return matches
    }

    /// Where a text begins that may go on behind the end; nil where none does.
    ///
    /// - Parameters:
    ///   - shortest: how much of it has to be there.
    ///   - slack: how many bytes behind that may be anything: what is left of an escape that was cut.
    func beginning(atEndOf bytes: [UInt8], shortest: Int, slack: Int) -> Int? {
        guard !isEmpty else { return nil }
        var first: Int?
        var state: Int32 = 0
        for (index, byte) in bytes.enumerated() {
            state = next(after: state, byte)
            let depth = Int(states[Int(state)].depth)
            guard index + 1 + slack >= bytes.count, depth >= shortest else { continue }
            first = min(first ?? .max, index + 1 - depth)
        }
        return first
    }

    private mutating func insert(_ text: [UInt8]) {
        var state: Int32 = 0
        for byte in text {
            let known = child(of: state, byte)
            state = known != 0 ? known : addChild(of: state, byte)
        }
        states[Int(state)].longestEnding = text.count
    }

    private mutating func addChild(of parent: Int32, _ byte: UInt8) -> Int32 {
        let new = Int32(states.count)
        states.append(
            State(byte: byte, depth: states[Int(parent)].depth + 1, nextSibling: states[Int(parent)].firstChild))
        states[Int(parent)].firstChild = new
        if parent == 0 { roots[Int(byte)] = new }
        return new
    }

    /// In order of depth, since a fallback is always shorter.
    private mutating func linkFallbacks() {
        var order = roots.filter { $0 != 0 }
        var position = 0
        while position < order.count {
            let parent = order[position]
            position += 1
            var child = states[Int(parent)].firstChild
            while child != 0 {
                let fallback = next(after: states[Int(parent)].fallback, states[Int(child)].byte)
                states[Int(child)].fallback = fallback
                if states[Int(child)].longestEnding == 0 {
                    states[Int(child)].longestEnding = states[Int(fallback)].longestEnding
                }
                order.append(child)
                child = states[Int(child)].nextSibling
            }
        }
    }

    private func next(after state: Int32, _ byte: UInt8) -> Int32 {
        var state = state
        while state != 0 {
            let child = child(of: state, byte)
            if child != 0 { return child }
            state = states[Int(state)].fallback
        }
        return roots[Int(byte)]
    }

    private func child(of state: Int32, _ byte: UInt8) -> Int32 {
        if state == 0 { return roots[Int(byte)] }
        var child = states[Int(state)].firstChild
        while child != 0, states[Int(child)].byte != byte { child = states[Int(child)].nextSibling }
        return child
    }
}
