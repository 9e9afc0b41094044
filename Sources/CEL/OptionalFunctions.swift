/// Optional values: `target.?owner.orValue("nobody")`.
enum OptionalFunctions {
    static let all: [Function] = [
        Function("optional.none", [Signature([], .optional(.a))], 0...0) { (_, _) throws(CELError) in .optional(nil) },
        Function("optional.of", [Signature([.a], .optional(.a))]) { (value, _) throws(CELError) in .optional(value) },
        Function("optional.ofNonZeroValue", [Signature([.a], .optional(.a))]) { (value, _) throws(CELError) in
            .optional(isZero(value) ? nil : value)
        },
        Function("optional.unwrap", [Signature([.list(.optional(.a))], .list(.a))], unwrap),
        Function(".unwrapOpt", [Signature([.list(.optional(.a))], .list(.a))], unwrap),
        Function(".hasValue", [Signature([.optional(.a)], .bool)]) { (value, _) throws(CELError) in
            guard case .optional(let wrapped) = value else { throw .noOverload("hasValue", [value]) }
            return .bool(wrapped.map { _ in true } ?? false)
        },
        Function(".value", [Signature([.optional(.a)], .a)]) { (value, _) throws(CELError) in
            guard case .optional(let wrapped) = value else { throw .noOverload("value", [value]) }
            guard let wrapped else { throw CELError("the optional has no value") }
            return wrapped
        },
        Function(".first", [Signature([.list(.a)], .optional(.a))]) { (value, _) throws(CELError) in
            guard case .list(let elements) = value else { throw .noOverload("first", [value]) }
            return .optional(elements.first)
        },
        Function(".last", [Signature([.list(.a)], .optional(.a))]) { (value, _) throws(CELError) in
            guard case .list(let elements) = value else { throw .noOverload("last", [value]) }
            return .optional(elements.last)
        },
        // The evaluator takes these two over, since it must not evaluate an alternative that is not needed.
        Function(or, [Signature([.optional(.a), .optional(.a)], .optional(.a))]) { (left, right, _) throws(CELError) in
            throw .noOverload("or", [left, right])
        },
        Function(orValue, [Signature([.optional(.a), .a], .a)]) { (left, right, _) throws(CELError) in
            throw .noOverload("orValue", [left, right])
        },
    ]

    static let or = ".or"
    static let orValue = ".orValue"

    private static let unwrap: Function.Unary = { (value, budget) throws(CELError) in
        guard case .list(let elements) = value else { throw .noOverload("unwrap", [value]) }
        try budget.spend(elements.count)
        var present: [CELValue] = []
        for element in elements {
            guard case .optional(let wrapped) = element else { throw .noOverload("unwrap", [value]) }
            if let wrapped { present.append(wrapped) }
        }
        return .list(present)
    }

    private static func isZero(_ value: CELValue) -> Bool {
        switch value {
        case .null: true
        case .bool(let bool): !bool
        case .int(let int): int == 0
        case .uint(let uint): uint == 0
        case .double(let double): double == 0
        case .string(let string): string.utf8.isEmpty
        case .bytes(let bytes): bytes.isEmpty
        case .list(let elements): elements.isEmpty
        case .map(let map): map.isEmpty
        case .timestamp(let timestamp): timestamp == CELTimestamp(unixSeconds: 0)
        case .duration(let duration): duration == CELDuration(seconds: 0)
        case .type: false
        case .optional(let wrapped): wrapped.map { _ in false } ?? true
        }
    }
}
