/// Names a node of one syntax tree: its place among the nodes.
typealias NodeID = Int

/// An expression as parsed, macros expanded.
///
/// The nodes lie in one array, children before their parents. So side tables are plain arrays, and freeing a deep tree
/// needs no deep stack.
struct SyntaxTree: Sendable {
    /// No deeper, so that walking a tree by recursion fits the stack of any thread: 350 KiB were measured for the worst
    /// shapes, chains of loops and of methods, and 1.3 MiB in a debug build.
    static let depthLimit = 128

    private(set) var nodes: [SyntaxNode] = []
    var root: NodeID = 0

    subscript(id: NodeID) -> SyntaxNode { nodes[id] }

    mutating func add(_ kind: SyntaxNode.Kind, _ range: Range<Int>) throws(CELIssue) -> NodeID {
        let depth = 1 + (kind.children.map { nodes[$0].depth }.max() ?? 0)
        guard depth <= Self.depthLimit else {
            throw CELIssue(message: "the expression is nested too deeply", range: range)
        }
        nodes.append(SyntaxNode(kind: kind, range: range, depth: depth))
        return nodes.count - 1
    }
}

/// One node, with its place in the source (without parentheses around it).
struct SyntaxNode: Sendable {
    enum Kind: Sendable {
        case literal(CELValue)
        /// `isAbsolute`: written with a leading dot, so no container or local variable is meant.
        case name(String, isAbsolute: Bool)
        /// `isOptional`: written `.?`, gives an optional.
        case select(NodeID, field: String, isOptional: Bool)
        /// `has(operand.field)`.
        case presence(NodeID, field: String)
        case index(NodeID, NodeID, isOptional: Bool)
        case call(String, target: NodeID?, arguments: [NodeID])
        case unary(UnaryOperator, NodeID)
        case binary(BinaryOperator, NodeID, NodeID)
        /// `a && b && c`, at least two.
        case every([NodeID])
        /// `a || b || c`, at least two.
        case any([NodeID])
        case conditional(NodeID, then: NodeID, otherwise: NodeID)
        case list([ListElement])
        case map([MapEntry])
        case comprehension(Comprehension)
        /// `cel.bind(name, value, body)`.
        case bind(String, value: NodeID, body: NodeID)
        /// `operand.optMap(name, body)`; `isFlat`: `optFlatMap`, whose body gives an optional itself.
        case optionalMap(NodeID, String, body: NodeID, isFlat: Bool)
    }

    struct ListElement: Sendable {
        let value: NodeID
        let isOptional: Bool
    }

    struct MapEntry: Sendable {
        let key: NodeID
        let value: NodeID
        let isOptional: Bool
    }

    let kind: Kind
    let range: Range<Int>
    /// Of the tree below, itself included.
    let depth: Int
}

extension SyntaxNode.Kind {
    var children: [NodeID] {
        switch self {
        case .literal, .name: []
        case .select(let operand, _, _), .presence(let operand, _), .unary(_, let operand): [operand]
        case .index(let operand, let index, _): [operand, index]
        case .call(_, let target, let arguments): (target.map { [$0] } ?? []) + arguments
        case .binary(_, let left, let right): [left, right]
        case .every(let operands), .any(let operands): operands
        case .conditional(let condition, let then, let otherwise): [condition, then, otherwise]
        case .list(let elements): elements.map(\.value)
        case .map(let entries): entries.flatMap { [$0.key, $0.value] }
        case .comprehension(let comprehension): [comprehension.range] + comprehension.bodies
        case .bind(_, let value, let body): [value, body]
        case .optionalMap(let operand, _, let body, _): [operand, body]
        }
    }
}

enum UnaryOperator: String, Sendable {
    case not = "!"
    case negate = "-"
}

enum BinaryOperator: String, Sendable {
    case multiply = "*", divide = "/", remainder = "%", add = "+", subtract = "-"
    case equal = "==", notEqual = "!=", less = "<", lessOrEqual = "<=", greater = ">", greaterOrEqual = ">="
    case membership = "in"

    /// Higher binds tighter; `||`, `&&` and `?:` are below.
    var precedence: Int {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual, .membership: 1
        case .add, .subtract: 2
        case .multiply, .divide, .remainder: 3
        }
    }
}

/// A loop over a list, or over the keys of a map.
struct Comprehension: Sendable {
    enum Form: String, Sendable {
        case all, exists, existsOne = "exists_one", filter, map, transformList, transformMap, transformMapEntry
    }

    let form: Form
    let range: NodeID
    /// One, or two: index and element, or key and value.
    let variables: [String]
    /// Elements for which this is false are left out; of `map` and the transforms only.
    let condition: NodeID?
    /// What is asked of, or made from, each element.
    let body: NodeID

    var bodies: [NodeID] { (condition.map { [$0] } ?? []) + [body] }
}
