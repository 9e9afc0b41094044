/// Functions that turn a value into one of another type.
enum ConversionFunctions {
    static let all: [Function] = [
        Function("bool", from([.bool, .string], to: .bool), toBool),
        Function("int", from([.int, .uint, .double, .string, .timestamp], to: .int), toInt),
        Function("uint", from([.uint, .int, .double, .string], to: .uint), toUInt),
        Function("double", from([.double, .int, .uint, .string], to: .double), toDouble),
        Function(
            "string", from([.string, .bool, .int, .uint, .double, .bytes, .timestamp, .duration], to: .string),
            toString),
        Function("bytes", from([.bytes, .string], to: .bytes), toBytes),
        Function("timestamp", from([.timestamp, .string, .int], to: .timestamp), toTimestamp),
        Function("duration", from([.duration, .string], to: .duration), toDuration),
        Function("type", [Signature([.a], .type)]) { (value, _) throws(CELError) in .type(value.typeName) },
        Function("dyn", [Signature([.a], .dyn)]) { (value, _) throws(CELError) in value },
    ]

    private static func from(_ types: [TypePattern], to result: TypePattern) -> [Signature] {
        types.map { Signature([$0], result) }
    }

    private static func refusal(_ value: CELValue, _ type: String) -> CELError {
        CELError("`\(value)` cannot become a value of type \(type)")
    }

    private static let toBool: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .bool: return value
        case .string(let text):
            if ["1", "t", "true", "TRUE", "True"].contains(text) { return .bool(true) }
            if ["0", "f", "false", "FALSE", "False"].contains(text) { return .bool(false) }
            throw refusal(value, "bool")
        case .null, .int, .uint, .double, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("bool", [value])
        }
    }

    private static let toInt: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .int: return value
        case .timestamp(let timestamp): return .int(timestamp.unixSeconds)
        case .uint(let uint):
            guard let int = Int64(exactly: uint) else { throw refusal(value, "int") }
            return .int(int)
        case .double(let double):
            // Both bounds are exclusive: the doubles there stand for neighbours out of range as well.
            guard double > -0x1p63, double < 0x1p63 else { throw refusal(value, "int") }
            return .int(Int64(double))
        case .string(let text):
            guard let int = Int64(text) else { throw refusal(value, "int") }
            return .int(int)
        case .null, .bool, .bytes, .list, .map, .duration, .type, .optional: throw .noOverload("int", [value])
        }
    }

    private static let toUInt: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .uint: return value
        case .int(let int):
            guard let uint = UInt64(exactly: int) else { throw refusal(value, "uint") }
            return .uint(uint)
        case .double(let double):
            guard double >= 0, double < 0x1p64 else { throw refusal(value, "uint") }
            return .uint(UInt64(double))
        case .string(let text):
            guard let uint = UInt64(text) else { throw refusal(value, "uint") }
            return .uint(uint)
        case .null, .bool, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("uint", [value])
        }
    }

    private static let toDouble: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .double: return value
        case .int(let int): return .double(Double(int))
        case .uint(let uint): return .double(Double(uint))
        case .string(let text):
            guard let double = Double(text) else { throw refusal(value, "double") }
            return .double(double)
        case .null, .bool, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("double", [value])
        }
    }

    private static let toString: Function.Unary = { (value, budget) throws(CELError) in
        switch value {
        case .string: return value
        case .bool(let bool): return .string(bool ? "true" : "false")
        case .int(let int): return .string(String(int))
        case .uint(let uint): return .string(String(uint))
        case .double(let double): return .string(DecimalText.text(double))
        case .bytes(let bytes):
            try budget.spend(bytes: bytes.count)
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw CELError("the bytes are not valid UTF-8")
            }
            return .string(text)
        case .timestamp(let timestamp): return .string(timestamp.description)
        case .duration(let duration): return .string(duration.description)
        case .null, .list, .map, .type, .optional: throw .noOverload("string", [value])
        }
    }

    private static let toBytes: Function.Unary = { (value, budget) throws(CELError) in
        switch value {
        case .bytes: return value
        case .string(let text):
            try budget.spend(bytes: text.utf8.count)
            return .bytes(Array(text.utf8))
        case .null, .bool, .int, .uint, .double, .list, .map, .timestamp, .duration, .type, .optional:
            throw .noOverload("bytes", [value])
        }
    }

    private static let toTimestamp: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .timestamp: return value
        case .int(let seconds):
            let timestamp = CELTimestamp(unixSeconds: seconds)
            guard timestamp.isInRange else { throw refusal(value, "timestamp") }
            return .timestamp(timestamp)
        case .string(let text):
            guard let timestamp = CELTimestamp(parsing: text) else { throw refusal(value, "timestamp") }
            return .timestamp(timestamp)
        case .null, .bool, .uint, .double, .bytes, .list, .map, .duration, .type, .optional:
            throw .noOverload("timestamp", [value])
        }
    }

    private static let toDuration: Function.Unary = { (value, _) throws(CELError) in
        switch value {
        case .duration: return value
        case .string(let text):
            guard let duration = CELDuration(parsing: text) else { throw refusal(value, "duration") }
            return .duration(duration)
        case .null, .bool, .int, .uint, .double, .bytes, .list, .map, .timestamp, .type, .optional:
            throw .noOverload("duration", [value])
        }
    }
}
