/// Lists, maps and calls.
extension ClosureBuilder {
    func list(_ id: NodeID, _ elements: [SyntaxNode.ListElement]) -> Computation {
        let place = tree[id].range
        let parts = elements.map { (computation: computation($0.value), isOptional: $0.isOptional) }
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            var values: [CELValue] = []
            values.reserveCapacity(parts.count)
            for part in parts {
                let value = try part.computation.value(&frame)
                guard part.isOptional else {
                    values.append(value)
                    continue
                }
                if let value = try located(at: place, { () throws(CELError) in try value.unwrapped }) {
                    values.append(value)
                }
            }
            return .list(values)
        }
    }

    func map(_ id: NodeID, _ entries: [SyntaxNode.MapEntry]) -> Computation {
        let place = tree[id].range
        let parts = entries.map { entry in
            MapPart(
                key: computation(entry.key), value: computation(entry.value), isOptional: entry.isOptional,
                keyPlace: tree[entry.key].range)
        }
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            var builder = CELMapBuilder(capacity: parts.count)
            for part in parts { try part.add(to: &builder, &frame, of: place) }
            return .map(builder.finish())
        }
    }

    // MARK: Calls

    func call(_ id: NodeID, _ name: String, _ target: NodeID?, _ arguments: [NodeID]) -> Computation {
        switch plan.callees[id] {
        case .function(let function, let takesTarget):
            return call(id, function, (takesTarget ? target.map { [$0] } ?? [] : []) + arguments)
        case .regex(let regex):
            guard let subject = target ?? arguments.first else { break }
            return unary(id, subject) { (text, budget) throws(CELError) in
                guard case .string(let text) = text else { throw .noOverload(name, [text, .string(regex.pattern)]) }
                return try StringFunctions.matches(text, regex, &budget)
            }
        case .zoned(let part, let zone):
            guard let target else { break }
            return unary(id, target) { (time, _) throws(CELError) in
                guard case .timestamp(let timestamp) = time else { throw .noOverload(name, [time, .string("")]) }
                return try TimeFunctions.value(of: part, of: timestamp, in: zone)
            }
        case .alternative(let isValue):
            guard let target, arguments.count == 1 else { break }
            return alternative(id, name, target, arguments[0], isValue: isValue)
        case .unknown, nil: break
        }
        let place = tree[id].range
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            throw CELError("unknown function `\(name)`", range: place)
        }
    }

    private func call(_ id: NodeID, _ function: Function, _ arguments: [NodeID]) -> Computation {
        switch function.body {
        case .unary(let body) where arguments.count == 1: return unary(id, arguments[0], body)
        case .binary(let body) where arguments.count == 2: return binary(id, arguments[0], arguments[1], body)
        case .unary, .binary, .variadic: break
        }
        let place = tree[id].range
        let arguments = arguments.map { computation($0) }
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            var values: [CELValue] = []
            values.reserveCapacity(arguments.count)
            for argument in arguments { values.append(try argument.value(&frame)) }
            return try located(at: place) { () throws(CELError) in try function.call(values, &frame.budget) }
        }
    }

    private func unary(_ id: NodeID, _ argument: NodeID, _ body: @escaping Function.Unary) -> Computation {
        let place = tree[id].range
        let argument = computation(argument).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let value = try argument(&frame)
            return try located(at: place) { () throws(CELError) in try body(value, &frame.budget) }
        }
    }

    private func binary(
        _ id: NodeID, _ first: NodeID, _ second: NodeID, _ body: @escaping Function.Binary
    ) -> Computation {
        let place = tree[id].range
        let first = computation(first).value
        let second = computation(second).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let first = try first(&frame)
            let second = try second(&frame)
            return try located(at: place) { () throws(CELError) in try body(first, second, &frame.budget) }
        }
    }

    /// `or` and `orValue`: the second only where the first has nothing.
    private func alternative(
        _ id: NodeID, _ name: String, _ first: NodeID, _ second: NodeID, isValue: Bool
    ) -> Computation {
        let place = tree[id].range
        let first = computation(first).value
        let second = computation(second).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let first = try first(&frame)
            guard case .optional(let wrapped) = first else {
                throw CELError.noOverload(name, [first]).located(at: place)
            }
            if let wrapped { return isValue ? wrapped : first }
            let second = try second(&frame)
            if isValue { return second }
            guard case .optional = second else {
                throw CELError.noOverload(name, [first, second]).located(at: place)
            }
            return second
        }
    }
}

/// One entry of a map that is written down.
private struct MapPart: Sendable {
    let key: Computation
    let value: Computation
    let isOptional: Bool
    let keyPlace: Range<Int>

    func add(to builder: inout CELMapBuilder, _ frame: inout Frame, of place: Range<Int>) throws(CELError) {
        let key = try key.value(&frame)
        var value = try value.value(&frame)
        try key.requireKey(at: keyPlace)
        if isOptional {
            guard let wrapped = try located(at: place, { () throws(CELError) in try value.unwrapped }) else { return }
            value = wrapped
        }
        guard builder.set(key, to: value) else {
            throw CELError("the key `\(key)` is repeated", range: keyPlace)
        }
    }
}
