/// Finds out what the names of an expression stand for and whether its types agree.
///
/// In an unchecked environment it finds the names only, and what is wrong shows at run time.
struct Checker {
    /// Who has this many does not read on; and each one takes a search for suggestions.
    private static let issueLimit = 64

    let environment: CELEnvironment
    let source: [UInt8]
    let tree: SyntaxTree
    var plan: Plan
    var issues: [CELIssue] = []
    /// Variables of loops and bindings, innermost last.
    var locals: [(name: String, type: CELType)] = []
    /// Paths that were found present before an expression is read; see `Guards.swift`.
    var present: Set<String> = []
    private let variables: [String: CELVariable]

    init(_ tree: SyntaxTree, source: String, in environment: CELEnvironment) {
        self.tree = tree
        self.source = Array(source.utf8)
        self.environment = environment
        plan = Plan(nodeCount: tree.nodes.count)
        variables = Dictionary(
            environment.variables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    mutating func checkAll(expecting: CELType?) -> CELType {
        let type = type(of: tree.root)
        if let expecting, !type.fits(expecting) {
            report("a value of type \(expecting) is expected here, not one of type \(type)", at: tree.root)
        } else if let expecting {
            compareLiterals(in: tree.root, with: expecting)
        }
        return environment.isChecked ? type.settled : .dyn
    }

    mutating func report(_ message: String, at id: NodeID, near word: String? = nil, among known: [String] = []) {
        report(message, range: tree[id].range, near: word, among: known)
    }

    mutating func report(_ message: String, range: Range<Int>, near word: String? = nil, among known: [String] = []) {
        guard environment.isChecked, issues.count < Self.issueLimit else { return }
        let suggestion = word.flatMap { Spelling.nearest($0, among: known) }
        issues.append(CELIssue(message: message, range: range, suggestion: suggestion))
    }

    // MARK: Nodes

    /// After an issue the type is dyn, so that one mistake is reported once.
    mutating func type(of id: NodeID) -> CELType {
        switch tree[id].kind {
        case .literal(let value): return literalType(value)
        case .name(let name, _): return typeOfName(name, id)
        case .select(let operand, let field, let isOptional):
            return typeOfSelection(id, operand, field, isOptional: isOptional)
        case .presence(let operand, let field):
            _ = typeOfField(field, of: type(of: operand), at: id)
            return .bool
        case .index(let operand, let index, let isOptional):
            return typeOfIndex(id, operand, index, isOptional: isOptional)
        case .call(let name, let target, let arguments): return typeOfCall(id, name, target, arguments)
        case .unary(let operation, let operand):
            let operand = type(of: operand)
            return result(of: operation.signatures, operation.rawValue, [operand], at: id)
        case .binary(let operation, let left, let right): return typeOfBinary(id, operation, left, right)
        case .every(let operands):
            return guarded(by: operands.map { guards(when: true, $0) }) { $0.requireAll(operands, "&&") }
        case .any(let operands):
            return guarded(by: operands.map { guards(when: false, $0) }) { $0.requireAll(operands, "||") }
        case .conditional(let condition, let then, let otherwise):
            return typeOfConditional(id, condition, then, otherwise)
        case .list(let elements): return typeOfList(elements)
        case .map(let entries): return typeOfMap(entries)
        case .comprehension(let loop): return typeOfLoop(loop)
        case .bind(let name, let value, let body):
            let value = type(of: value)
            return scoped([(name, value)]) { $0.type(of: body) }
        case .optionalMap(let operand, let name, let body, let isFlat):
            return typeOfOptionalMap(operand, name, body, isFlat: isFlat)
        }
    }

    private func literalType(_ value: CELValue) -> CELType {
        switch value {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        case .list, .map, .timestamp, .duration, .type, .optional: .dyn
        }
    }

    /// Evaluates to bool whatever comes of the operands.
    private mutating func requireAll(_ operands: [NodeID], _ operation: String) -> CELType {
        for operand in operands { require(.bool, operand, "`\(operation)`") }
        return .bool
    }

    private mutating func require(_ wanted: CELType, _ id: NodeID, _ place: String) {
        let type = type(of: id)
        guard !type.fits(wanted) else { return }
        report("\(place) takes values of type \(wanted), not \(type)", at: id)
    }

    mutating func result(
        of signatures: [Signature], _ name: String, _ arguments: [CELType], at id: NodeID
    ) -> CELType {
        if let result = Signature.result(of: signatures, for: arguments) { return result }
        let types = arguments.map(\.description).joined(separator: ", ")
        report("`\(name)` does not take (\(types))", at: id)
        return .dyn
    }

    private mutating func typeOfBinary(
        _ id: NodeID, _ operation: BinaryOperator, _ left: NodeID, _ right: NodeID
    ) -> CELType {
        let leftType = type(of: left)
        let rightType = type(of: right)
        switch operation {
        case .equal, .notEqual:
            guard leftType.fits(rightType) else {
                report("a value of type \(leftType) is never equal to one of type \(rightType)", at: id)
                return .bool
            }
            compareLiterals(in: right, with: leftType)
            compareLiterals(in: left, with: rightType)
        case .membership:
            compareLiterals(in: right, with: .list(leftType))
            if let element = rightType.elementType { compareLiterals(in: left, with: element) }
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            for case .enumeration(let enumeration) in [leftType, rightType] {
                report("the values of \(enumeration.name) have no order; compare with `==` or `in`", at: id)
                return .bool
            }
        case .add, .subtract, .multiply, .divide, .remainder: break
        }
        return result(of: operation.signatures, operation.rawValue, [leftType, rightType], at: id)
    }

    private mutating func typeOfConditional(
        _ id: NodeID, _ condition: NodeID, _ then: NodeID, _ otherwise: NodeID
    ) -> CELType {
        require(.bool, condition, "the condition of `?`")
        let thenType = guarded(by: [guards(when: true, condition)]) { $0.type(of: then) }
        let otherwiseType = guarded(by: [guards(when: false, condition)]) { $0.type(of: otherwise) }
        guard thenType.fits(otherwiseType) else {
            report("the branches of `?` have different types, \(thenType) and \(otherwiseType)", at: id)
            return .dyn
        }
        return thenType.joined(with: otherwiseType)
    }

    private mutating func typeOfList(_ elements: [SyntaxNode.ListElement]) -> CELType {
        var joined = CELType.nothing
        for element in elements {
            let type = type(of: element.value)
            joined = joined.joined(with: element.isOptional ? unwrapped(type, element.value) : type)
        }
        return .list(joined)
    }

    private mutating func typeOfMap(_ entries: [SyntaxNode.MapEntry]) -> CELType {
        var keys = CELType.nothing
        var values = CELType.nothing
        for entry in entries {
            let key = type(of: entry.key)
            let isAllowed = [CELType.bool, .int, .uint, .string].contains { key.fits($0) }
            if !isAllowed { report("a value of type \(key) cannot be a key", at: entry.key) }
            keys = keys.joined(with: key)
            let value = type(of: entry.value)
            values = values.joined(with: entry.isOptional ? unwrapped(value, entry.value) : value)
        }
        return .map(key: keys, value: values)
    }

    private mutating func unwrapped(_ type: CELType, _ id: NodeID) -> CELType {
        switch type {
        case .optional(let wrapped): return wrapped
        case .dyn, .nothing: return type
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .list, .map, .object,
            .enumeration:
            report("an optional is expected here, not a value of type \(type)", at: id)
            return .dyn
        }
    }

    // MARK: Loops and bindings

    private mutating func scoped(
        _ variables: [(name: String, type: CELType)], _ check: (inout Checker) -> CELType
    ) -> CELType {
        locals += variables
        defer { locals.removeLast(variables.count) }
        return check(&self)
    }

    private mutating func typeOfLoop(_ loop: Comprehension) -> CELType {
        let rangeType = type(of: loop.range)
        let (key, value) = loopTypes(rangeType, loop.range)
        let isList = if case .map = rangeType { false } else { true }
        let types = loop.variables.count == 2 ? [key, value] : [isList ? value : key]
        return scoped(Array(zip(loop.variables, types).map { (name: $0, type: $1) })) { checker in
            if let condition = loop.condition {
                checker.require(.bool, condition, "the condition of `\(loop.form.rawValue)`")
            }
            switch loop.form {
            case .all, .exists, .existsOne, .filter:
                checker.require(.bool, loop.body, "`\(loop.form.rawValue)`")
                return loop.form == .filter ? .list(types[0]) : .bool
            case .map, .transformList: return .list(checker.type(of: loop.body))
            case .transformMap: return .map(key: key, value: checker.type(of: loop.body))
            case .transformMapEntry:
                checker.require(.map(key: .dyn, value: .dyn), loop.body, "`transformMapEntry`")
                return .map(key: .dyn, value: .dyn)
            }
        }
    }

    private mutating func loopTypes(_ range: CELType, _ id: NodeID) -> (key: CELType, value: CELType) {
        switch range {
        case .list(let element): return (.int, element)
        case .map(let key, let value): return (key, value)
        case .dyn, .nothing: return (.dyn, .dyn)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .optional, .object,
            .enumeration:
            report("only lists and maps can be looped over, not a value of type \(range)", at: id)
            return (.dyn, .dyn)
        }
    }

    private mutating func typeOfOptionalMap(
        _ operand: NodeID, _ name: String, _ body: NodeID, isFlat: Bool
    ) -> CELType {
        let wrapped = unwrapped(type(of: operand), operand)
        let type = scoped([(name, wrapped)]) { $0.type(of: body) }
        return isFlat ? .optional(unwrapped(type, body)) : .optional(type)
    }

    // MARK: Names

    private mutating func typeOfName(_ name: String, _ id: NodeID) -> CELType {
        if let type = resolve(id) { return type }
        let known = locals.map(\.name) + environment.variables.map(\.name)
        report("unknown name `\(name)`", at: id, near: name, among: known)
        return .dyn
    }

    /// The place of the innermost variable of that name.
    func slot(of name: String) -> Int? {
        locals.lastIndex { $0.name == name }
    }

    /// Notes what a chain of names stands for; nil if it stands for nothing as a whole.
    mutating func resolve(_ id: NodeID) -> CELType? {
        guard let (parts, isAbsolute) = tree.qualifiedName(of: id) else { return nil }
        if !isAbsolute, let slot = slot(of: parts[0]) {
            guard parts.count == 1 else { return nil }
            plan.references[id] = .local(slot)
            return locals[slot].type
        }
        let written = parts.joined(separator: ".")
        let candidates = isAbsolute ? [written] : environment.candidates(for: written)
        let type = TypeConstants.names.contains(written) ? CELTypeName(written) : nil
        guard environment.isChecked else {
            plan.references[id] = .global(names: candidates, type: type)
            return parts.count == 1 ? .dyn : nil
        }
        if let name = candidates.first(where: { variables[$0] != nil }), let variable = variables[name] {
            plan.references[id] = .global(names: [name], type: nil)
            return variable.type
        }
        guard type != nil else { return nil }
        plan.references[id] = .global(names: [], type: type)
        return .type
    }
}

extension CELEnvironment {
    /// A name in the container, then in the namespaces around it, then alone.
    fileprivate func candidates(for name: String) -> [String] {
        var parts = container.split(separator: ".")
        var names: [String] = []
        while !parts.isEmpty {
            names.append(parts.joined(separator: ".") + "." + name)
            parts.removeLast()
        }
        return names + [name]
    }
}
