/// Fields, elements, calls and enumerations.
extension Checker {
    mutating func typeOfSelection(
        _ id: NodeID, _ operand: NodeID, _ field: String, isOptional: Bool
    ) -> CELType {
        if let type = resolve(id) { return type }
        let operandType = type(of: operand)
        let type = typeOfField(field, of: operandType, at: id)
        if isOptional { return .optional(type) }
        guardedRead(id, operand, field, of: operandType)
        if case .optional = operandType { return .optional(type) }
        return type
    }

    /// Reading an optional field fails where it is absent.
    private mutating func guardedRead(_ id: NodeID, _ operand: NodeID, _ field: String, of type: CELType) {
        guard case .object(let object) = type, object.field(named: field)?.isOptional == true else { return }
        let path = "\(guardPath(of: operand)).\(field)"
        guard !present.contains(path) else { return }
        let text = "\(text(of: operand)).\(field)"
        report("`\(text)` may be absent; ask with `has(\(text))` first", at: id)
    }

    mutating func typeOfField(_ field: String, of type: CELType, at id: NodeID) -> CELType {
        switch type {
        case .object(let object):
            if let field = object.field(named: field) { return field.type }
            let place = fieldRange(field, id)
            report(
                "\(object.name) has no field `\(field)`", range: place, near: field, among: object.fields.map(\.name))
            return .dyn
        // Keys of another type are none of the checker's business: such a field is merely absent.
        case .map(_, let value): return value
        case .optional(let wrapped): return typeOfField(field, of: wrapped, at: id)
        case .dyn, .nothing: return .dyn
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .list, .enumeration:
            report("a value of type \(type) has no field `\(field)`", range: fieldRange(field, id))
            return .dyn
        }
    }

    /// The field's name at the end of `a.b.field`, or all of what is written otherwise.
    private func fieldRange(_ field: String, _ id: NodeID) -> Range<Int> {
        let range = tree[id].range
        var end = range.upperBound
        while end > range.lowerBound, !Lexer.isNamePart(source[end - 1]) { end -= 1 }
        let start = end - field.utf8.count
        guard start >= range.lowerBound, source[start..<end].elementsEqual(field.utf8) else { return range }
        return start..<end
    }

    func text(of id: NodeID) -> String {
        String(decoding: source[tree[id].range], as: UTF8.self)
    }

    mutating func typeOfIndex(
        _ id: NodeID, _ operand: NodeID, _ index: NodeID, isOptional: Bool
    ) -> CELType {
        let operandType = type(of: operand)
        let indexType = type(of: index)
        let (container, isWrapped) =
            if case .optional(let wrapped) = operandType { (wrapped, true) } else { (operandType, false) }
        let element = typeOfElement(id, operand, container, index, indexType, isRead: !isOptional)
        return isOptional || isWrapped ? .optional(element) : element
    }

    private mutating func typeOfElement(
        _ id: NodeID, _ operand: NodeID, _ container: CELType, _ index: NodeID, _ indexType: CELType, isRead: Bool
    ) -> CELType {
        switch container {
        case .list(let element) where indexType.fits(.int): return element
        case .map(let key, let value) where indexType.fits(key):
            compareLiterals(in: index, with: key)
            return value
        case .object where indexType.fits(.string):
            guard let field = tree.stringLiteral(index) else { return .dyn }
            let type = typeOfField(field, of: container, at: index)
            if isRead { guardedRead(id, operand, field, of: container) }
            return type
        case .dyn, .nothing: return .dyn
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .list, .map,
            .optional, .object, .enumeration:
            report("a value of type \(container) has no element at an index of type \(indexType)", at: id)
            return .dyn
        }
    }

    // MARK: Calls

