/// Loops over lists and maps.
extension ClosureBuilder {
    func comprehension(_ id: NodeID, _ loop: Comprehension) -> Computation {
        let place = tree[id].range
        let range = computation(loop.range).value
        let rounds = rounds(loop)
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let range = try range(&frame)
            return try located(at: place) { () throws(CELError) in try rounds(try LoopRange(range), &frame) }
        }
    }

    private typealias Rounds = @Sendable (LoopRange, inout Frame) throws(CELError) -> CELValue

    private func rounds(_ loop: Comprehension) -> Rounds {
        let hasTwoVariables = loop.variables.count == 2
        switch loop.form {
        case .all, .exists, .existsOne, .filter:
            let asking = AskingLoop(
                form: loop.form, hasTwoVariables: hasTwoVariables,
                holds: condition(loop.body, of: loop.form.rawValue))
            return { range, frame throws(CELError) in try asking.run(over: range, &frame) }
        case .map, .transformList, .transformMap, .transformMapEntry:
            let making = MakingLoop(
                form: loop.form, hasTwoVariables: hasTwoVariables,
                isWanted: loop.condition.map { condition($0, of: loop.form.rawValue) },
                body: computation(loop.body), bodyPlace: tree[loop.body].range)
            return { range, frame throws(CELError) in try making.run(over: range, &frame) }
        }
    }
}

/// What a loop goes over.
private enum LoopRange {
    case list([CELValue])
    case map(CELMap)

    init(_ value: CELValue) throws(CELError) {
        switch value {
        case .list(let elements): self = .list(elements)
        case .map(let map): self = .map(map)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .optional:
            throw CELError("only lists and maps can be looped over, not a value of type \(value.typeName.name)")
        }
    }

    var count: Int {
        switch self {
        case .list(let elements): elements.count
        case .map(let map): map.count
        }
    }

    /// Element, or key, of a loop with one variable.
    func single(_ offset: Int) -> CELValue {
        switch self {
        case .list(let elements): elements[offset]
        case .map(let map): map.entries[offset].key
        }
    }

    /// Index and element, or key and value.
    func pair(_ offset: Int) -> (first: CELValue, second: CELValue) {
        switch self {
        case .list(let elements): (.int(Int64(offset)), elements[offset])
        case .map(let map): (map.entries[offset].key, map.entries[offset].value)
        }
    }

    /// `part`, with the variables of one round in scope.
    @inline(__always)
    func round<Result>(
        _ offset: Int, hasTwoVariables: Bool, _ frame: inout Frame,
        _ part: (inout Frame) throws(CELError) -> Result
    ) throws(CELError) -> Result {
        guard hasTwoVariables else { return try frame.with(single(offset), part) }
        let (first, second) = pair(offset)
        return try frame.with(first, second, part)
    }
}

/// A loop that asks something of each element.
private struct AskingLoop: Sendable {
    let form: Comprehension.Form
    let hasTwoVariables: Bool
    let holds: Condition

    func run(over range: LoopRange, _ frame: inout Frame) throws(CELError) -> CELValue {
        switch form {
        case .all: return .bool(try decide(range, &frame, decisive: false))
        case .exists: return .bool(try decide(range, &frame, decisive: true))
        case .existsOne: return .bool(try matches(range, &frame).count == 1)
        case .filter: return .list(try matches(range, &frame).map { range.single($0) })
        case .map, .transformList, .transformMap, .transformMapEntry:
            preconditionFailure("these make something of each element")
        }
    }

    private func holds(_ range: LoopRange, _ offset: Int, _ frame: inout Frame) throws(CELError) -> Bool {
        try range.round(offset, hasTwoVariables: hasTwoVariables, &frame, holds.holds)
    }

    /// `all` and `exists`: as `&&` and `||` over the elements.
    private func decide(_ range: LoopRange, _ frame: inout Frame, decisive: Bool) throws(CELError) -> Bool {
        var firstError: CELError?
        for offset in 0..<range.count {
            do throws(CELError) {
                if try holds(range, offset, &frame) == decisive { return decisive }
            } catch {
                if error.isFinal { throw error }
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        return !decisive
    }

    private func matches(_ range: LoopRange, _ frame: inout Frame) throws(CELError) -> [Int] {
        var offsets: [Int] = []
        for offset in 0..<range.count where try holds(range, offset, &frame) { offsets.append(offset) }
        return offsets
    }
}

/// A loop that makes something of each element.
private struct MakingLoop: Sendable {
    let form: Comprehension.Form
    let hasTwoVariables: Bool
    /// Nil: every element is.
    let isWanted: Condition?
    let body: Computation
    let bodyPlace: Range<Int>

    func run(over range: LoopRange, _ frame: inout Frame) throws(CELError) -> CELValue {
        switch form {
        case .map, .transformList: return .list(try list(range, &frame))
        case .transformMap, .transformMapEntry: return .map(try map(range, &frame))
        case .all, .exists, .existsOne, .filter: preconditionFailure("these only ask something of each element")
        }
    }

    private func isWanted(_ range: LoopRange, _ offset: Int, _ frame: inout Frame) throws(CELError) -> Bool {
        guard let isWanted else { return true }
        return try range.round(offset, hasTwoVariables: hasTwoVariables, &frame, isWanted.holds)
    }

    private func result(_ range: LoopRange, _ offset: Int, _ frame: inout Frame) throws(CELError) -> CELValue {
        try range.round(offset, hasTwoVariables: hasTwoVariables, &frame, body.value)
    }

    private func list(_ range: LoopRange, _ frame: inout Frame) throws(CELError) -> [CELValue] {
        var results: [CELValue] = []
        for offset in 0..<range.count where try isWanted(range, offset, &frame) {
            results.append(try result(range, offset, &frame))
        }
        return results
    }

    private func map(_ range: LoopRange, _ frame: inout Frame) throws(CELError) -> CELMap {
        var builder = CELMapBuilder()
        for offset in 0..<range.count where try isWanted(range, offset, &frame) {
            let value = try result(range, offset, &frame)
            if form == .transformMapEntry {
                try add(value, to: &builder, &frame)
            } else {
                builder.set(range.pair(offset).first, to: value)
            }
        }
        return builder.finish()
    }

    private func add(
        _ value: CELValue, to builder: inout CELMapBuilder, _ frame: inout Frame
    ) throws(CELError) {
        guard case .map(let entries) = value else { throw .noOverload(form.rawValue, [value]) }
        try frame.budget.spend(entries.count)
        for entry in entries.entries where !builder.set(entry.key, to: entry.value) {
            throw CELError("the key `\(entry.key)` is repeated", range: bodyPlace)
        }
    }
}
