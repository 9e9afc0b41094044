internal import CEL
internal import HandrailCore

/// Decodes the uses of actions in runbooks, and checks them against what the actions declare.
struct StepDecoder {
    let reading: Reading
    let declarations: Declarations
    let facts: CELEnvironment

    func step(_ node: YAMLNode) -> Step? {
        reading.fields(node, "a step", ["action", "with", "about"]).flatMap(step)
    }

    /// - Parameter fields: with `action` and `with` among its keys.
    func step(_ fields: Fields) -> Step? {
        guard let actionNode = fields.required("action") else { return nil }
        let name = reading.text(actionNode, "`action`")
        let entries = reading.entries(fields["with"], "`with`")
        let arguments = entries.compactMap(argument)
        guard let name else { return nil }
        checkKnown(name, at: actionNode)
        if let action = declarations.actions[name] { check(entries, arguments, for: action, at: actionNode) }
        guard arguments.count == entries.count else { return nil }
        return Step(
            action: name, arguments: arguments.sorted { ExactText($0.name) < ExactText($1.name) },
            location: reading.location(fields.node))
    }

    private func argument(_ entry: YAMLEntry) -> StepArgument? {
        reading.template(entry.value, "an argument", in: facts).map {
            StepArgument(name: entry.key, value: $0, location: reading.location(entry.value))
        }
    }

    private func checkKnown(_ name: String, at node: YAMLNode) {
        guard !reading.findings.isIncomplete,
            !declarations.actionNames.contains(where: { $0.hasSameBytes(as: name) })
        else { return }
        let suggestion = Suggestion.nearest(name, among: declarations.actionNames)
        reading.error(
            "unknown-action", "no action is called \(quoted(name))", at: node, suggestion: suggestion,
            notes: suggestion == nil
                ? ["an action is a document that begins with `action: \(EscapedExcerpt.of(name))`"] : [])
    }

    private func check(_ entries: [YAMLEntry], _ arguments: [StepArgument], for action: Action, at node: YAMLNode) {
        let given = entries.map(\.key)
        let free = action.parameters.map(\.name).filter { name in !given.contains { $0.hasSameBytes(as: name) } }
        var misspelt: [String] = []
        for entry in entries {
            guard let parameter = action.parameters.first(where: { $0.name.hasSameBytes(as: entry.key) }) else {
                if let meant = refuse(entry, of: action, free) { misspelt.append(meant) }
                continue
            }
            let value = arguments.first { $0.name.hasSameBytes(as: entry.key) }?.value
            if let value, value.isLiteral { checkLiteral(value, for: parameter, of: action, at: entry.value) }
        }
        for parameter in action.parameters where parameter.defaultValue == nil && !misspelt.contains(parameter.name) {
            guard free.contains(where: { $0.hasSameBytes(as: parameter.name) }) else { continue }
            reading.error(
                "missing-argument", "\(quoted(action.name)) needs a value for `\(parameter.name)`", at: node,
                notes: ["the parameter is declared at \(parameter.location)"])
        }
    }

    /// Returns the parameter that was probably meant.
    private func refuse(_ entry: YAMLEntry, of action: Action, _ free: [String]) -> String? {
        let names = action.parameters.map { "`\($0.name)`" }.joined(separator: ", ")
        let suggestion = Suggestion.nearest(entry.key, among: free)
        let note = names.isEmpty ? "it has no parameters" : "it has \(names)"
        reading.error(
            "unknown-argument", "\(quoted(action.name)) has no parameter \(quoted(entry.key))", at: entry.keyNode,
            suggestion: suggestion, notes: suggestion == nil ? [note] : [])
        return suggestion
    }

    private func checkLiteral(_ value: CELTemplate, for parameter: Parameter, of action: Action, at node: YAMLNode) {
        // A literal template may still hold `$${`, which renders to `${`.
        guard let text = try? value.render(CELFacts()), let fault = LiteralArgument.fault(text, for: parameter) else {
            return
        }
        reading.error(
            "bad-argument", "parameter `\(parameter.name)` of \(quoted(action.name)) \(fault)", at: node)
    }
}
