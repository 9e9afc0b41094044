/// Comparisons with what stands in the source: by far the most frequent ones, so the usual types go first.
extension ClosureBuilder {
    func comparison(
        _ id: NodeID, _ operation: BinaryOperator, _ left: NodeID, _ right: Constant
    ) -> Condition {
        let place = tree[id].range
        let left = computation(left).value
        let answer = answer(operation, right.value)
        let places = right.places
        return Condition { frame throws(CELError) in
            try frame.budget.visit(place)
            let left = try left(&frame)
            try frame.budget.visit(all: places)
            return try located(at: place) { () throws(CELError) in try answer(left, &frame.budget) }
        }
    }

    private typealias Answer = @Sendable (CELValue, inout Budget) throws(CELError) -> Bool

    private func answer(_ operation: BinaryOperator, _ constant: CELValue) -> Answer {
        switch (operation, constant) {
        case (.equal, .string(let text)): equality(text, isNegated: false)
        case (.notEqual, .string(let text)): equality(text, isNegated: true)
        case (.membership, .list(let elements)): membership(elements)
        case _: { value, budget throws(CELError) in try Arithmetic.holds(operation, value, constant, &budget) }
        }
    }

    private func equality(_ text: String, isNegated: Bool) -> Answer {
        { value, budget throws(CELError) in
            guard case .string(let other) = value else { return isNegated }
            try budget.spend(bytes: other.utf8.count)
            return other.hasSameBytes(as: text) != isNegated
        }
    }

    private func membership(_ elements: [CELValue]) -> Answer {
        { value, budget throws(CELError) in
            for element in elements {
                try budget.spend(1)
                if try value.isEqual(to: element, &budget) { return true }
            }
            return false
        }
    }
}
