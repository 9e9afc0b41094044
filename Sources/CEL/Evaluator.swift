/// Walks a syntax tree to its value.
struct Evaluator {
    let tree: SyntaxTree
    let plan: Plan
    let facts: CELFacts
    var budget: Budget
    /// Values of the variables of loops and bindings in scope.
    var locals: [CELValue] = []
    /// By node; only while explaining.
    var trace: [CELExplanation.Outcome]?
    /// Bodies of loops have no one value, so what happens in them is not traced.
    var loopDepth = 0

    mutating func value(of id: NodeID) throws(CELError) -> CELValue {
        do {
            try budget.spend(1)
            let value = try evaluate(id)
            if trace != nil, loopDepth == 0 { trace?[id] = .value(value) }
            return value
        } catch {
            let error = error.located(at: tree[id].range)
            if trace != nil, loopDepth == 0 { trace?[id] = .failed(error) }
            throw error
        }
    }

    private mutating func evaluate(_ id: NodeID) throws(CELError) -> CELValue {
        switch tree.nodes[id].kind {
        case .literal(let value): return value
        case .name(let name, _):
            if let value = referenced(id) { return value }
            throw CELError("there is no value for `\(name)`")
        case .select(let operand, let field, let isOptional):
            if let value = referenced(id) { return value }
            return try Access.select(try value(of: operand), field, isOptional: isOptional)
        case .presence(let operand, let field):
            return .bool(try Access.has(try value(of: operand), field))
        case .index(let operand, let index, let isOptional):
            let operand = try value(of: operand)
            return try Access.element(of: operand, at: try value(of: index), isOptional: isOptional)
        case .call(let name, let target, let arguments): return try call(id, name, target, arguments)
        case .unary(let operation, let operand): return try Arithmetic.apply(operation, try value(of: operand))
        case .binary(let operation, let left, let right):
            let left = try value(of: left)
            return try Arithmetic.apply(operation, left, try value(of: right), &budget)
        case .every(let operands): return try decide(operands, decisive: false, "&&")
        case .any(let operands): return try decide(operands, decisive: true, "||")
        case .conditional(let condition, let then, let otherwise):
            let condition = try value(of: condition)
            guard case .bool(let holds) = condition else { throw .noOverload("?:", [condition]) }
            return try value(of: holds ? then : otherwise)
        case .list(let elements): return try list(elements)
        case .map(let entries): return try map(entries)
        case .comprehension(let loop): return try run(loop)
        case .bind(_, let value, let body):
            let bound = try self.value(of: value)
            return try with([bound], body)
        case .optionalMap(let operand, _, let body, let isFlat):
            return try mapOptional(try value(of: operand), body, isFlat: isFlat)
        }
    }

    private func referenced(_ id: NodeID) -> CELValue? {
        switch plan.references[id] {
        case .local(let slot): return locals[slot]
        case .global(let names, let type):
            for name in names {
                if let value = facts[name] { return value }
            }
            return type.map { .type($0) }
        case nil: return nil
        }
    }

    /// `&&` and `||`: a decisive operand decides, on whichever side, and errors count only if there is none.
    private mutating func decide(
        _ operands: [NodeID], decisive: Bool, _ operation: String
    ) throws(CELError) -> CELValue {
        var firstError: CELError?
        for operand in operands {
            do throws(CELError) {
                let value = try value(of: operand)
                guard case .bool(let bool) = value else {
                    throw CELError.noOverload(operation, [value]).located(at: tree[operand].range)
                }
                if bool == decisive { return .bool(decisive) }
            } catch {
                if error.isFinal { throw error }
                firstError = firstError ?? error
            }
        }
        if let firstError { throw firstError }
        return .bool(!decisive)
    }

    private mutating func call(
        _ id: NodeID, _ name: String, _ target: NodeID?, _ arguments: [NodeID]
    ) throws(CELError) -> CELValue {
        switch plan.callees[id] {
        case .function(let function, let takesTarget):
            var values: [CELValue] = []
            if takesTarget, let target { values.append(try value(of: target)) }
            for argument in arguments { values.append(try value(of: argument)) }
            return try function.call(values, &budget)
        case .regex(let regex):
            guard let subject = target ?? arguments.first else { break }
            let text = try value(of: subject)
            guard case .string(let text) = text else { throw .noOverload(name, [text, .string(regex.pattern)]) }
            return try StringFunctions.matches(text, regex, &budget)
        case .zoned(let part, let zone):
            guard let target else { break }
            let time = try value(of: target)
            guard case .timestamp(let timestamp) = time else { throw .noOverload(name, [time, .string("")]) }
            return try TimeFunctions.value(of: part, of: timestamp, in: zone)
        case .alternative(let isValue):
            guard let target, arguments.count == 1 else { break }
            let first = try value(of: target)
            guard case .optional(let wrapped) = first else { throw .noOverload(name, [first]) }
            if let wrapped { return isValue ? wrapped : first }
            let second = try value(of: arguments[0])
            if isValue { return second }
            guard case .optional = second else { throw .noOverload(name, [first, second]) }
            return second
        case .unknown, nil: break
        }
        throw CELError("unknown function `\(name)`")
    }

    // MARK: Collections

    private mutating func list(_ elements: [SyntaxNode.ListElement]) throws(CELError) -> CELValue {
        var values: [CELValue] = []
        values.reserveCapacity(elements.count)
        for element in elements {
            let value = try value(of: element.value)
            if let value = element.isOptional ? try value.unwrapped : value { values.append(value) }
        }
        return .list(values)
    }

    private mutating func map(_ entries: [SyntaxNode.MapEntry]) throws(CELError) -> CELValue {
        var builder = CELMapBuilder(capacity: entries.count)
        for entry in entries {
            let key = try value(of: entry.key)
            let value = try value(of: entry.value)
            try key.requireKey(at: tree[entry.key].range)
            guard let value = entry.isOptional ? try value.unwrapped : value else { continue }
            guard builder.set(key, to: value) else {
                throw CELError("the key `\(key)` is repeated", range: tree[entry.key].range)
            }
        }
        return .map(builder.finish())
    }

    /// The value of a body with more variables in scope.
    mutating func with(_ values: [CELValue], _ body: NodeID) throws(CELError) -> CELValue {
        locals += values
        defer { locals.removeLast(values.count) }
        return try value(of: body)
    }

    private mutating func mapOptional(
        _ operand: CELValue, _ body: NodeID, isFlat: Bool
    ) throws(CELError) -> CELValue {
        guard let wrapped = try operand.unwrapped else { return .optional(nil) }
        let value = try with([wrapped], body)
        guard isFlat else { return .optional(value) }
        return .optional(try value.unwrapped)
    }
}

extension CELValue {
    func requireKey(at place: Range<Int>) throws(CELError) {
        switch self {
        case .bool, .int, .uint, .string: return
        case .null, .double, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw CELError("a value of type \(typeName.name) cannot be a key", range: place)
        }
    }

    /// What an optional holds; for any other value an error.
    var unwrapped: CELValue? {
        get throws(CELError) {
            guard case .optional(let wrapped) = self else {
                throw CELError("an optional is expected here, not a value of type \(typeName.name)")
            }
            return wrapped
        }
    }
}
