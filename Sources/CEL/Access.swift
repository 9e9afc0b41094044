/// Fields and elements of values.
enum Access {
    static func select(_ operand: CELValue, _ field: String, isOptional: Bool) throws(CELError) -> CELValue {
        try select(operand, Name(field), isOptional: isOptional)
    }

    static func select(_ operand: CELValue, _ field: Name, isOptional: Bool) throws(CELError) -> CELValue {
        switch operand {
        case .map(let map):
            let value = map[field]
            if isOptional { return .optional(value) }
            guard let value else { throw CELError("there is no `\(field.text)`") }
            return value
        case .optional(let wrapped):
            guard let wrapped else { return .optional(nil) }
            return try select(wrapped, field, isOptional: true)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .list, .timestamp, .duration, .type:
            throw CELError("a value of type \(operand.typeName.name) has no `\(field.text)`")
        }
    }

    static func has(_ operand: CELValue, _ field: String) throws(CELError) -> Bool {
        try has(operand, Name(field))
    }

    static func has(_ operand: CELValue, _ field: Name) throws(CELError) -> Bool {
        switch operand {
        case .map(let map): return map.storage.position(of: field) != nil
        case .optional(let wrapped):
            guard let wrapped else { return false }
            return try has(wrapped, field)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .list, .timestamp, .duration, .type:
            throw CELError("a value of type \(operand.typeName.name) has no fields")
        }
    }

    static func element(
        of operand: CELValue, at index: CELValue, isOptional: Bool
    ) throws(CELError) -> CELValue {
        let value: CELValue?
        switch operand {
        case .list(let elements):
            guard case .int(let offset) = CELMapKey(index) else { throw .noOverload("[]", [operand, index]) }
            value = Int(exactly: offset).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        case .map(let map): value = map[index]
        case .optional(let wrapped):
            guard let wrapped else { return .optional(nil) }
            return try element(of: wrapped, at: index, isOptional: true)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type:
            throw .noOverload("[]", [operand, index])
        }
        if isOptional { return .optional(value) }
        guard let value else { throw CELError("there is no element at `\(index)`") }
        return value
    }
}
