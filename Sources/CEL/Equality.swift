extension CELValue {
    /// Equality as CEL's `==` sees it: numbers by value across types, strings by code points, NaN equal to nothing.
    public func isEqual(to other: CELValue) -> Bool {
        var budget = Budget(limit: .max)
        // A budget without limit is never spent.
        return (try? isEqual(to: other, &budget)) ?? false
    }

    /// Pays for each part compared, since values that share parts can be larger than the memory they take.
    func isEqual(to other: CELValue, _ budget: inout Budget) throws(CELError) -> Bool {
        // One value after the other: to switch over both at once would copy them.
        switch self {
        case .null: if case .null = other { return true }
        case .bool(let left): if case .bool(let right) = other { return left == right }
        case .int, .uint, .double: return NumberOrder(self, other) == .equal
        case .string(let left):
            guard case .string(let right) = other else { return false }
            try budget.spend(bytes: left.utf8.count)
            return left.hasSameBytes(as: right)
        case .bytes(let left):
            guard case .bytes(let right) = other else { return false }
            try budget.spend(bytes: left.count)
            return left == right
        case .list(let left): if case .list(let right) = other { return try Self.areEqual(left, right, &budget) }
        case .map(let left): if case .map(let right) = other { return try Self.areEqual(left, right, &budget) }
        case .timestamp(let left): if case .timestamp(let right) = other { return left == right }
        case .duration(let left): if case .duration(let right) = other { return left == right }
        case .type(let left): if case .type(let right) = other { return left.name.hasSameBytes(as: right.name) }
        case .optional(let left):
            guard case .optional(let right) = other else { return false }
            guard let left, let right else { return left == nil && right == nil }
            return try left.isEqual(to: right, &budget)
        }
        return false
    }

    private static func areEqual(
        _ left: [CELValue], _ right: [CELValue], _ budget: inout Budget
    ) throws(CELError) -> Bool {
        guard left.count == right.count else { return false }
        for (left, right) in zip(left, right) {
            try budget.spend(1)
            guard try left.isEqual(to: right, &budget) else { return false }
        }
        return true
    }

    private static func areEqual(_ left: CELMap, _ right: CELMap, _ budget: inout Budget) throws(CELError) -> Bool {
        guard left.count == right.count else { return false }
        for entry in left.entries {
            try budget.spend(1)
            guard let other = right[entry.key], try entry.value.isEqual(to: other, &budget) else { return false }
        }
        return true
    }
}
