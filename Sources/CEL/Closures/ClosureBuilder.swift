/// Turns a syntax tree into nested closures.
///
/// They do what ``Evaluator`` does, step by step: the same values, the same errors in the same places, and the same
/// cost, so that both come to the limit at the same sub-expression. What only depends on the tree is found out here and
/// not again at each evaluation.
struct ClosureBuilder {
    let tree: SyntaxTree
    let plan: Plan

    /// What gives the value of a sub-expression.
    func computation(_ id: NodeID) -> Computation {
        if let condition = condition(id)?.holds {
            return Computation { frame throws(CELError) in .bool(try condition(&frame)) }
        }
        if let constant = constant(id) {
            return Computation { frame throws(CELError) in
                try frame.budget.visit(all: constant.places)
                return constant.value
            }
        }
        if let path = factPath(id) { return Computation { frame throws(CELError) in try path.value(&frame) } }
        switch tree[id].kind {
        case .literal, .presence, .every, .any:
            preconditionFailure("literals are constants, and these others are conditions")
        case .name(let name, _): return named(id, name)
        case .select(let operand, let field, let isOptional): return selection(id, operand, field, isOptional)
        case .index(let operand, let index, let isOptional): return element(id, operand, index, isOptional)
        case .call(let name, let target, let arguments): return call(id, name, target, arguments)
        case .unary(let operation, let operand): return unary(id, operation, operand)
        case .binary(let operation, let left, let right): return binary(id, operation, left, right)
        case .conditional(let condition, let then, let otherwise):
            return conditional(id, condition, then, otherwise)
        case .list(let elements): return list(id, elements)
        case .map(let entries): return map(id, entries)
        case .comprehension(let loop): return comprehension(id, loop)
        case .bind(_, let value, let body): return binding(id, value, body)
        case .optionalMap(let operand, _, let body, let isFlat): return optionalMap(id, operand, body, isFlat: isFlat)
        }
    }

    // MARK: Constants

    /// A value that stands in the source, and the places that are visited to come by it, outermost first.
    struct Constant: Sendable {
        let value: CELValue
        let places: [Range<Int>]
    }

    /// A literal, or a list of constants.
    func constant(_ id: NodeID) -> Constant? {
        switch tree[id].kind {
        case .literal(let value): return Constant(value: value, places: [tree[id].range])
        case .list(let elements):
            var places = [tree[id].range]
            var values: [CELValue] = []
            for element in elements {
                guard !element.isOptional, let constant = constant(element.value) else { return nil }
                values.append(constant.value)
                places += constant.places
            }
            return Constant(value: .list(values), places: places)
        case .name, .select, .presence, .index, .call, .unary, .binary, .every, .any, .conditional, .map,
            .comprehension, .bind, .optionalMap:
            return nil
        }
    }

    // MARK: Names and fields

    /// A fact of one possible name and fields of it, such as `target.environment`.
    func factPath(_ id: NodeID) -> FactPath? {
        var fields: [String] = []
        var places: [Range<Int>] = []
        var node = id
        while true {
            places.append(tree[node].range)
            switch (tree[node].kind, plan.references[node]) {
            case (.name, .global(let names, type: nil)) where names.count == 1:
                return FactPath(names: names + fields.reversed(), places: places)
            case (.select(let operand, let field, isOptional: false), nil):
                fields.append(field)
                node = operand
            case _: return nil
            }
        }
    }

    private func named(_ id: NodeID, _ name: String) -> Computation {
        let place = tree[id].range
        if case .local(let slot) = plan.references[id] {
            return Computation { frame throws(CELError) in
                try frame.budget.visit(place)
                return frame.locals[slot]
            }
        }
        let reference = plan.references[id]
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            if let value = frame.value(of: reference) { return value }
            throw CELError("there is no value for `\(name)`", range: place)
        }
    }

    private func selection(_ id: NodeID, _ operand: NodeID, _ field: String, _ isOptional: Bool) -> Computation {
        let place = tree[id].range
        let reference = plan.references[id]
        let field = Name(field)
        let operand = computation(operand).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            if let value = frame.value(of: reference) { return value }
            let operand = try operand(&frame)
            return try located(at: place) { () throws(CELError) in
                try Access.select(operand, field, isOptional: isOptional)
            }
        }
    }

    private func element(_ id: NodeID, _ operand: NodeID, _ index: NodeID, _ isOptional: Bool) -> Computation {
        let place = tree[id].range
        let operand = computation(operand).value
        let index = computation(index).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let operand = try operand(&frame)
            let index = try index(&frame)
            return try located(at: place) { () throws(CELError) in
                try Access.element(of: operand, at: index, isOptional: isOptional)
            }
        }
    }

    // MARK: Operators

    private func unary(_ id: NodeID, _ operation: UnaryOperator, _ operand: NodeID) -> Computation {
        let place = tree[id].range
        let operand = computation(operand).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let operand = try operand(&frame)
            return try located(at: place) { () throws(CELError) in try Arithmetic.apply(operation, operand) }
        }
    }

    private func binary(_ id: NodeID, _ operation: BinaryOperator, _ left: NodeID, _ right: NodeID) -> Computation {
        let place = tree[id].range
        let left = computation(left).value
        let right = computation(right).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let left = try left(&frame)
            let right = try right(&frame)
            return try located(at: place) { () throws(CELError) in
                try Arithmetic.apply(operation, left, right, &frame.budget)
            }
        }
    }

    private func conditional(
        _ id: NodeID, _ condition: NodeID, _ then: NodeID, _ otherwise: NodeID
    ) -> Computation {
        let place = tree[id].range
        let then = computation(then).value
        let otherwise = computation(otherwise).value
        // What is not bool is the fault of the whole, not of the condition.
        let holds = self.condition(condition, of: "?:", at: place).holds
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            return try holds(&frame) ? then(&frame) : otherwise(&frame)
        }
    }

    // MARK: Bindings

    private func binding(_ id: NodeID, _ value: NodeID, _ body: NodeID) -> Computation {
        let place = tree[id].range
        let value = computation(value).value
        let body = computation(body).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            return try frame.with(try value(&frame), body)
        }
    }

    private func optionalMap(_ id: NodeID, _ operand: NodeID, _ body: NodeID, isFlat: Bool) -> Computation {
        let place = tree[id].range
        let operand = computation(operand).value
        let body = computation(body).value
        return Computation { frame throws(CELError) in
            try frame.budget.visit(place)
            let operand = try operand(&frame)
            let wrapped = try located(at: place) { () throws(CELError) in try operand.unwrapped }
            guard let wrapped else { return .optional(nil) }
            let value = try frame.with(wrapped, body)
            guard isFlat else { return .optional(value) }
            return .optional(try located(at: place) { () throws(CELError) in try value.unwrapped })
        }
    }
}
