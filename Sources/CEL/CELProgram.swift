/// A compiled expression, ready to evaluate any number of times.
public struct CELProgram: Sendable {
    /// As compiled.
    public let source: String
    /// As the checker deduced it; dyn if unchecked.
    public let resultType: CELType
    let tree: SyntaxTree
    let plan: Plan

    /// The longest paths of facts that the expression reads, sorted, such as `target.environment`.
    public var referencedPaths: [String] { tree.factPaths(plan) }

    /// The value for these facts. Each visit of a sub-expression costs one of `costLimit`, long values more.
    public func evaluate(_ facts: CELFacts, costLimit: Int = 100_000) throws(CELError) -> CELValue {
        var evaluator = evaluator(facts, costLimit)
        return try evaluator.value(of: tree.root)
    }

    /// As `evaluate`, and keeps the value of each sub-expression.
    public func explain(_ facts: CELFacts, costLimit: Int = 100_000) -> CELExplanation {
        var evaluator = evaluator(facts, costLimit)
        evaluator.trace = Array(repeating: .notEvaluated, count: tree.nodes.count)
        let result: Result<CELValue, CELError>
        do {
            result = .success(try evaluator.value(of: tree.root))
        } catch {
            result = .failure(error)
        }
        return CELExplanation(source: source, tree: tree, outcomes: evaluator.trace ?? [], result: result)
    }

    private func evaluator(_ facts: CELFacts, _ costLimit: Int) -> Evaluator {
        Evaluator(tree: tree, plan: plan, facts: facts, budget: Budget(limit: costLimit))
    }
}

/// The values of the declared variables.
public struct CELFacts: Sendable {
    private var values: [String: CELValue]

    /// By the name of the variable.
    public init(_ values: [String: CELValue] = [:]) {
        self.values = values
    }

    /// The value of a variable; nil if there is none, which is an error only for expressions that read it.
    public subscript(name: String) -> CELValue? {
        get { values[name] }
        set { values[name] = newValue }
    }
}
