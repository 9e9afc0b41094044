/// The functions of the `math` namespace.
enum MathFunctions {
    static let all: [Function] =
        [
            Function("math.greatest", extremes, 1...Int.max) { (arguments, budget) throws(CELError) in
                try extreme("math.greatest", .greater, arguments, &budget)
            },
            Function("math.least", extremes, 1...Int.max) { (arguments, budget) throws(CELError) in
                try extreme("math.least", .less, arguments, &budget)
            },
            Function("math.abs", ofNumbers, abs),
            Function("math.sign", ofNumbers, sign),
            Function(
                "math.sqrt", [Signature([.double], .double), Signature([.int], .double), Signature([.uint], .double)],
                sqrt),
            Function("math.bitNot", [Signature([.int], .int), Signature([.uint], .uint)]) {
                (value, _) throws(CELError) in
                switch value {
                case .int(let int): return .int(~int)
                case .uint(let uint): return .uint(~uint)
                case .null, .bool, .double, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
                    throw .noOverload("math.bitNot", [value])
                }
            },
            Function("math.bitShiftLeft", shifts) { (value, by, _) throws(CELError) in
                try shift("math.bitShiftLeft", value, by, { $0 << $1 })
            },
            Function("math.bitShiftRight", shifts) { (value, by, _) throws(CELError) in
                try shift("math.bitShiftRight", value, by, { $0 >> $1 })
            },
        ]
        + roundings.map { name, round in
            Function(name, [Signature([.double], .double)]) { (value, _) throws(CELError) in
                guard case .double(let double) = value else { throw .noOverload(name, [value]) }
                return .double(round(double))
            }
        }
        + questions.map { name, holds in
            Function(name, [Signature([.double], .bool)]) { (value, _) throws(CELError) in
                guard case .double(let double) = value else { throw .noOverload(name, [value]) }
                return .bool(holds(double))
            }
        }
        + bitwise.map { name, combine in
            Function(name, [Signature([.int, .int], .int), Signature([.uint, .uint], .uint)]) {
                (left, right, _) throws(CELError) in
                switch (left, right) {
                case (.int(let left), .int(let right)):
                    return .int(Int64(bitPattern: combine(UInt64(bitPattern: left), UInt64(bitPattern: right))))
                case (.uint(let left), .uint(let right)): return .uint(combine(left, right))
                case _: throw .noOverload(name, [left, right])
                }
            }
        }

    private static let extremes = [
        Signature([.list(.dyn)], .dyn), Signature([.int], .int, isVariadic: true),
        Signature([.uint], .uint, isVariadic: true), Signature([.double], .double, isVariadic: true),
        Signature([.dyn, .dyn], .dyn, isVariadic: true),
    ]
    private static let ofNumbers = [
        Signature([.int], .int), Signature([.uint], .uint), Signature([.double], .double),
    ]
    private static let shifts = [Signature([.int, .int], .int), Signature([.uint, .int], .uint)]

    private static let roundings: [(String, @Sendable (Double) -> Double)] = [
        ("math.ceil", { $0.rounded(.up) }), ("math.floor", { $0.rounded(.down) }),
        ("math.round", { $0.rounded(.toNearestOrAwayFromZero) }), ("math.trunc", { $0.rounded(.towardZero) }),
    ]
    private static let questions: [(String, @Sendable (Double) -> Bool)] = [
        ("math.isNaN", { $0.isNaN }), ("math.isInf", { $0.isInfinite }), ("math.isFinite", { $0.isFinite }),
    ]
    private static let bitwise: [(String, @Sendable (UInt64, UInt64) -> UInt64)] = [
        ("math.bitAnd", { $0 & $1 }), ("math.bitOr", { $0 | $1 }), ("math.bitXor", { $0 ^ $1 }),
    ]

    /// Of the arguments, or of one list; the first of equal ones.
    private static func extreme(
        _ name: String, _ wanted: NumberOrder, _ arguments: [CELValue], _ budget: inout Budget
    ) throws(CELError) -> CELValue {
        var candidates = arguments
        if arguments.count == 1, case .list(let elements) = arguments[0] { candidates = elements }
        try budget.spend(candidates.count)
        guard var best = candidates.first else { throw CELError("`\(name)` needs a number") }
        for candidate in candidates {
            switch candidate {
            case .int, .uint, .double: if NumberOrder(candidate, best) == wanted { best = candidate }
            case .null, .bool, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
                throw .noOverload(name, arguments)
            }
        }
        return best
    }

    private static let abs: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .int(let int):
            guard int != .min else { throw CELError("the result of `math.abs` is out of range") }
            return .int(int < 0 ? -int : int)
        case .uint: return value
        case .double(let double): return .double(double.magnitude)
        case .null, .bool, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("math.abs", [value])
        }
    }

    private static let sign: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .int(let int): return .int(int.signum())
        case .uint(let uint): return .uint(uint == 0 ? 0 : 1)
        case .double(let double): return .double(double > 0 ? 1 : double < 0 ? -1 : double.isNaN ? double : 0)
        case .null, .bool, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("math.sign", [value])
        }
    }

    private static let sqrt: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .int(let int): return .double(Double(int).squareRoot())
        case .uint(let uint): return .double(Double(uint).squareRoot())
        case .double(let double): return .double(double.squareRoot())
        case .null, .bool, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("math.sqrt", [value])
        }
    }

    /// Shifts by 64 and more give zero; signed numbers shift as if they were unsigned.
    private static func shift(
        _ name: String, _ value: CELValue, _ by: CELValue, _ shift: (UInt64, Int64) -> UInt64
    ) throws(CELError) -> CELValue {
        guard case .int(let count) = by else { throw .noOverload(name, [value, by]) }
        guard count >= 0 else { throw CELError("`\(name)` by a negative number") }
        switch value {
        case .int(let int): return .int(Int64(bitPattern: shift(UInt64(bitPattern: int), count)))
        case .uint(let uint): return .uint(shift(uint, count))
        case .null, .bool, .double, .string, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload(name, [value, by])
        }
    }
}
