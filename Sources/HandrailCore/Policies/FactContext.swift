public import CEL

/// Where in the files an expression stands, from which follows what it may use.
public enum FactContext: String, CaseIterable, Sendable {
    case rule, `where`, target, step, argv, source

    /// The keys it is about.
    public var about: String {
        switch self {
        case .rule: "`when` of a policy's rules, and `per` of its limits and breakers"
        case .where: "`where` of a runbook's signature"
        case .target: "`id` and `service` of a runbook's target"
        case .step: "`with` of a runbook's steps and of its probe"
        case .argv: "`run`, `dry-run`, `undo` and `capture` of an action"
        case .source: "`alerts` of a source, and everything under its `alert`"
        }
    }

    /// What stands for names that the files give.
    public var note: String? {
        switch self {
        case .rule: nil
        case .where, .target, .step:
            "PATTERN is each name under `when` or `any`; the one under `each` holds one alert."
        case .argv:
            "PARAMETER is each declared parameter: string and duration are string, integer is int, boolean is bool. "
                + "`captured` is there in `undo` only."
        case .source:
            "`event` is there under `alert` only. What is dyn has any type: a value that is not there leaves its label "
                + "out, and one of a wrong type refuses the alert."
        }
    }

    /// Declared facts, with `PATTERN`, `PARAMETER` and `NAME` where the files give the names.
    ///
    /// - Parameters:
    ///   - environments: the environments that the topology names; none where there is no topology.
    ///   - tiers: likewise.
    public func facts(environments: [String], tiers: [String]) -> CELEnvironment {
        switch self {
        case .rule: FactDeclarations.policy(environments: environments, tiers: tiers)
        case .where: FactDeclarations.signature(patterns: ["PATTERN"])
        case .target: FactDeclarations.target(patterns: ["PATTERN"])
        case .step: FactDeclarations.step(patterns: ["PATTERN"])
        case .argv:
            FactDeclarations.action(
                [
                    Parameter(
                        name: "PARAMETER", kind: .string(Parameter.StringRule()), about: "what the step gives",
                        location: FileLocation(file: "", line: 1, column: 1))
                ], captured: ["NAME"])
        case .source: FactDeclarations.event()
        }
    }
}
