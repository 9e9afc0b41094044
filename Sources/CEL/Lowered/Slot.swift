/// What a path of facts holds, in a form that a test looks at without following a pointer.
struct Slot: Sendable {
    enum Kind: UInt8, Sendable {
        /// `number` is the place of the text among the literals that it is compared with; see ``SlotReader``.
        case text
        /// `number` is its value, exactly.
        case number
        /// `number` is 1 or 0.
        case bool
        /// Something else, which equals no text, number or bool.
        case other
        /// A number that a double does not hold exactly.
        case vast
        /// A text whose comparison costs more than a lowered test may; the closures have to account for it.
        case long
        /// What should hold it is a map without it.
        case absent
        /// It cannot be read.
        case broken
    }

    let kind: Kind
    let number: Double

    init(_ kind: Kind, _ number: Double = 0) {
        self.kind = kind
        self.number = number
    }

    /// Whole numbers to 2^53: what every double up to there tells apart.
    private static let exactWholes = -0x20_0000_0000_0000...0x20_0000_0000_0000

    /// Of any value but a text.
    init(_ value: CELValue) {
        switch value {
        case .int(let int): self.init(whole: int)
        case .uint(let uint): self.init(whole: uint)
        case .double(let double): self.init(.number, double)
        case .bool(let bool): self.init(.bool, bool ? 1 : 0)
        case .null, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional: self.init(.other)
        }
    }

    init(whole number: some BinaryInteger) {
        if let int = Int(exactly: number), Self.exactWholes.contains(int) {
            self.init(.number, Double(int))
        } else {
            self.init(.vast)
        }
    }
}

/// Reads one slot out of facts.
///
/// Texts become numbers: with the literals that the slot is ever compared with in order, a text is at 2i + 1 if it is the
/// literal at i, and at 2i if it would stand before it. So equality and order of texts are those of numbers.
struct SlotReader: Sendable {
    /// Longer texts are left to the closures.
    static let textLimitBytes = 1024

    enum Aspect: Hashable, Sendable {
        case value
        /// What `size()` gives.
        case size
    }

    let path: FactPath
    let aspect: Aspect
    /// In the order of their bytes, each once.
    let literals: [String]

    func read(_ facts: CELFacts) -> Slot {
        switch path.find(in: facts) {
        case .value(let value): aspect == .size ? size(of: value) : slot(of: value)
        // Whether a fact itself is there, `has` cannot ask.
        case .nothing(let depth): Slot(depth > 0 && depth == path.names.count - 1 ? .absent : .broken)
        case .noMap: Slot(.broken)
        }
    }

    /// Where a literal stands.
    func place(of literal: String) -> Double {
        let (index, isLiteral) = search(literal)
        return Double(2 * index + (isLiteral ? 1 : 0))
    }

    private func slot(of value: CELValue) -> Slot {
        guard case .string(let text) = value else { return Slot(value) }
        return text.utf8.count > Self.textLimitBytes ? Slot(.long) : Slot(.text, place(of: text))
    }

    private func size(of value: CELValue) -> Slot {
        switch value {
        case .string(let text):
            text.utf8.count > Self.textLimitBytes ? Slot(.long) : Slot(whole: text.unicodeScalars.count)
        case .bytes(let bytes): Slot(whole: bytes.count)
        case .list(let elements): Slot(whole: elements.count)
        case .map(let map): Slot(whole: map.count)
        case .null, .bool, .int, .uint, .double, .timestamp, .duration, .type, .optional: Slot(.broken)
        }
    }

    /// The first literal that does not come before the text, and whether it is the text.
    private func search(_ text: String) -> (index: Int, isLiteral: Bool) {
        var range = 0..<literals.count
        while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
            let order = literals[middle].byteOrder(text)
            if order == 0 { return (middle, true) }
            range = order < 0 ? (middle + 1)..<range.upperBound : range.lowerBound..<middle
        }
        return (range.lowerBound, false)
    }
}
