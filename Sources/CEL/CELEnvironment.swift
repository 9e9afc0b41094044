/// The declared facts that expressions may use.
public struct CELEnvironment: Sendable {
    /// What expressions may name.
    public let variables: [CELVariable]
    /// Names are looked up in this namespace first: `y` in container `a.b` is `a.b.y`, `a.y` or `y`.
    public let container: String
    /// Whether types are checked when compiling. If not, unknown names and wrong types are errors at run time.
    public let isChecked: Bool
    /// An expression that may cost more, for facts of their declared sizes, is not compiled. Nil: whatever it may cost.
    public let costLimit: Int?

    /// Checked, outside of any container, and of any cost, unless said otherwise.
    public init(
        variables: [CELVariable], container: String = "", isChecked: Bool = true, costLimit: Int? = nil
    ) {
        self.costLimit = costLimit
        self.variables = variables
        self.container = container
        self.isChecked = isChecked
    }

    /// A program, or all issues, not just the first, in source order. The result type must fit `expecting`; dyn fits.
    public func compile(_ source: String, expecting: CELType? = nil) -> CELCompilation {
        let tree: SyntaxTree
        do {
            tree = try Parser.parse(source)
        } catch {
            return .issues([error])
        }
        var checker = Checker(tree, source: source, in: self)
        let type = checker.checkAll(expecting: expecting)
        guard checker.issues.isEmpty else {
            return .issues(checker.issues.sorted { $0.range.lowerBound < $1.range.lowerBound })
        }
        if let issue = excessiveCost(of: tree, checker.plan) { return .issues([issue]) }
        return .program(CELProgram(source: source, resultType: type, tree: tree, plan: checker.plan))
    }
}

extension CELEnvironment {
    /// What evaluating the program costs at most, in the unit of `costLimit`, for facts of their declared sizes.
    public func worstCaseCost(of program: CELProgram) -> Int {
        CostEstimate(program.tree, program.plan, in: self).total
    }

    private func excessiveCost(of tree: SyntaxTree, _ plan: Plan) -> CELIssue? {
        guard let costLimit, let excess = CostEstimate(tree, plan, in: self).excess(over: costLimit) else { return nil }
        let cost = DecimalText.grouped(excess.cost)
        let message =
            "this may cost \(cost) steps for facts of the largest size, and \(DecimalText.grouped(costLimit)) is the limit"
        return CELIssue(message: message, range: excess.range)
    }
}

/// What compiling gives.
public enum CELCompilation: Sendable {
    case program(CELProgram)
    case issues([CELIssue])
}
