public import CEL

/// What an expression in a file may use: the one place where facts are declared.
///
/// The values are built by ``PolicyFacts`` and ``BindingFacts`` with the same names. What each fact says of its size is what an
/// expression may rely on when its cost is estimated; larger ones are possible, and end at the counter of the evaluation.
public enum FactDeclarations {
    /// For rules, freezes and what limits and breakers count by.
    ///
    /// - Parameters:
    ///   - environments: the environments that the topology names. Empty: any text is accepted.
    ///   - tiers: likewise.
    public static func policy(environments: [String] = [], tiers: [String] = []) -> CELEnvironment {
        environment([
            CELVariable("action", .object(action), about: "the action of the step that is decided"),
            CELVariable(
                "target", .object(target(environments: environments, tiers: tiers)), about: "what the step changes"),
            CELVariable("plan", .object(plan), about: "the whole plan"),
            CELVariable("incident", .object(incident), about: "the incident that the plan is for"),
            CELVariable("runbook", .object(runbook), about: "the runbook that made the plan"),
            CELVariable("blast", .object(blast), about: "how wide the plan reaches in the target's service"),
            CELVariable("storm", .bool, about: "whether an alert storm is on"),
            CELVariable("source", .object(source), about: "where the bound alerts came from"),
            CELVariable("now", .timestamp, about: "when the decision is made"),
        ])
    }

    /// For `where` of a signature: what was bound, and the incident. Not the time: no timer would try it again.
    public static func signature(patterns: [String]) -> CELEnvironment {
        environment(
            bound(patterns) + [CELVariable("incident", .object(incident), about: "the incident that is matched")])
    }

    /// For `target.id` and `target.service`.
    public static func target(patterns: [String]) -> CELEnvironment {
        environment(bound(patterns))
    }

    /// For the `with` of a step.
    public static func step(patterns: [String]) -> CELEnvironment {
        environment(
            bound(patterns) + [
                CELVariable(
                    "target", .object(target(environments: [], tiers: [])), about: "the target that was resolved")
            ])
    }

    /// For the argv of an action.
    ///
    /// - Parameter captured: names of what the action captures; empty where nothing was captured yet.
    public static func action(_ parameters: [Parameter], captured: [String]) -> CELEnvironment {
        let declared = parameters.map { CELVariable($0.name, $0.kind.celType, size: $0.kind.size, about: $0.about) }
        guard !captured.isEmpty else { return environment(declared) }
        let fields = captured.map {
            CELField($0, .string, size: Sizes.line, about: "standard output of the capture, trimmed")
        }
        let variable = CELVariable(
            "captured", .object(CELObjectType(name: "captured", fields: fields)), about: "what was read before the run")
        return environment(declared + [variable])
    }

    /// For `alerts` of a source.
    public static func payload() -> CELEnvironment {
        environment([body])
    }

    /// For what stands under `alert` of a source.
    public static func event() -> CELEnvironment {
        environment([
            body, CELVariable("event", .dyn, size: Sizes.json, about: "the one of `alerts` that becomes this alert"),
        ])
    }

    private static let body = CELVariable("body", .dyn, size: Sizes.json, about: "the whole payload, as JSON")

    private static func environment(_ variables: [CELVariable]) -> CELEnvironment {
        CELEnvironment(variables: variables, costLimit: CELCost.usualLimit)
    }

    private static func bound(_ patterns: [String]) -> [CELVariable] {
        patterns.map { CELVariable($0, .object(group), about: "the alerts bound to this pattern") }
    }
}

/// The records that facts are made of.
extension FactDeclarations {
    /// How large facts get.
    enum Sizes {
        /// Labels and annotations: Prometheus's names and values are short, and its targets have some ten labels.
        static let labels = CELSize(bytes: 1_024, elements: 64)
        /// More alerts than this in one incident are a storm.
        static let alerts = CELSize(elements: 1_000)
        /// What a source sends: its lists are tags or events, and what it holds is not known.
        static let json = CELSize(bytes: 1_024, elements: 64)
        /// A line of output, or an argv.
        static let line = CELSize(bytes: 4_096)
    }

    private static let text = CELType.map(key: .string, value: .string)
    private static let effectType = CELType.enumeration(
        CELEnumeration(name: "effect", values: Effect.allCases.map(\.rawValue)))

