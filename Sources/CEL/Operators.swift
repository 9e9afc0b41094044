/// Signatures of the operators, for the checker.
extension UnaryOperator {
    var signatures: [Signature] {
        switch self {
        case .not: [Signature([.bool], .bool)]
        case .negate: [Signature([.int], .int), Signature([.double], .double)]
        }
    }
}

extension BinaryOperator {
    var signatures: [Signature] {
        switch self {
        case .add: Self.sums
        case .subtract: Self.differences
        case .multiply, .divide: Self.numbers([.int, .uint, .double])
        case .remainder: Self.numbers([.int, .uint])
        case .equal, .notEqual: [Signature([.a, .a], .bool)]
        case .less, .lessOrEqual, .greater, .greaterOrEqual: Self.comparisons
        case .membership: [Signature([.a, .list(.a)], .bool), Signature([.a, .map(.a, .b)], .bool)]
        }
    }

    private static func numbers(_ types: [TypePattern]) -> [Signature] {
        types.map { Signature([$0, $0], $0) }
    }

    private static let sums =
        numbers([.int, .uint, .double, .string, .bytes, .duration]) + [
            Signature([.list(.a), .list(.a)], .list(.a)),
            Signature([.timestamp, .duration], .timestamp),
            Signature([.duration, .timestamp], .timestamp),
        ]

    private static let differences =
        numbers([.int, .uint, .double, .duration]) + [
            Signature([.timestamp, .duration], .timestamp),
            Signature([.timestamp, .timestamp], .duration),
        ]

    private static let comparisons: [Signature] = {
        let ordered: [TypePattern] = [.bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration]
        let numbers: [TypePattern] = [.int, .uint, .double]
        let mixed = numbers.flatMap { left in numbers.map { Signature([left, $0], .bool) } }
        return ordered.map { Signature([$0, $0], .bool) } + mixed
    }()
}

/// The operators at work.
enum Arithmetic {
    static func apply(
        _ operation: BinaryOperator, _ left: CELValue, _ right: CELValue, _ budget: inout Budget
    ) throws(CELError) -> CELValue {
        switch operation {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership:
            return .bool(try holds(operation, left, right, &budget))
        case .add, .subtract, .multiply, .divide, .remainder:
            return try calculate(operation, left, right, &budget)
        }
    }

    /// For operators whose answer is true or false.
    static func holds(
        _ operation: BinaryOperator, _ left: CELValue, _ right: CELValue, _ budget: inout Budget
    ) throws(CELError) -> Bool {
        switch operation {
        case .equal: return try left.isEqual(to: right, &budget)
        case .notEqual: return try !left.isEqual(to: right, &budget)
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try compare(operation, left, right, &budget)
        case .membership: return try isMember(left, of: right, &budget)
        case .add, .subtract, .multiply, .divide, .remainder:
            preconditionFailure("only comparisons are true or false")
        }
    }

    static func apply(_ operation: UnaryOperator, _ operand: CELValue) throws(CELError) -> CELValue {
        switch (operation, operand) {
        case (.not, .bool(let bool)): return .bool(!bool)
        case (.negate, .double(let double)): return .double(-double)
        case (.negate, .int(let int)):
            guard int != .min else { throw overflow(.subtract) }
            return .int(-int)
        case _: throw .noOverload(operation.rawValue, [operand])
        }
    }

    private static func calculate(
        _ operation: BinaryOperator, _ left: CELValue, _ right: CELValue, _ budget: inout Budget
    ) throws(CELError) -> CELValue {
        switch (left, right) {
        case (.int(let left), .int(let right)): return .int(try whole(operation, left, right))
        case (.uint(let left), .uint(let right)): return .uint(try whole(operation, left, right))
        case (.double(let left), .double(let right)) where operation != .remainder:
            return .double(floating(operation, left, right))
        case _:
            switch operation {
            case .add: return try sum(left, right, &budget)
            case .subtract: return try difference(left, right)
            case .multiply, .divide, .remainder, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual,
                .membership:
                throw .noOverload(operation.rawValue, [left, right])
            }
        }
    }

    private static func whole<Whole: FixedWidthInteger>(
        _ operation: BinaryOperator, _ left: Whole, _ right: Whole
    ) throws(CELError) -> Whole {
        let (result, hasOverflown): (Whole, Bool)
        switch operation {
        case .add: (result, hasOverflown) = left.addingReportingOverflow(right)
        case .subtract: (result, hasOverflown) = left.subtractingReportingOverflow(right)
        case .multiply: (result, hasOverflown) = left.multipliedReportingOverflow(by: right)
        case .divide:
            guard right != 0 else { throw CELError("division by zero") }
            (result, hasOverflown) = left.dividedReportingOverflow(by: right)
        case .remainder:
            guard right != 0 else { throw CELError("remainder of a division by zero") }
            (result, hasOverflown) = left.remainderReportingOverflow(dividingBy: right)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership:
            preconditionFailure("only arithmetic operators calculate")
        }
        guard !hasOverflown else { throw overflow(operation) }
        return result
    }

