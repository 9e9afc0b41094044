/// How static types relate. What is only known at run time fits everything.
extension CELType {
    /// Whether a value of this type may stand where `other` is wanted.
    func fits(_ other: CELType) -> Bool {
        switch (self, other) {
        case (.dyn, _), (.nothing, _), (_, .dyn), (_, .nothing): return true
        case (.list(let left), .list(let right)), (.optional(let left), .optional(let right)):
            return left.fits(right)
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return leftKey.fits(rightKey) && leftValue.fits(rightValue)
        case (.enumeration, .string), (.string, .enumeration), (.enumeration, .enumeration): return true
        case (.object(let object), .map(let key, let value)), (.map(let key, let value), .object(let object)):
            return CELType.string.fits(key) && object.fields.allSatisfy { $0.type.fits(value) }
        // CEL lets null stand for an absent message, time, span or optional.
        case (.null, let type), (let type, .null): return type == .null || type.isNullable
        case _: return self == other
        }
    }

    private var isNullable: Bool {
        switch self {
        case .object, .timestamp, .duration, .optional: true
        case .dyn, .nothing, .null, .bool, .int, .uint, .double, .string, .bytes, .type, .list, .map, .enumeration:
            false
        }
    }

    /// The narrowest type that both fit, as a whole: lists of unlike elements have no common list type.
    func joined(with other: CELType) -> CELType {
        guard fits(other) else { return .dyn }
        switch (self, other) {
        case (.nothing, let type), (let type, .nothing): return type
        case (.list(let left), .list(let right)): return .list(left.joined(with: right))
        case (.optional(let left), .optional(let right)): return .optional(left.joined(with: right))
        case (.map(let leftKey, let leftValue), .map(let rightKey, let rightValue)):
            return .map(key: leftKey.joined(with: rightKey), value: leftValue.joined(with: rightValue))
        case (.null, let type) where type.isNullable: return type
        case (let type, .null) where type.isNullable: return type
        case _ where self == other: return self
        case (.enumeration, .string), (.string, .enumeration), (.enumeration, .enumeration): return .string
        case _: return .dyn
        }
    }

    /// With nothing left open.
    var settled: CELType {
        switch self {
        case .nothing: .dyn
        case .list(let element): .list(element.settled)
        case .map(let key, let value): .map(key: key.settled, value: value.settled)
        case .optional(let wrapped): .optional(wrapped.settled)
        case .dyn, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .object,
            .enumeration:
            self
        }
    }
}

/// A parameter's type in a signature, in which `a` and `b` stand for any type, the same at each place.
indirect enum TypePattern: Sendable {
    case exactly(CELType)
    case a, b
    case list(TypePattern)
    case map(TypePattern, TypePattern)
    case optional(TypePattern)

    static let dyn = exactly(.dyn)
    static let null = exactly(.null)
    static let bool = exactly(.bool)
    static let int = exactly(.int)
    static let uint = exactly(.uint)
    static let double = exactly(.double)
    static let string = exactly(.string)
    static let bytes = exactly(.bytes)
    static let timestamp = exactly(.timestamp)
    static let duration = exactly(.duration)
    static let type = exactly(.type)
}

/// One way to call a function. The receiver of a method is its first parameter.
struct Signature: Sendable {
    let parameters: [TypePattern]
    let result: TypePattern
    /// The last parameter may be repeated.
    let isVariadic: Bool

    init(_ parameters: [TypePattern], _ result: TypePattern, isVariadic: Bool = false) {
        self.parameters = parameters
        self.result = result
        self.isVariadic = isVariadic
    }

    /// The result type, or nil if the arguments do not fit.
    func result(for arguments: [CELType]) -> CELType? {
        let isEnough = arguments.count >= parameters.count
        guard isEnough, isVariadic || arguments.count == parameters.count else { return nil }
        var bindings = TypeBindings()
        for (offset, argument) in arguments.enumerated() {
            guard bindings.match(parameters[min(offset, parameters.count - 1)], argument) else { return nil }
        }
        return bindings.type(of: result)
    }

    /// The result type if all signatures that fit agree on it, dyn if they do not, nil if none fits.
    static func result(of signatures: [Signature], for arguments: [CELType]) -> CELType? {
        var result: CELType?
        for signature in signatures {
            guard let other = signature.result(for: arguments) else { continue }
            guard let known = result else {
                result = other
                continue
            }
            result = known == other ? known : .dyn
        }
        return result
    }
}

/// What `a` and `b` stand for while one signature is tried.
private struct TypeBindings {
    var a: CELType?
    var b: CELType?

    mutating func match(_ pattern: TypePattern, _ type: CELType) -> Bool {
        switch (pattern, type) {
        case (.exactly(let wanted), _): return type.fits(wanted)
        case (.a, _): return Self.bind(&a, type)
        case (.b, _): return Self.bind(&b, type)
        case (_, .dyn), (_, .nothing): return true
        case (.list(let element), .list(let type)): return match(element, type)
        case (.optional(let wrapped), .optional(let type)): return match(wrapped, type)
        case (.map(let key, let value), .map(let keyType, let valueType)):
            return match(key, keyType) && match(value, valueType)
        case (.map(let key, let value), .object): return match(key, .string) && match(value, .dyn)
        case (.list, _), (.map, _), (.optional, _): return false
        }
    }

    private static func bind(_ variable: inout CELType?, _ type: CELType) -> Bool {
        guard let known = variable else {
            variable = type
            return true
        }
        guard type.fits(known) else { return false }
        variable = known.joined(with: type)
        return true
    }

    func type(of pattern: TypePattern) -> CELType {
        switch pattern {
        case .exactly(let type): type
        case .a: a ?? .nothing
        case .b: b ?? .nothing
        case .list(let element): .list(type(of: element))
        case .map(let key, let value): .map(key: type(of: key), value: type(of: value))
        case .optional(let wrapped): .optional(type(of: wrapped))
        }
    }
}