    mutating func typeOfCall(_ id: NodeID, _ name: String, _ target: NodeID?, _ arguments: [NodeID]) -> CELType {
        if let target, let namespaced = namespacedName(name, target) {
            guard let function = FunctionLibrary.byName[namespaced] else {
                return unknownFunction(namespaced, id, arguments, among: FunctionLibrary.functionNames)
            }
            return typeOfCall(id, function, target: nil, arguments)
        }
        guard let function = FunctionLibrary.byName[target == nil ? name : "." + name] else {
            if let target { _ = type(of: target) }
            let known =
                target == nil ? FunctionLibrary.functionNames + ["has"] : FunctionLibrary.methodNames + Self.macros
            return unknownFunction(name, id, arguments, among: known)
        }
        return typeOfCall(id, function, target: target, arguments)
    }

    private static let macros = ["all", "exists", "exists_one", "filter", "map"]

    /// `math.abs`, if `math` is no variable.
    private func namespacedName(_ name: String, _ target: NodeID) -> String? {
        guard let (parts, _) = tree.qualifiedName(of: target), slot(of: parts[0]) == nil,
            FunctionLibrary.namespaces.contains(parts[0]),
            !environment.variables.contains(where: { $0.name == parts[0] })
        else { return nil }
        return parts.joined(separator: ".") + "." + name
    }

    private mutating func unknownFunction(
        _ name: String, _ id: NodeID, _ arguments: [NodeID], among known: [String]
    ) -> CELType {
        for argument in arguments { _ = type(of: argument) }
        plan.callees[id] = .unknown(name)
        report("unknown function `\(name)`", at: id, near: name, among: known)
        return .dyn
    }

    private mutating func typeOfCall(
        _ id: NodeID, _ function: Function, target: NodeID?, _ arguments: [NodeID]
    ) -> CELType {
        let all = (target.map { [$0] } ?? []) + arguments
        var types: [CELType] = []
        for argument in all { types.append(type(of: argument)) }
        plan.callees[id] = .function(function, takesTarget: target != nil)
        if function.name == OptionalFunctions.or || function.name == OptionalFunctions.orValue {
            plan.callees[id] = .alternative(isValue: function.name == OptionalFunctions.orValue)
        }
        prepare(id, function, all)
        return result(of: function.signatures, function.displayName, types, at: id)
    }

    /// Does at compile time what depends on literals only.
    private mutating func prepare(_ id: NodeID, _ function: Function, _ arguments: [NodeID]) {
        guard arguments.count == 2, let literal = tree.stringLiteral(arguments[1]) else { return }
        if function.displayName == "matches" {
            do {
                plan.callees[id] = .regex(try LinearRegex(literal))
            } catch {
                report(error.message, at: arguments[1])
            }
        } else if let part = TimeFunctions.part(named: function.displayName) {
            if let zone = ZoneRules(literal) {
                plan.callees[id] = .zoned(part, zone)
            } else {
                report("there is no time zone `\(literal)`", at: arguments[1])
            }
        }
    }

    // MARK: Enumerations

    /// Reports literals that no value of the type can equal.
    mutating func compareLiterals(in id: NodeID, with type: CELType) {
        switch (tree[id].kind, type) {
        case (.literal(.string(let text)), .enumeration(let enumeration)):
            guard !enumeration.isOpen, !enumeration.values.contains(where: { $0.hasSameBytes(as: text) }) else {
                return
            }
            let values = enumeration.values.prefix(12).map { $0.utf8.isEmpty ? "`\"\"`" : "`\($0)`" }.joined(
                separator: ", ")
            let more = enumeration.values.count > 12 ? ", …" : ""
            report(
                "`\(text)` is not a value of \(enumeration.name), which is one of \(values)\(more)", at: id, near: text,
                among: enumeration.values)
        case (.list(let elements), .list(let element)):
            for literal in elements { compareLiterals(in: literal.value, with: element) }
        case (.conditional(_, let then, let otherwise), _):
            compareLiterals(in: then, with: type)
            compareLiterals(in: otherwise, with: type)
        case _: break
        }
    }
}

extension CELType {
    /// What `in` looks for.
    var elementType: CELType? {
        switch self {
        case .list(let element): element
        case .map(let key, _): key
        case .dyn, .nothing, .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type,
            .optional, .object, .enumeration:
            nil
        }
    }
}
