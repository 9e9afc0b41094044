/// A set of small numbers, such as indices of patterns: one bit each.
struct SmallIntegers: Hashable, Sendable {
    private var words: [UInt64] = []

    var isEmpty: Bool { words.allSatisfy { $0 == 0 } }

    /// Ascending.
    var elements: [Int] {
        words.enumerated().flatMap { index, word in
            (0..<64).filter { word >> UInt64($0) & 1 == 1 }.map { index * 64 + $0 }
        }
    }

    func contains(_ number: Int) -> Bool {
        let (word, bit) = number.quotientAndRemainder(dividingBy: 64)
        return words.indices.contains(word) && words[word] >> UInt64(bit) & 1 == 1
    }

    mutating func insert(_ number: Int) {
        let (word, bit) = number.quotientAndRemainder(dividingBy: 64)
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(bit)
    }

    mutating func formUnion(_ numbers: [Int]) {
        for number in numbers { insert(number) }
    }

    mutating func formUnion(_ other: SmallIntegers) {
        while words.count < other.words.count { words.append(0) }
        for (index, word) in other.words.enumerated() { words[index] |= word }
    }

    mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
    }
}
