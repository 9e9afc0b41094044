/// Which optional fields are known to be present where.
///
/// In `has(x.f) && x.f == 1` the second operand decides nothing where the field is absent: CEL's `&&` gives false if one
/// operand is false, whatever the other, in either order.
extension Checker {
    mutating func guarded(by guards: [Set<String>], _ check: (inout Checker) -> CELType) -> CELType {
        let outer = present
        defer { present = outer }
        for paths in guards { present.formUnion(paths) }
        return check(&self)
    }

    /// Paths that are present if the expression comes to `outcome`.
    func guards(when outcome: Bool, _ id: NodeID) -> Set<String> {
        switch tree[id].kind {
        case .presence(let operand, let field) where outcome:
            return prefixes(of: operand).union(["\(guardPath(of: operand)).\(field)"])
        case .binary(.membership, let key, let map) where outcome:
            guard let field = tree.stringLiteral(key) else { return [] }
            return ["\(guardPath(of: map)).\(field)"]
        case .unary(.not, let operand): return guards(when: !outcome, operand)
        case .every(let operands) where outcome, .any(let operands) where !outcome:
            return operands.reduce(into: []) { $0.formUnion(guards(when: outcome, $1)) }
        case .literal, .name, .select, .presence, .index, .call, .unary, .binary, .every, .any, .conditional, .list,
            .map, .comprehension, .bind, .optionalMap:
            return []
        }
    }

    /// `has(a.b.c)` is only true if `a.b` could be read.
    private func prefixes(of id: NodeID) -> Set<String> {
        guard case .select(let operand, _, _) = tree[id].kind else { return [] }
        return prefixes(of: operand).union([guardPath(of: id)])
    }

    /// The same text for the same value; variables of loops by their place, since names can be shadowed.
    func guardPath(of id: NodeID) -> String {
        switch tree[id].kind {
        case .name(let name, let isAbsolute):
            if !isAbsolute, let slot = slot(of: name) { return "#\(slot)" }
            return name
        case .select(let operand, let field, _): return "\(guardPath(of: operand)).\(field)"
        case .index(let operand, let index, _):
            guard let field = tree.stringLiteral(index) else { return text(of: id) }
            return "\(guardPath(of: operand)).\(field)"
        case .literal, .presence, .call, .unary, .binary, .every, .any, .conditional, .list, .map, .comprehension,
            .bind, .optionalMap:
            return text(of: id)
        }
    }
}
