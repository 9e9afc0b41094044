/// How an expression came to its value: the value of each sub-expression, in source order, outermost first.
///
/// Left out is what explains nothing: literals, the beginnings of longer paths (`target` in `target.environment`), and
/// the bodies of loops, which have a value for each element.
public struct CELExplanation: Sendable {
    /// One sub-expression.
    public struct Step: Sendable {
        /// As written.
        public let text: String
        /// UTF-8 byte offsets in the source.
        public let range: Range<Int>
        /// What came of it.
        public let outcome: Outcome
    }

    /// What came of a sub-expression.
    public enum Outcome: Sendable {
        case value(CELValue)
        case failed(CELError)
        /// The rest of the expression made it unnecessary.
        case notEvaluated
    }

    /// In source order, outermost first.
    public let steps: [Step]
    /// What came of the whole expression.
    public let result: Result<CELValue, CELError>

    init(source: String, tree: SyntaxTree, outcomes: [Outcome], result: Result<CELValue, CELError>) {
        var ids: [NodeID] = []
        tree.gatherSteps(tree.root, into: &ids)
        ids.sort { left, right in
            let (left, right) = (tree[left].range, tree[right].range)
            return (left.lowerBound, right.upperBound) < (right.lowerBound, left.upperBound)
        }
        let bytes = Array(source.utf8)
        steps = ids.map { id in
            let range = tree[id].range
            return Step(text: String(decoding: bytes[range], as: UTF8.self), range: range, outcome: outcomes[id])
        }
        self.result = result
    }
}

extension SyntaxTree {
    fileprivate func gatherSteps(_ id: NodeID, into ids: inout [NodeID]) {
        switch self[id].kind {
        case .literal: return
        case .comprehension(let loop):
            ids.append(id)
            gatherSteps(loop.range, into: &ids)
        case .select(let operand, _, _), .presence(let operand, _):
            ids.append(id)
            gatherSteps(beyondPath: operand, into: &ids)
        case .index(let operand, let index, _):
            ids.append(id)
            gatherSteps(beyondPath: operand, into: &ids)
            gatherSteps(index, into: &ids)
        case .call(_, let target, let arguments):
            ids.append(id)
            // The target of `math.abs(x)` is no value.
            if let target, !isNamespace(target) { gatherSteps(target, into: &ids) }
            for argument in arguments { gatherSteps(argument, into: &ids) }
        case .name, .unary, .binary, .every, .any, .conditional, .list, .map, .bind, .optionalMap:
            ids.append(id)
            for child in self[id].kind.children { gatherSteps(child, into: &ids) }
        }
    }

    private func gatherSteps(beyondPath id: NodeID, into ids: inout [NodeID]) {
        switch self[id].kind {
        case .name: return
        case .select(let operand, _, _): gatherSteps(beyondPath: operand, into: &ids)
        case .literal, .presence, .index, .call, .unary, .binary, .every, .any, .conditional, .list, .map,
            .comprehension, .bind, .optionalMap:
            gatherSteps(id, into: &ids)
        }
    }

    private func isNamespace(_ id: NodeID) -> Bool {
        guard case .name(let name, _) = self[id].kind else { return false }
        return FunctionLibrary.namespaces.contains(name)
    }
}
