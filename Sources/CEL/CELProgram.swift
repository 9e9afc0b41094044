/// A compiled expression, ready to evaluate any number of times.
public struct CELProgram: Sendable {
    /// As compiled.
    public let source: String
    /// As the checker deduced it; dyn if unchecked.
    public let resultType: CELType
    let tree: SyntaxTree
    let plan: Plan
    private let computation: Computation

    init(source: String, resultType: CELType, tree: SyntaxTree, plan: Plan) {
        self.source = source
        self.resultType = resultType
        self.tree = tree
        self.plan = plan
        computation = ClosureBuilder(tree: tree, plan: plan).computation(tree.root)
    }

    /// The longest paths of facts that the expression reads, sorted, such as `target.environment`.
    public var referencedPaths: [String] { tree.factPaths(plan) }

    /// The value for these facts. Each visit of a sub-expression costs one of `costLimit`, long values more.
    public func evaluate(_ facts: CELFacts, costLimit: Int = 100_000) throws(CELError) -> CELValue {
        var frame = Frame(facts, costLimit: costLimit)
        return try computation.value(&frame)
    }

    /// As `evaluate`, by another way and far slower, and keeps the value of each sub-expression.
    public func explain(_ facts: CELFacts, costLimit: Int = 100_000) -> CELExplanation {
        var evaluator = Evaluator(tree: tree, plan: plan, facts: facts, budget: Budget(limit: costLimit))
        evaluator.trace = Array(repeating: .notEvaluated, count: tree.nodes.count)
        let result: Result<CELValue, CELError>
        do {
            result = .success(try evaluator.value(of: tree.root))
        } catch {
            result = .failure(error)
        }
        return CELExplanation(source: source, tree: tree, outcomes: evaluator.trace ?? [], result: result)
    }
}

/// The values of the declared variables.
public struct CELFacts: Sendable {
    private(set) var map: CELMap

    /// By the name of the variable.
    public init(_ values: [String: CELValue] = [:]) {
        map = CELMap(strings: values.map { ($0.key, $0.value) })
    }

    /// The value of a variable; nil if there is none, which is an error only for expressions that read it.
    public subscript(name: String) -> CELValue? {
        get { map[name] }
        set { map = map.with(Name(name), newValue) }
    }
}
