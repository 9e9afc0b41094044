/// A value at run time.
public enum CELValue: Sendable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CELValue])
    case map(CELMap)
    case timestamp(CELTimestamp)
    case duration(CELDuration)
    case type(CELTypeName)
    indirect case optional(CELValue?)
}

/// A type as a value: what `type(x)` gives.
public struct CELTypeName: Hashable, Sendable {
    /// As CEL calls it: `int`, `google.protobuf.Timestamp`.
    public let name: String

    /// Any name is accepted; those of other types equal nothing.
    public init(_ name: String) {
        self.name = name
    }
}

extension CELValue {
    /// The type that `type(x)` gives.
    public var typeName: CELTypeName {
        switch self {
        case .null: CELTypeName("null_type")
        case .bool: CELTypeName("bool")
        case .int: CELTypeName("int")
        case .uint: CELTypeName("uint")
        case .double: CELTypeName("double")
        case .string: CELTypeName("string")
        case .bytes: CELTypeName("bytes")
        case .list: CELTypeName("list")
        case .map: CELTypeName("map")
        case .timestamp: CELTypeName("google.protobuf.Timestamp")
        case .duration: CELTypeName("google.protobuf.Duration")
        case .type: CELTypeName("type")
        case .optional: CELTypeName("optional_type")
        }
    }

    /// A map with string keys, the shape of facts.
    public static func map(strings entries: [(String, CELValue)]) -> CELValue {
        .map(CELMap(strings: entries))
    }
}

extension CELValue: CustomStringConvertible {
    /// The value as a CEL literal, cut after some 200 characters.
    public var description: String { rendered(limit: 200) }

    /// The value as a CEL literal, cut after about `limit` UTF-8 bytes.
    public func rendered(limit: Int) -> String {
        var writer = LiteralWriter(limitBytes: limit)
        writer.write(self)
        return writer.text
    }
}

/// Writes literals until the limit, then one ellipsis and no more.
private struct LiteralWriter {
    let limitBytes: Int
    var text = ""
    var isFull = false

    mutating func put(_ piece: String) {
        guard !isFull else { return }
        guard text.utf8.count + piece.utf8.count > limitBytes else { return text.append(piece) }
        isFull = true
        text.append("…")
    }

    mutating func write(_ value: CELValue) {
        guard !isFull else { return }
        switch value {
        case .null: put("null")
        case .bool(let bool): put(bool ? "true" : "false")
        case .int(let int): put(String(int))
        case .uint(let uint): put("\(uint)u")
        case .double(let double): put(DecimalText.literal(double))
        case .string(let string): quote(string)
        case .bytes(let bytes): quote(bytes)
        case .list(let elements): write(elements)
        case .map(let map): write(map)
        case .timestamp(let timestamp): put("timestamp(\"\(timestamp)\")")
        case .duration(let duration): put("duration(\"\(duration)\")")
        case .type(let type): put(type.name)
        case .optional(let wrapped): write(optional: wrapped)
        }
    }

    mutating func write(_ elements: [CELValue]) {
        put("[")
        for (offset, element) in elements.enumerated() where !isFull {
            if offset > 0 { put(", ") }
            write(element)
        }
        put("]")
    }

    mutating func write(_ map: CELMap) {
        put("{")
        for (offset, entry) in map.entries.enumerated() where !isFull {
            if offset > 0 { put(", ") }
            write(entry.key)
            put(": ")
            write(entry.value)
        }
        put("}")
    }

    mutating func write(optional wrapped: CELValue?) {
        guard let wrapped else { return put("optional.none()") }
        put("optional.of(")
        write(wrapped)
        put(")")
    }

    mutating func quote(_ string: String) {
        put("\"")
        for scalar in string.unicodeScalars {
            guard !isFull else { return }
            put(escaped(scalar))
        }
        put("\"")
    }

    func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case _ where scalar.value < 0x20 || scalar.value == 0x7F:
            return "\\x" + DecimalText.hexadecimal(scalar.value, digits: 2)
        case _: return String(Character(scalar))
        }
    }

    mutating func quote(_ bytes: [UInt8]) {
        put("b\"")
        for byte in bytes {
            guard !isFull else { return }
            let isPlain = byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
            let hexadecimal = "\\x" + DecimalText.hexadecimal(UInt32(byte), digits: 2)
            put(isPlain ? String(Character(Unicode.Scalar(byte))) : hexadecimal)
        }
        put("\"")
    }
}
