/// A program of the common shape: comparisons of a path with literals, `in` a list of literals, `has`, `size`, facts that
/// are true or false, and `&&`, `||` and `!` of these.
indirect enum Formula {
    case every([Formula])
    case any([Formula])
    case not(Formula)
    case question(SlotTest.Question, SlotSubject, Literal)

    /// What a slot is compared with.
    enum Literal {
        case text(String)
        case number(Double)
        case bool(Bool)
        /// For `has`, which compares with nothing.
        case none

        var kind: Slot.Kind {
            switch self {
            case .text: .text
            case .number: .number
            case .bool: .bool
            case .none: .absent
            }
        }
    }
}

/// What a slot holds: a value, or its size. Equal for equal names, wherever they are written.
struct SlotSubject: Hashable {
    let path: FactPath
    let aspect: SlotReader.Aspect

    static func == (left: SlotSubject, right: SlotSubject) -> Bool {
        left.aspect == right.aspect && left.path.names.count == right.path.names.count
            && zip(left.path.names, right.path.names).allSatisfy { $0.hasSameBytes(as: $1) }
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(aspect)
        for name in path.names { hasher.combine(PackedKey(name)) }
    }
}

/// Reads formulas off a syntax tree. Nil is the answer to any other shape.
struct FormulaReader {
    let tree: SyntaxTree
    let plan: Plan

    func formula(_ id: NodeID) -> Formula? {
        switch tree[id].kind {
        case .name, .select, .index: subject(id).map { .question(.holds, $0, .bool(true)) }
        case .presence(let operand, let field):
            path(operand).map { .question(.isPresent, SlotSubject(path: $0.appending(field), aspect: .value), .none) }
        case .unary(.not, let operand): formula(operand).map { .not($0) }
        case .binary(.membership, let element, let list): membership(element, list)
        case .binary(let operation, let left, let right): comparison(operation, left, right)
        case .every(let operands): formulas(operands).map { .every($0) }
        case .any(let operands): formulas(operands).map { .any($0) }
        case .literal, .unary, .call, .conditional, .list, .map, .comprehension, .bind, .optionalMap: nil
        }
    }

    private func formulas(_ ids: [NodeID]) -> [Formula]? {
        var formulas: [Formula] = []
        for id in ids {
            guard let formula = formula(id) else { return nil }
            formulas.append(formula)
        }
        return formulas
    }

    private func comparison(_ operation: BinaryOperator, _ left: NodeID, _ right: NodeID) -> Formula? {
        guard let question = SlotTest.Question(operation) else { return nil }
        if let subject = subject(left), let literal = literal(right) { return .question(question, subject, literal) }
        if let subject = subject(right), let literal = literal(left) {
            return .question(question.flipped, subject, literal)
        }
        return nil
    }

    private func membership(_ element: NodeID, _ list: NodeID) -> Formula? {
        guard let subject = subject(element), case .list(let elements) = tree[list].kind, !elements.isEmpty else {
            return nil
        }
        var questions: [Formula] = []
        for element in elements {
            guard !element.isOptional, let literal = literal(element.value) else { return nil }
            questions.append(.question(.equal, subject, literal))
        }
        return .any(questions)
    }

    private func literal(_ id: NodeID) -> Formula.Literal? {
        guard case .literal(let value) = tree[id].kind else { return nil }
        switch value {
        case .string(let text): return .text(text)
        case .bool(let bool): return .bool(bool)
        case .int, .uint, .double:
            let slot = Slot(value)
            return slot.kind == .number ? .number(slot.number) : nil
        case .null, .bytes, .list, .map, .timestamp, .duration, .type, .optional: return nil
        }
    }

    private func subject(_ id: NodeID) -> SlotSubject? {
        if let path = path(id) { return SlotSubject(path: path, aspect: .value) }
        guard case .call(_, let target, let arguments) = tree[id].kind,
            case .function(let function, let takesTarget) = plan.callees[id], function.displayName == "size",
            let measured = takesTarget ? target : arguments.first, arguments.count == (takesTarget ? 0 : 1)
        else { return nil }
        return path(measured).map { SlotSubject(path: $0, aspect: .size) }
    }

    /// A fact, and fields of it as `.field` or `["field"]`.
    private func path(_ id: NodeID) -> FactPath? {
        var names: [String] = []
        var node = id
        while true {
            switch (tree[node].kind, plan.references[node]) {
            case (.name, .global(let candidates, type: nil)) where candidates.count == 1:
                return FactPath(names: candidates + names.reversed())
            case (.select(let operand, let field, isOptional: false), nil):
                names.append(field)
                node = operand
            case (.index(let operand, let index, isOptional: false), _):
                guard let field = tree.stringLiteral(index) else { return nil }
                names.append(field)
                node = operand
            case _: return nil
            }
        }
    }
}

extension SlotTest.Question {
    fileprivate init?(_ operation: BinaryOperator) {
        switch operation {
        case .equal: self = .equal
        case .notEqual: self = .notEqual
        case .less: self = .less
        case .lessOrEqual: self = .lessOrEqual
        case .greater: self = .greater
        case .greaterOrEqual: self = .greaterOrEqual
        case .multiply, .divide, .remainder, .add, .subtract, .membership: return nil
        }
    }

    /// The same question with its sides exchanged.
    fileprivate var flipped: SlotTest.Question {
        switch self {
        case .less: .greater
        case .lessOrEqual: .greaterOrEqual
        case .greater: .less
        case .greaterOrEqual: .lessOrEqual
        case .equal, .notEqual, .holds, .isPresent: self
        }
    }
}
