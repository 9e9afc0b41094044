internal import CEL
internal import HandrailCore

/// Decodes `action:` documents.
struct ActionDecoder {
    private static let keys = [
        "action", "about", "effect", "idempotent", "parameters", "capture", "dry-run", "run", "undo", "timeout",
        "secrets",
    ]

    let reading: Reading

    func decode(_ document: Document) -> Action? {
        guard let fields = reading.fields(document.node, "an action", Self.keys) else { return nil }
        let parameters = ParameterDecoder(reading: reading).decode(fields["parameters"])
        let facts = FactDeclarations.action(parameters, captured: [])
        let captures = captures(fields["capture"], facts)
        let undoFacts = FactDeclarations.action(parameters, captured: captures.map(\.name))
        let effect = reading.choice(fields.required("effect"), "`effect`", Effect.self)
        let run = fields.required("run").flatMap { command($0, "`run`", facts) }
        let rehearsal = rehearsal(fields, facts)
        let undo = undo(fields, undoFacts)
        let timeout = reading.duration(
            fields.required("timeout", because: "a command that never ends would hold its target forever"), "`timeout`")
        let isIdempotent = reading.boolean(fields["idempotent"], "`idempotent`") ?? false
        let about = reading.text(fields["about"], "`about`") ?? ""
        let secrets = SecretNames(reading: reading).decode(fields["secrets"])
        guard let effect, let run, let rehearsal, let undo, let timeout else { return nil }
        return Action(
            name: document.name, about: about, effect: effect, isIdempotent: isIdempotent, parameters: parameters,
            capture: captures, rehearsal: rehearsal, operation: .command(run), undo: undo, timeout: timeout,
            secrets: secrets, location: reading.location(document.node))
    }

    private func command(_ node: YAMLNode, _ what: String, _ facts: CELEnvironment) -> Command? {
        CommandDecoder(reading: reading).command(node, what, in: facts)
    }

    private func captures(_ node: YAMLNode?, _ facts: CELEnvironment) -> [Capture] {
        reading.entries(node, "`capture`").compactMap { entry in
            let isNamed = reading.identifier(entry.key, "a capture", at: entry.keyNode, reserved: [])
            guard let command = command(entry.value, "a capture", facts), isNamed else { return nil }
            return Capture(name: entry.key, command: command)
        }
    }

    private func rehearsal(_ fields: Fields, _ facts: CELEnvironment) -> Rehearsal? {
        let because = "write an argv, or {none: \"why it cannot be rehearsed\"}"
        guard let node = fields.required("dry-run", because: because) else { return nil }
        guard case .mapping = node.content else { return command(node, "`dry-run`", facts).map { .command($0) } }
        guard let reasons = reading.fields(node, "`dry-run`", ["none"]),
            let reason = reading.text(reasons.required("none"), "the reason")
        else { return nil }
        return .none(because: reason)
    }

    private func undo(_ fields: Fields, _ facts: CELEnvironment) -> Undo? {
        let because = "write an argv, {none: \"why nothing needs undoing\"} or {impossible: \"why\"}"
        guard let node = fields.required("undo", because: because) else { return nil }
        guard case .mapping(let entries) = node.content else {
            return command(node, "`undo`", facts).map { .command($0) }
        }
        guard let reasons = reading.fields(node, "`undo`", ["none", "impossible"]) else { return nil }
        guard entries.count <= 1 else {
            reading.error("conflicting-keys", "`undo` is either `none` or `impossible`", at: node)
            return nil
        }
        if let none = reasons["none"] {
            return reading.text(none, "the reason").map { .notNeeded(because: $0) }
        }
        return reading.text(reasons.required("impossible"), "the reason").map { .impossible(because: $0) }
    }
}
