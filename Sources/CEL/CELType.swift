/// A static type, as far as the checker knows it.
public indirect enum CELType: Hashable, Sendable {
    /// Known only at run time; fits everywhere.
    case dyn
    /// The type of no value: what the elements of `[]` have. Fits everywhere.
    case nothing
    case null, bool, int, uint, double, string, bytes, timestamp, duration
    /// The type of types.
    case type
    case list(CELType)
    case map(key: CELType, value: CELType)
    case optional(CELType)
    /// Declared fields. Values are maps at run time.
    case object(CELObjectType)
    /// One of some strings. Values are strings at run time.
    case enumeration(CELEnumeration)
}

extension CELType: CustomStringConvertible {
    /// As a person would write it; objects and enumerations by their names.
    public var description: String {
        switch self {
        case .dyn, .nothing: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let element): "list(\(element))"
        case .map(let key, let value): "map(\(key), \(value))"
        case .optional(let wrapped): "optional(\(wrapped))"
        case .object(let object): object.name
        case .enumeration(let enumeration): enumeration.name
        }
    }
}

/// A record with declared fields, such as `target`.
public final class CELObjectType: Hashable, Sendable {
    /// For messages.
    public let name: String
    /// In the order of declaration.
    public let fields: [CELField]
    private let positions: [String: Int]

    /// Of fields of one name the first counts.
    public init(name: String, fields: [CELField]) {
        self.name = name
        self.fields = fields
        self.positions = Dictionary(
            fields.enumerated().map { ($0.element.name, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The declaration of a field.
    public func field(named name: String) -> CELField? {
        positions[name].map { fields[$0] }
    }

    /// Same name and fields.
    public static func == (left: CELObjectType, right: CELObjectType) -> Bool {
        left === right || (left.name == right.name && left.fields == right.fields)
    }

    /// Consistent with `==`.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(fields.count)
    }
}

/// One field of an object type.
public struct CELField: Hashable, Sendable {
    /// As written after the dot.
    public let name: String
    /// What the field holds where it is present.
    public let type: CELType
    /// May be absent, so an expression has to ask with `has()` before it reads the field.
    public let isOptional: Bool
    /// How large its value gets.
    public let size: CELSize
    /// One sentence for documentation and completion.
    public let about: String

    /// Required, and of the usual size, unless said otherwise.
    public init(
        _ name: String, _ type: CELType, isOptional: Bool = false, size: CELSize = .usual, about: String
    ) {
        self.name = name
        self.type = type
        self.isOptional = isOptional
        self.size = size
        self.about = about
    }
}

/// Strings of which a value is one.
public struct CELEnumeration: Hashable, Sendable {
    /// For messages.
    public let name: String
    /// In the order in which messages list them.
    public let values: [String]
    /// Other values may occur, so comparing with one is no mistake.
    public let isOpen: Bool

    /// Closed unless said otherwise.
    public init(name: String, values: [String], isOpen: Bool = false) {
        self.name = name
        self.values = values
        self.isOpen = isOpen
    }
}

/// A declared fact.
public struct CELVariable: Hashable, Sendable {
    /// An identifier, which may be qualified: `a.b`.
    public let name: String
    /// What it holds.
    public let type: CELType
    /// How large its value gets.
    public let size: CELSize
    /// One sentence for documentation and completion.
    public let about: String

    /// Declares a fact, of the usual size unless said otherwise.
    public init(_ name: String, _ type: CELType, size: CELSize = .usual, about: String) {
        self.name = name
        self.type = type
        self.size = size
        self.about = about
    }
}
