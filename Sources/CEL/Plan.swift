/// What compiling found out about a syntax tree, by node.
struct Plan: Sendable {
    /// What a name, or a chain of names with dots, stands for.
    enum Reference: Sendable {
        /// A variable of a loop or binding, by its place among those in scope.
        case local(Int)
        /// A fact under the first of these names that there is; failing that, a type.
        case global(names: [String], type: CELTypeName?)
    }

    /// What a call does.
    enum Callee: Sendable {
        case function(Function, takesTarget: Bool)
        /// `matches` with a literal pattern.
        case regex(LinearRegex)
        /// A part of a timestamp in a literal time zone.
        case zoned(TimeFunctions.Part, ZoneRules)
        /// `or` and `orValue`, which evaluate their argument only if they need it.
        case alternative(isValue: Bool)
        case unknown(String)
    }

    var references: [Reference?]
    var callees: [Callee?]

    init(nodeCount: Int) {
        references = Array(repeating: nil, count: nodeCount)
        callees = Array(repeating: nil, count: nodeCount)
    }
}

/// Types that can be written as values: `type(x) == int`.
enum TypeConstants {
    static let names: Set<String> = [
        "bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type", "optional_type",
        "google.protobuf.Timestamp", "google.protobuf.Duration",
    ]
}

extension SyntaxTree {
    /// The names of a plain chain such as `a.b.c`, or nil.
    func qualifiedName(of id: NodeID) -> (parts: [String], isAbsolute: Bool)? {
        var parts: [String] = []
        var id = id
        while true {
            switch self[id].kind {
            case .name(let name, let isAbsolute):
                parts.append(name)
                return (parts.reversed(), isAbsolute)
            case .select(let operand, let field, isOptional: false):
                parts.append(field)
                id = operand
            case .select, .literal, .presence, .index, .call, .unary, .binary, .every, .any, .conditional, .list, .map,
                .comprehension, .bind, .optionalMap:
                return nil
            }
        }
    }

    func stringLiteral(_ id: NodeID) -> String? {
        if case .literal(.string(let string)) = self[id].kind { string } else { nil }
    }

    /// The longest paths that begin with a fact, such as `target.environment`, each once, sorted.
    func factPaths(_ plan: Plan) -> [String] {
        var paths: Set<String> = []
        collectPaths(of: root, plan, into: &paths)
        return paths.sorted { $0.precedes($1) }
    }

    private func collectPaths(of id: NodeID, _ plan: Plan, into paths: inout Set<String>) {
        if let path = factPath(of: id, plan) {
            paths.insert(path)
        } else {
            for child in self[id].kind.children { collectPaths(of: child, plan, into: &paths) }
        }
    }

    private func factPath(of id: NodeID, _ plan: Plan) -> String? {
        if case .global(let names, type: nil) = plan.references[id] { return names.last }
        switch self[id].kind {
        case .select(let operand, let field, _), .presence(let operand, let field):
            return factPath(of: operand, plan).map { "\($0).\(field)" }
        case .index(let operand, let index, _):
            guard let field = stringLiteral(index) else { return nil }
            return factPath(of: operand, plan).map { "\($0).\(field)" }
        case .literal, .name, .call, .unary, .binary, .every, .any, .conditional, .list, .map, .comprehension, .bind,
            .optionalMap:
            return nil
        }
    }
}
