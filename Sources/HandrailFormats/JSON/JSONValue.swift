/// A JSON document as a small tree, for what is not on the alert path.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// Written as `null` where it is not finite, since JSON has no such number.
    case fraction(Double)
    case string(String)
    case array([JSONValue])
    /// In the order of the document. Names that occur twice are kept twice.
    case object([Member])

    public struct Member: Hashable, Sendable {
        public let name: String
        public let value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value of the first member with this name, or nil where there is none or this is not an object.
    public subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    /// - Parameter maximumValues: how many values and names the tree may have; a text with more is an error.
    public init(parsing bytes: UnsafeBufferPointer<UInt8>, maximumValues: Int = 1_000_000) throws(JSONError) {
        var reader = JSONReader(bytes)
        var allowance = maximumValues
        self = try Self.value(from: &reader, allowance: &allowance)
        try reader.finish()
    }

    public init(parsing bytes: [UInt8], maximumValues: Int = 1_000_000) throws(JSONError) {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) in try JSONValue(parsing: buffer, maximumValues: maximumValues) }
        }
        self = try result.get()
    }

    public init(parsing text: String, maximumValues: Int = 1_000_000) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), maximumValues: maximumValues)
    }

    /// The recursion is bounded by the reader's maximum depth.
    private static func value(from reader: inout JSONReader, allowance: inout Int) throws(JSONError) -> JSONValue {
        allowance -= 1
        guard allowance >= 0 else { throw reader.failure("the document has too many values") }
        switch try reader.nextKind() {
        case .object: return .object(try members(from: &reader, allowance: &allowance))
        case .array: return .array(try elements(from: &reader, allowance: &allowance))
        case .string: return .string(try reader.readString())
        case .bool: return .bool(try reader.readBool())
        case .number:
            switch try reader.readNumber() {
            case .integer(let value): return .integer(value)
            case .fraction(let value): return .fraction(value)
            }
        case .null:
            try reader.readNull()
            return .null
        }
    }

    private static func members(from reader: inout JSONReader, allowance: inout Int) throws(JSONError) -> [Member] {
        try reader.beginObject()
        var members: [Member] = []
        while let name = try reader.nextKey() {
            members.append(Member(name.string, try value(from: &reader, allowance: &allowance)))
        }
        return members
    }

    private static func elements(from reader: inout JSONReader, allowance: inout Int) throws(JSONError) -> [JSONValue] {
        try reader.beginArray()
        var elements: [JSONValue] = []
        while try reader.nextElement() {
            elements.append(try value(from: &reader, allowance: &allowance))
        }
        return elements
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByNilLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .fraction(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(nilLiteral: ()) { self = .null }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}
