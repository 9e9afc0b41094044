extension CELValue {
    /// Equality as CEL's `==` sees it: numbers by value across types, strings by code points, NaN equal to nothing.
    public func isEqual(to other: CELValue) -> Bool {
        var budget = Budget(limit: .max)
        // A budget without limit is never spent.
        return (try? isEqual(to: other, &budget)) ?? false
    }

    /// Pays for each part compared, since values that share parts can be larger than the memory they take.
    func isEqual(to other: CELValue, _ budget: inout Budget) throws(CELError) -> Bool {
        switch (self, other) {
        case (.null, .null): return true
        case (.bool(let left), .bool(let right)): return left == right
        case (.string(let left), .string(let right)):
            try budget.spend(bytes: left.utf8.count)
            return left.hasSameBytes(as: right)
        case (.bytes(let left), .bytes(let right)):
            try budget.spend(bytes: left.count)
            return left == right
        case (.list(let left), .list(let right)): return try Self.areEqual(left, right, &budget)
        case (.map(let left), .map(let right)): return try Self.areEqual(left, right, &budget)
        case (.timestamp(let left), .timestamp(let right)): return left == right
        case (.duration(let left), .duration(let right)): return left == right
        case (.type(let left), .type(let right)): return left.name.hasSameBytes(as: right.name)
        case (.optional(let left), .optional(let right)):
            guard let left, let right else { return left == nil && right == nil }
            return try left.isEqual(to: right, &budget)
        case (.int, _), (.uint, _), (.double, _): return NumberOrder(self, other) == .equal
        case (.null, _), (.bool, _), (.string, _), (.bytes, _), (.list, _), (.map, _), (.timestamp, _),
            (.duration, _), (.type, _), (.optional, _):
            return false
        }
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
