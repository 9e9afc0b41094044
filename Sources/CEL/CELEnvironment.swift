/// The declared facts that expressions may use.
public struct CELEnvironment: Sendable {
    /// What expressions may name.
    public let variables: [CELVariable]
    /// Names are looked up in this namespace first: `y` in container `a.b` is `a.b.y`, `a.y` or `y`.
    public let container: String
    /// Whether types are checked when compiling. If not, unknown names and wrong types are errors at run time.
    public let isChecked: Bool

    /// Checked, and outside of any container, unless said otherwise.
    public init(variables: [CELVariable], container: String = "", isChecked: Bool = true) {
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
        return .program(CELProgram(source: source, resultType: type, tree: tree, plan: checker.plan))
    }
}

/// What compiling gives.
public enum CELCompilation: Sendable {
    case program(CELProgram)
    case issues([CELIssue])
}