    static let alert = CELObjectType(
        name: "alert",
        fields: [
            CELField("name", .string, about: "the label `alertname`"),
            CELField("labels", text, size: Sizes.labels, about: "its labels"),
            CELField("annotations", text, size: Sizes.labels, about: "its annotations"),
            CELField("startsAt", .timestamp, about: "when its condition began, by its own word"),
            CELField("flapping", .bool, about: "whether it has fired again so often that it is damped"),
            CELField("episodes", .int, about: "how often it has fired in this incident's memory"),
        ])

    static let group = CELObjectType(
        name: "group",
        fields: [
            CELField("labels", text, size: Sizes.labels, about: "the labels that all bound alerts share"),
            CELField("annotations", text, size: Sizes.labels, about: "the annotations that all bound alerts share"),
            CELField("alerts", .list(.object(alert)), size: Sizes.alerts, about: "the bound alerts, oldest first"),
        ])

    static let incident = CELObjectType(
        name: "incident",
        fields: [
            CELField("id", .int, about: "its number"),
            CELField("labels", text, size: Sizes.labels, about: "the labels that all its firing alerts share"),
            CELField("alerts", .list(.object(alert)), size: Sizes.alerts, about: "its firing alerts, oldest first"),
            CELField("openedAt", .timestamp, about: "when it opened"),
        ])

    static let action = CELObjectType(
        name: "action",
        fields: [
            CELField("name", .string, about: "its full name, such as `supervisor.restart`"),
            CELField("kind", .string, about: "its name after the last dot, such as `restart`"),
            CELField("effect", effectType, about: "what it does to the world"),
            CELField("idempotent", .bool, about: "whether it may be run again when its outcome is unknown"),
            CELField(
                "rollback", .string, isOptional: true, size: Sizes.line,
                about: "the argv that undoes it; absent where nothing does"),
            CELField(
                "rehearsal", .string, isOptional: true, size: Sizes.line,
                about: "the argv of its dry-run; absent where it has none"),
        ])

    static func target(environments: [String], tiers: [String]) -> CELObjectType {
        CELObjectType(
            name: "target",
            fields: [
                CELField("kind", .string, about: "such as `worker`"),
                CELField("id", .string, about: "its identity within the kind"),
                CELField("service", .string, about: "the service it belongs to, empty where unknown"),
                CELField(
                    "environment", open("environment", environments), about: "of the service, empty where unknown"),
                CELField("tier", open("tier", tiers), about: "of the service, empty where unknown"),
                CELField("population", .int, isOptional: true, about: "members of the service; absent where unknown"),
            ])
    }

    /// An enumeration of what the topology names and the empty text for unknown; plain text where it names nothing.
    private static func open(_ name: String, _ values: [String]) -> CELType {
        values.isEmpty ? .string : .enumeration(CELEnumeration(name: name, values: values + [""]))
    }

    static let plan = CELObjectType(
        name: "plan",
        fields: [
            CELField("steps", .int, about: "how many steps it has, over all targets"),
            CELField("targets", .int, about: "how many targets it has"),
            CELField("effect", effectType, about: "the gravest effect of its steps"),
            CELField("verified", .bool, about: "whether the runbook verifies the outcome"),
            CELField("undoable", .bool, about: "whether no step is impossible to undo"),
        ])

    static let runbook = CELObjectType(
        name: "runbook",
        fields: [
            CELField("name", .string, about: "its name"),
            CELField("owner", .string, about: "who owns it"),
        ])

    static let blast = CELObjectType(
        name: "blast",
        fields: [
            CELField("targets", .int, about: "in the service, of this plan and of runs in flight"),
            CELField("fraction", .double, about: "of the service's population, 0 to 1; 1 where that is unknown"),
        ])

    static let source = CELObjectType(
        name: "source",
        fields: [CELField("authenticated", .bool, about: "whether every bound alert's source proved who it is")])
}

extension Parameter.Kind {
    var celType: CELType {
        switch self {
        case .string, .duration: .string
        case .integer: .int
        case .boolean: .bool
        }
    }

    var size: CELSize {
        switch self {
        case .string(let rule): CELSize(bytes: rule.maxBytes)
        case .duration, .integer, .boolean: .usual
        }
    }
}
