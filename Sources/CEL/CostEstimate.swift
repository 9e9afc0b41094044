/// What an expression costs at most, for facts of their declared sizes.
///
/// It walks the tree as the evaluator does and charges what the evaluator would: one for each visit of a sub-expression, and
/// what the functions and operators charge for values of the largest size. A loop is charged the largest count of its range
/// times its body; of the branches of `?` the dearer one; both operands of `&&` and `||`, as if nothing were decided early.
struct CostEstimate {
    private let tree: SyntaxTree
    private let plan: Plan
    private let variables: [String: CELVariable]
    /// What the variables of loops and bindings in scope can be.
    private var locals: [Extent] = []
    /// Of one evaluation of each node, what is below it included.
    private var costs: [Int]

    init(_ tree: SyntaxTree, _ plan: Plan, in environment: CELEnvironment) {
        self.tree = tree
        self.plan = plan
        variables = Dictionary(
            environment.variables.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        costs = Array(repeating: 0, count: tree.nodes.count)
        _ = extent(of: tree.root)
    }

    var total: Int { costs[tree.root] }

    /// What makes the expression too dear, with its cost: the smallest part that is too dear by itself.
    func excess(over limit: Int) -> (range: Range<Int>, cost: Int)? {
        guard total > limit else { return nil }
        var id = tree.root
        while let dear = tree[id].kind.children.first(where: { costs[$0] > limit }) { id = dear }
        return (tree[id].range, costs[id])
    }

    // MARK: Nodes

    private mutating func extent(of id: NodeID) -> Extent {
        let extent = visit(id)
        costs[id] = costs[id].saturatingPlus(1)
        return extent
    }

    private mutating func charge(_ cost: Int, to id: NodeID) {
        costs[id] = costs[id].saturatingPlus(cost)
    }

    /// The extent of a part, which is evaluated `times` as often as `id` is.
    private mutating func part(_ part: NodeID, of id: NodeID, times: Int = 1) -> Extent {
        let extent = extent(of: part)
        charge(costs[part].saturatingTimes(times), to: id)
        return extent
    }

    private mutating func visit(_ id: NodeID) -> Extent {
        if let extent = referenced(id) { return extent }
        switch tree[id].kind {
        case .literal(let value): return Extent(value)
        case .name: return .small
        case .select(let operand, let field, _): return part(operand, of: id).field(field)
        case .presence(let operand, _), .unary(_, let operand):
            _ = part(operand, of: id)
            return .small
        case .index(let operand, let index, _):
            let container = part(operand, of: id)
            _ = part(index, of: id)
            return tree.stringLiteral(index).map { container.field($0) } ?? container.element
        case .call(_, let target, let arguments): return call(id, target, arguments)
        case .binary(let operation, let left, let right):
            let (left, right) = (part(left, of: id), part(right, of: id))
            return apply(operation, left, right, at: id)
        case .every(let operands), .any(let operands):
            for operand in operands { _ = part(operand, of: id) }
            return .small
        case .conditional(let condition, let then, let otherwise):
            _ = part(condition, of: id)
            let joined = extent(of: then).joined(with: extent(of: otherwise))
            charge(max(costs[then], costs[otherwise]), to: id)
            return joined
        case .list(let elements):
            let parts = elements.map { part($0.value, of: id) }
            return .list(elements.count, of: parts.reduce(.small) { $0.joined(with: $1) })
        case .map(let entries):
            let parts = entries.flatMap { [part($0.key, of: id), part($0.value, of: id)] }
            return .map(entries.count, of: parts.reduce(.small) { $0.joined(with: $1) })
        case .comprehension(let loop): return run(loop, at: id)
        case .bind(_, let value, let body):
            let bound = part(value, of: id)
            return with([bound]) { $0.part(body, of: id) }
        case .optionalMap(let operand, _, let body, _):
            let wrapped = part(operand, of: id)
            return with([wrapped]) { $0.part(body, of: id) }
        }
    }

    private func referenced(_ id: NodeID) -> Extent? {
        switch plan.references[id] {
        case .local(let slot): return locals.indices.contains(slot) ? locals[slot] : .small
        case .global(let names, let type):
            if let variable = names.lazy.compactMap({ variables[$0] }).first {
                return Extent(variable.type, variable.size)
            }
            // Nobody declared it: a name, or a field of what another name stands for.
            guard case .name = tree[id].kind, type == nil else { return type.map { _ in .small } }
            return Extent(.dyn, .usual)
        case nil: return nil
        }
    }

    private mutating func with(_ bound: [Extent], _ visit: (inout CostEstimate) -> Extent) -> Extent {
        locals += bound
        defer { locals.removeLast(bound.count) }
        return visit(&self)
    }

    private mutating func apply(
        _ operation: BinaryOperator, _ left: Extent, _ right: Extent, at id: NodeID
    ) -> Extent {
        switch operation {
        case .add:
            let bytes = left.bytes.saturatingPlus(right.bytes)
            let count = left.count.saturatingPlus(right.count)
            charge((bytes / Budget.bytesPerStep).saturatingPlus(count), to: id)
            var sum = left.joined(with: right)
            (sum.bytes, sum.count) = (bytes, count)
            return sum
        case .equal, .notEqual: charge(left.comparison, to: id)
        case .membership:
            if !right.isMap { charge(right.count.saturatingTimes(left.comparison.saturatingPlus(1)), to: id) }
        case .less, .lessOrEqual, .greater, .greaterOrEqual: charge(left.bytes / Budget.bytesPerStep, to: id)
        case .subtract, .multiply, .divide, .remainder: break
        }
        return .small
    }

    // MARK: Loops and calls

    private mutating func run(_ loop: Comprehension, at id: NodeID) -> Extent {
        let range = part(loop.range, of: id)
        // The index of a list is small, but whether it is a list is not always known.
        let variables = loop.variables.map { _ in range.element }
        return with(variables) { estimate in
            if let condition = loop.condition { _ = estimate.part(condition, of: id, times: range.count) }
            let body = estimate.part(loop.body, of: id, times: range.count)
            switch loop.form {
            case .all, .exists, .existsOne: return .small
            case .filter: return .list(range.count, of: range.element)
            case .map, .transformList: return .list(range.count, of: body)
            case .transformMap: return .map(range.count, of: body.joined(with: range.element))
            case .transformMapEntry:
                let count = range.count.saturatingTimes(body.count)
                estimate.charge(count, to: id)
                return .map(count, of: body.element)
            }
        }
    }

    private mutating func call(_ id: NodeID, _ target: NodeID?, _ arguments: [NodeID]) -> Extent {
        switch plan.callees[id] {
        case .function(let function, let takesTarget):
            let operands = (takesTarget ? target.map { [$0] } ?? [] : []) + arguments
            let (cost, result) = CallCost.estimate(function.name, operands.map { part($0, of: id) }) ?? (0, .small)
            charge(cost, to: id)
            return result
        case .regex:
            guard let subject = target ?? arguments.first else { return .small }
            charge(part(subject, of: id).bytes / Budget.bytesPerStep, to: id)
            return .small
        case .zoned:
            if let target { _ = part(target, of: id) }
            return .small
        case .alternative:
            let operands = (target.map { [$0] } ?? []) + arguments
            return operands.map { part($0, of: id) }.reduce(.small) { $0.joined(with: $1) }
        case .unknown, nil: return .small
        }
    }
}
