/// Loops over lists and maps.
extension Evaluator {
    mutating func run(_ loop: Comprehension) throws(CELError) -> CELValue {
        let range = try value(of: loop.range)
        let count = loop.variables.count
        loopDepth += 1
        defer { loopDepth -= 1 }
        switch range {
        case .list(let elements):
            return try run(loop, over: range, elements.count) { offset in
                count == 2 ? [.int(Int64(offset)), elements[offset]] : [elements[offset]]
            }
        case .map(let map):
            return try run(loop, over: range, map.count) { offset in
                let entry = map.entries[offset]
                return count == 2 ? [entry.key, entry.value] : [entry.key]
            }
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .optional:
            throw CELError("only lists and maps can be looped over, not a value of type \(range.typeName.name)")
        }
    }

    private mutating func run(
        _ loop: Comprehension, over range: CELValue, _ count: Int, _ variables: (Int) -> [CELValue]
    ) throws(CELError) -> CELValue {
        switch loop.form {
        case .all: return try decide(loop, count, decisive: false, variables)
        case .exists: return try decide(loop, count, decisive: true, variables)
        case .existsOne:
            var matches = 0
            for offset in 0..<count where try holds(loop.body, variables(offset), loop.form) { matches += 1 }
            return .bool(matches == 1)
        case .filter:
            var kept: [CELValue] = []
            for offset in 0..<count {
                let variables = variables(offset)
                if try holds(loop.body, variables, loop.form), let element = variables.first { kept.append(element) }
            }
            return .list(kept)
        case .map, .transformList:
            var results: [CELValue] = []
            for offset in 0..<count {
                let variables = variables(offset)
                guard try isWanted(loop, variables) else { continue }
                results.append(try with(variables, loop.body))
            }
            return .list(results)
        case .transformMap, .transformMapEntry: return try transformMap(loop, count, variables)
        }
    }

    /// `all` and `exists`: as `&&` and `||` over the elements.
    private mutating func decide(
        _ loop: Comprehension, _ count: Int, decisive: Bool, _ variables: (Int) -> [CELValue]
    ) throws(CELError) -> CELValue {
        var firstError: CELError?
        for offset in 0..<count {
            do throws(CELError) {
                if try holds(loop.body, variables(offset), loop.form) == decisive { return .bool(decisive) }
            } catch {
                if error.isFinal { throw error }
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        return .bool(!decisive)
    }

    private mutating func holds(
        _ body: NodeID, _ variables: [CELValue], _ form: Comprehension.Form
    ) throws(CELError) -> Bool {
        let value = try with(variables, body)
        guard case .bool(let bool) = value else {
            throw CELError.noOverload(form.rawValue, [value]).located(at: tree[body].range)
        }
        return bool
    }

    private mutating func isWanted(_ loop: Comprehension, _ variables: [CELValue]) throws(CELError) -> Bool {
        guard let condition = loop.condition else { return true }
        return try holds(condition, variables, loop.form)
    }

    private mutating func transformMap(
        _ loop: Comprehension, _ count: Int, _ variables: (Int) -> [CELValue]
    ) throws(CELError) -> CELValue {
        var builder = CELMapBuilder()
        for offset in 0..<count {
            let variables = variables(offset)
            guard try isWanted(loop, variables), let key = variables.first else { continue }
            let value = try with(variables, loop.body)
            guard loop.form == .transformMapEntry else {
                builder.set(key, to: value)
                continue
            }
            guard case .map(let entries) = value else { throw .noOverload(loop.form.rawValue, [value]) }
            try budget.spend(entries.count)
            for entry in entries.entries where !builder.set(entry.key, to: entry.value) {
                throw CELError("the key `\(entry.key)` is repeated", range: tree[loop.body].range)
            }
        }
        return .map(builder.finish())
    }
}
