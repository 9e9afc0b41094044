internal import CEL

/// Renders an undo once there is something captured. Text that was captured is outside data: it is checked like an alert's.
public enum UndoArguments {
    static func parameters(of action: Action, _ facts: CELFacts) -> [PlannedParameter] {
        action.parameters.map(\.name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.compactMap { name in
            facts[name].flatMap(value).map { PlannedParameter(name: name, value: $0) }
        }
    }

    private static func value(_ value: CELValue) -> PlannedParameter.Value? {
        switch value {
        case .string(let text): .string(text)
        case .int(let number): .integer(number)
        case .bool(let flag): .boolean(flag)
        case .null, .uint, .double, .bytes, .list, .map, .timestamp, .duration, .type, .optional: nil
        }
    }

    /// What a command printed, as the value that undo may use.
    ///
    /// - Throws: where it could not stay what it is as one argument: see ``ArgumentRule``.
    public static func captured(_ output: String, as name: String, at location: FileLocation) throws(PlanRefusal)
        -> String
    {
        var text = Substring(output)
        while let last = text.utf8.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") {
            text = text.dropLast()
        }
        let value = String(text)
        if let fault = ArgumentRule.fault(in: value, rule: Parameter.StringRule(maxBytes: 4096)) {
            throw PlanRefusal("what was captured as `\(name)` \(fault)", at: location)
        }
        return value
    }

    /// - Parameter captured: by name; a name that is missing is an error.
    public static func render(_ step: PlannedStep, captured: [String: String]) throws(PlanRefusal) -> [String] {
        guard case .argv(let arguments, let parameters) = step.undo else {
            throw PlanRefusal("`\(step.action)` has no command that undoes it", at: step.location)
        }
        var rendered: [String] = []
        for argument in arguments {
            switch argument {
            case .text(let text): rendered.append(text)
            case .template(let source): rendered.append(try render(source, step, parameters, captured))
            }
        }
        return rendered
    }

    private static func render(
        _ source: String, _ step: PlannedStep, _ parameters: [PlannedParameter], _ captured: [String: String]
    ) throws(PlanRefusal) -> String {
        var facts = CELFacts()
        for parameter in parameters { facts[parameter.name] = fact(parameter.value) }
        let values = captured.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        facts["captured"] = .map(strings: values.map { ($0.key, CELValue.string($0.value)) })
        // It was checked when it was loaded; the names are those of then.
        switch CELTemplate.compile(source, in: CELEnvironment(variables: [], isChecked: false)) {
        case .issues: throw PlanRefusal("the undo of `\(step.action)` is no template any more", at: step.location)
        case .template(let template): return try text(of: template, facts, step)
        }
    }

    private static func text(
        of template: CELTemplate, _ facts: CELFacts, _ step: PlannedStep
    ) throws(PlanRefusal) -> String {
        let text: String
        do {
            text = try template.render(facts)
        } catch {
            throw PlanRefusal("the undo of `\(step.action)` cannot be resolved: \(error.message)", at: step.location)
        }
        guard !text.utf8.contains(0) else { throw PlanRefusal("an argument holds a NUL", at: step.location) }
        return text
    }

    private static func fact(_ value: PlannedParameter.Value) -> CELValue {
        switch value {
        case .string(let text): .string(text)
        case .integer(let number): .int(number)
        case .boolean(let flag): .bool(flag)
        }
    }
}