    private static func floating(_ operation: BinaryOperator, _ left: Double, _ right: Double) -> Double {
        switch operation {
        case .add: left + right
        case .subtract: left - right
        case .multiply: left * right
        case .divide: left / right
        case .remainder, .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership:
            preconditionFailure("only arithmetic operators calculate")
        }
    }

    private static func overflow(_ operation: BinaryOperator) -> CELError {
        CELError("the result of `\(operation.rawValue)` is out of range")
    }

    private static func sum(
        _ left: CELValue, _ right: CELValue, _ budget: inout Budget
    ) throws(CELError) -> CELValue {
        switch (left, right) {
        case (.string(let left), .string(let right)):
            try budget.spend(bytes: left.utf8.count + right.utf8.count)
            return .string(left + right)
        case (.bytes(let left), .bytes(let right)):
            try budget.spend(bytes: left.count + right.count)
            return .bytes(left + right)
        case (.list(let left), .list(let right)):
            try budget.spend(left.count + right.count)
            return .list(left + right)
        case (.timestamp(let time), .duration(let span)), (.duration(let span), .timestamp(let time)):
            guard let sum = time.advanced(by: span) else { throw overflow(.add) }
            return .timestamp(sum)
        case (.duration(let left), .duration(let right)):
            guard let sum = left.adding(right) else { throw overflow(.add) }
            return .duration(sum)
        case _: throw .noOverload(BinaryOperator.add.rawValue, [left, right])
        }
    }

    private static func difference(_ left: CELValue, _ right: CELValue) throws(CELError) -> CELValue {
        switch (left, right) {
        case (.timestamp(let time), .duration(let span)):
            guard let negated = CELDuration(seconds: 0).subtracting(span), let result = time.advanced(by: negated)
            else { throw overflow(.subtract) }
            return .timestamp(result)
        case (.timestamp(let left), .timestamp(let right)):
            guard let span = left.since(right) else { throw overflow(.subtract) }
            return .duration(span)
        case (.duration(let left), .duration(let right)):
            guard let difference = left.subtracting(right) else { throw overflow(.subtract) }
            return .duration(difference)
        case _: throw .noOverload(BinaryOperator.subtract.rawValue, [left, right])
        }
    }

    private static func compare(
        _ operation: BinaryOperator, _ left: CELValue, _ right: CELValue, _ budget: inout Budget
    ) throws(CELError) -> Bool {
        let order: NumberOrder?
        switch (left, right) {
        case (.int, .int), (.int, .uint), (.int, .double), (.uint, .int), (.uint, .uint), (.uint, .double),
            (.double, .int), (.double, .uint), (.double, .double):
            order = NumberOrder(left, right)
        case (.bool(let left), .bool(let right)): order = NumberOrder(left ? 1 : 0, right ? 1 : 0)
        case (.string(let left), .string(let right)):
            try budget.spend(bytes: min(left.utf8.count, right.utf8.count))
            order = left.hasSameBytes(as: right) ? .equal : left.precedes(right) ? .less : .greater
        case (.bytes(let left), .bytes(let right)):
            try budget.spend(bytes: min(left.count, right.count))
            order = left == right ? .equal : left.lexicographicallyPrecedes(right) ? .less : .greater
        case (.timestamp(let left), .timestamp(let right)): order = NumberOrder(left, right)
        case (.duration(let left), .duration(let right)): order = NumberOrder(left, right)
        case _: throw .noOverload(operation.rawValue, [left, right])
        }
        return operation.accepts(order)
    }

    private static func isMember(
        _ element: CELValue, of collection: CELValue, _ budget: inout Budget
    ) throws(CELError) -> Bool {
        switch collection {
        case .list(let elements):
            for other in elements {
                try budget.spend(1)
                if try element.isEqual(to: other, &budget) { return true }
            }
            return false
        case .map(let map): return map[element] != nil
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .optional:
            throw .noOverload(BinaryOperator.membership.rawValue, [element, collection])
        }
    }
}

extension BinaryOperator {
    /// Whether the answer is true or false.
    var isQuestion: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership: true
        case .add, .subtract, .multiply, .divide, .remainder: false
        }
    }

    /// Nil is the order of NaN and anything, of which nothing is true.
    fileprivate func accepts(_ order: NumberOrder?) -> Bool {
        switch self {
        case .less: order == .less
        case .lessOrEqual: order == .less || order == .equal
        case .greater: order == .greater
        case .greaterOrEqual: order == .greater || order == .equal
        case .add, .subtract, .multiply, .divide, .remainder, .equal, .notEqual, .membership: false
        }
    }
}

extension CELError {
    static func noOverload(_ function: String, _ arguments: [CELValue]) -> CELError {
        let types = arguments.map(\.typeName.name).joined(separator: ", ")
        return CELError("`\(function)` does not take (\(types))")
    }
}
