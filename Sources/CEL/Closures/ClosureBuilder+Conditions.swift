/// Sub-expressions that are true or false, so that nobody has to wrap the answer and unwrap it again.
extension ClosureBuilder {
    /// - Parameters:
    ///   - operation: what asks, for the error where the answer is neither.
    ///   - place: where that error happens; at the sub-expression itself if nil.
    func condition(_ id: NodeID, of operation: String, at place: Range<Int>? = nil) -> Condition {
        if let condition = condition(id) { return condition }
        let computation = computation(id).value
        let place = place ?? tree[id].range
        return Condition { frame throws(CELError) in
            let value = try computation(&frame)
            guard case .bool(let holds) = value else {
                throw CELError.noOverload(operation, [value]).located(at: place)
            }
            return holds
        }
    }

    /// Nil for a sub-expression that may have a value of another type.
    func condition(_ id: NodeID) -> Condition? {
        switch tree[id].kind {
        case .presence(let operand, let field): presence(id, operand, field)
        case .unary(.not, let operand): negation(id, operand)
        case .binary(let operation, let left, let right) where operation.isQuestion:
            comparison(id, operation, left, right)
        case .every(let operands): decision(id, operands, decisive: false, "&&")
        case .any(let operands): decision(id, operands, decisive: true, "||")
        case .literal, .name, .select, .index, .call, .unary, .binary, .conditional, .list, .map, .comprehension,
            .bind, .optionalMap:
            nil
        }
    }

    private func presence(_ id: NodeID, _ operand: NodeID, _ field: String) -> Condition {
        let place = tree[id].range
        let operand = computation(operand).value
        let field = Name(field)
        return Condition { frame throws(CELError) in
            try frame.budget.visit(place)
            let operand = try operand(&frame)
            return try located(at: place) { () throws(CELError) in try Access.has(operand, field) }
        }
    }

    private func negation(_ id: NodeID, _ operand: NodeID) -> Condition {
        let place = tree[id].range
        let holds = condition(operand, of: UnaryOperator.not.rawValue, at: place).holds
        return Condition { frame throws(CELError) in
            try frame.budget.visit(place)
            return try !holds(&frame)
        }
    }

    private func comparison(
        _ id: NodeID, _ operation: BinaryOperator, _ left: NodeID, _ right: NodeID
    ) -> Condition {
        if let constant = constant(right) { return comparison(id, operation, left, constant) }
        let place = tree[id].range
        let left = computation(left).value
        let right = computation(right).value
        return Condition { frame throws(CELError) in
            try frame.budget.visit(place)
            let left = try left(&frame)
            let right = try right(&frame)
            return try located(at: place) { () throws(CELError) in
                try Arithmetic.holds(operation, left, right, &frame.budget)
            }
        }
    }

    /// `&&` and `||`: a decisive operand decides, on whichever side, and errors count only if there is none.
    private func decision(
        _ id: NodeID, _ operands: [NodeID], decisive: Bool, _ operation: String
    ) -> Condition {
        let place = tree[id].range
        let holds = decision(operands.map { condition($0, of: operation) }[...], decisive: decisive).holds
        return Condition { frame throws(CELError) in
            try frame.budget.visit(place)
            return try holds(&frame)
        }
    }

    /// Halves the operands, so that a long chain needs no deep stack, and each closure holds the ones it calls.
    private func decision(_ operands: ArraySlice<Condition>, decisive: Bool) -> Condition {
        guard operands.count > 1 else { return operands[operands.startIndex] }
        let middle = operands.startIndex + operands.count / 2
        let first = decision(operands[..<middle], decisive: decisive).holds
        let second = decision(operands[middle...], decisive: decisive).holds
        return Condition { frame throws(CELError) in
            let holds: Bool
            do throws(CELError) {
                holds = try first(&frame)
            } catch {
                return try Self.decide(second, decisive: decisive, despite: error, &frame)
            }
            return try holds == decisive ? decisive : second(&frame)
        }
    }

    private static func decide(
        _ second: @escaping Condition.Body, decisive: Bool, despite error: CELError, _ frame: inout Frame
    ) throws(CELError) -> Bool {
        let firstError = error
        if firstError.isFinal { throw firstError }
        do throws(CELError) {
            if try second(&frame) == decisive { return decisive }
        } catch {
            if error.isFinal { throw error }
        }
        throw firstError
    }
}
