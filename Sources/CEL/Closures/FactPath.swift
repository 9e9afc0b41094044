/// Reads a field of a field of a fact in one go, without a copy of what lies between.
struct FactPath: Sendable {
    /// The fact, then fields from there inwards.
    let names: [String]
    private let packed: [PackedKey]
    /// Of the whole path first, of the fact last: the order in which they are visited.
    let places: [Range<Int>]

    /// - Parameter places: left out where only ``find(in:)`` is asked for.
    init(names: [String], places: [Range<Int>] = []) {
        self.names = names
        self.places = places
        packed = names.map { PackedKey($0) }
    }

    @inline(__always)
    func value(_ frame: inout Frame) throws(CELError) -> CELValue {
        try frame.budget.visit(all: places)
        switch find(in: frame.facts) {
        case .value(let value): return value
        case .nothing(let depth): throw absence(of: depth)
        case .noMap(let value, let depth): return try rest(of: value, from: depth)
        }
    }

    enum Found {
        case value(CELValue)
        /// There is no entry of the name at this depth.
        case nothing(depth: Int)
        /// What should have had an entry of the name at this depth is no map.
        case noMap(CELValue, depth: Int)
    }

    func find(in facts: CELFacts) -> Found {
        let last = names.count - 1
        var map = Unmanaged.passUnretained(facts.map.storage)
        for depth in 0..<last {
            let (position, inner) = map._withUnsafeGuaranteedRef { map in
                let position = map.position(of: packed[depth], .string(names[depth]))
                return (position, position.flatMap { map.inner(at: $0) })
            }
            guard let position else { return .nothing(depth: depth) }
            guard let inner else {
                return .noMap(map._withUnsafeGuaranteedRef { $0.entries[position].value }, depth: depth + 1)
            }
            map = inner
        }
        return map._withUnsafeGuaranteedRef { map in
            guard let position = map.position(of: packed[last], .string(names[last])) else {
                return .nothing(depth: last)
            }
            return .value(map.entries[position].value)
        }
    }

    func appending(_ field: String) -> FactPath { FactPath(names: names + [field]) }

    private func place(_ depth: Int) -> Range<Int> { places[names.count - 1 - depth] }

    private func absence(of depth: Int) -> CELError {
        let name = names[depth]
        return CELError(depth == 0 ? "there is no value for `\(name)`" : "there is no `\(name)`", range: place(depth))
    }

    /// Where the way does not lead through a map: as the tree walker would go on.
    private func rest(of value: CELValue, from start: Int) throws(CELError) -> CELValue {
        var value = value
        for depth in start..<names.count {
            value = try located(at: place(depth)) { () throws(CELError) in
                try Access.select(value, names[depth], isOptional: false)
            }
        }
        return value
    }
}
