public import CEL
internal import Foundation

/// A value written with its type: `{"int": "1"}`.
struct TaggedValue: Decodable {
    let value: CELValue

    private enum Tag: String, CodingKey, CaseIterable {
        case null, bool, int, uint, double, string, bytes, list, map, type, timestamp, duration, optional
    }

    private struct Instant: Decodable {
        let seconds: String
        let nanos: Int32
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Tag.self)
        func text(_ tag: Tag) throws -> String { try container.decode(String.self, forKey: tag) }
        func bad(_ tag: Tag) -> DecodingError {
            .dataCorruptedError(forKey: tag, in: container, debugDescription: "not a value")
        }
        func instant(_ tag: Tag) throws -> (Int64, Int32) {
            let instant = try container.decode(Instant.self, forKey: tag)
            guard let seconds = Int64(instant.seconds) else { throw bad(tag) }
            return (seconds, instant.nanos)
        }
        guard let tag = container.allKeys.first else {
            throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "no tag"))
        }
        switch tag {
        case .null: value = .null
        case .bool: value = .bool(try container.decode(Bool.self, forKey: tag))
        case .int:
            guard let int = Int64(try text(tag)) else { throw bad(tag) }
            value = .int(int)
        case .uint:
            guard let uint = UInt64(try text(tag)) else { throw bad(tag) }
            value = .uint(uint)
        case .double:
            guard let double = Double(try text(tag)) else { throw bad(tag) }
            value = .double(double)
        case .string: value = .string(try text(tag))
        case .bytes:
            guard let data = Data(base64Encoded: try text(tag)) else { throw bad(tag) }
            value = .bytes(Array(data))
        case .list: value = .list(try container.decode([TaggedValue].self, forKey: tag).map(\.value))
        case .map:
            let pairs = try container.decode([[TaggedValue]].self, forKey: tag)
            guard pairs.allSatisfy({ $0.count == 2 }) else { throw bad(tag) }
            value = .map(CELMap(pairs.map { (key: $0[0].value, value: $0[1].value) }))
        case .type: value = .type(CELTypeName(try text(tag)))
        case .timestamp:
            let (seconds, nanoseconds) = try instant(tag)
            value = .timestamp(CELTimestamp(unixSeconds: seconds, nanoseconds: nanoseconds))
        case .duration:
            let (seconds, nanoseconds) = try instant(tag)
            value = .duration(CELDuration(seconds: seconds, nanoseconds: nanoseconds))
        case .optional:
            value = .optional(try container.decode(TaggedValue?.self, forKey: tag)?.value)
        }
    }

    func isSame(as other: CELValue) -> Bool { value.isSame(as: other) }
}

extension CELValue {
    /// Equal and of the same type; NaN is the same as NaN, and zero is not the same as minus zero.
    public func isSame(as other: CELValue) -> Bool {
        switch (self, other) {
        case (.double(let left), .double(let right)):
            left.isNaN ? right.isNaN : left == right && left.sign == right.sign
        case (.list(let left), .list(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        case (.map(let left), .map(let right)):
            left.count == right.count
                && left.entries.allSatisfy { entry in right[entry.key].map { entry.value.isSame(as: $0) } ?? false }
        case (.optional(let left), .optional(let right)):
            left.map { left in right.map { left.isSame(as: $0) } ?? false } ?? (right == nil)
        case _: typeName == other.typeName && isEqual(to: other)
        }
    }
}

/// Types as the vectors write them: `map(string, list(int))`.
enum TypeText {
    static func parse(_ text: String) -> CELType {
        let plain: [String: CELType] = [
            "dyn": .dyn, "null_type": .null, "bool": .bool, "int": .int, "uint": .uint, "double": .double,
            "string": .string, "bytes": .bytes, "type": .type, "google.protobuf.Timestamp": .timestamp,
            "google.protobuf.Duration": .duration, "timestamp": .timestamp, "duration": .duration,
        ]
        if let type = plain[text] { return type }
        guard let open = text.firstIndex(of: "("), text.hasSuffix(")") else { return .dyn }
        let arguments = split(text[text.index(after: open)...].dropLast()).map(parse)
        switch (text[..<open], arguments.count) {
        case ("list", 1): return .list(arguments[0])
        case ("map", 2): return .map(key: arguments[0], value: arguments[1])
        case ("optional_type", 1): return .optional(arguments[0])
        case _: return .dyn
        }
    }

    /// At the commas outside of parentheses.
    private static func split(_ text: Substring) -> [String] {
        var parts = [""]
        var depth = 0
        for character in text {
            depth += character == "(" ? 1 : character == ")" ? -1 : 0
            if character == ",", depth == 0 {
                parts.append("")
            } else if !(character == " " && parts[parts.count - 1].isEmpty) {
                parts[parts.count - 1].append(character)
            }
        }
        return parts
    }
}
