internal import CEL

/// Resolves a runbook for one match: targets, argv, undo. Refuses rather than guesses.
struct Planner: Sendable {
    private let actions: [String: Action]
    private let topology: Topology

    init(workspace: Workspace) {
        actions = Dictionary(workspace.actions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        topology = workspace.topology
    }

    func action(named name: String) -> Action? { actions[name] }

    /// - Parameter resolved: identities of the alerts that verification waits for are taken from the binding.
    func plan(_ runbook: Runbook, for binding: Binding) throws(PlanRefusal) -> Plan {
        let resolved = try targets(of: runbook, for: binding)
        var steps: [PlannedStep] = []
        for (index, (target, facts)) in resolved.enumerated() {
            for step in runbook.steps {
                steps.append(try plan(step, on: target, at: index, facts: facts, binding: binding))
            }
        }
        return Plan(
            runbook: runbook.name, targets: resolved.map(\.0), steps: steps,
            verification: try verification(of: runbook, resolved, binding))
    }

    // MARK: - Targets

    private func targets(of runbook: Runbook, for binding: Binding) throws(PlanRefusal) -> [(Target, Binding)] {
        guard let each = runbook.target.each else {
            return [(try target(runbook.target, for: binding), binding)]
        }
        var found: [ExactText: (target: Target, alerts: [BoundAlert])] = [:]
        for alert in binding.alerts(of: each) {
            let target = try target(runbook.target, for: binding.narrowed(each, to: [alert]))
            if let known = found[target.key], known.target != target {
                let message = "\(target.kind) \(ArgumentRule.excerpt(target.id)) belongs to two services"
                throw PlanRefusal(message + ", so the plan is ambiguous", at: runbook.target.location)
            }
            found[target.key, default: (target, [])].alerts.append(alert)
        }
        guard !found.isEmpty else {
            throw PlanRefusal("the target set is empty, and empty never means all", at: runbook.target.location)
        }
        // Several alerts may speak of one target: a step may then use what they share, and nothing else.
        return found.values.map { ($0.target, binding.narrowed(each, to: $0.alerts)) }.sorted { $0.0 < $1.0 }
    }

    private func target(_ template: TargetTemplate, for binding: Binding) throws(PlanRefusal) -> Target {
        let facts = BindingFacts.facts(of: binding)
        let id = try render(template.id, facts, binding, at: template.location)
        if let fault = Self.fault(inTargetID: id) { throw PlanRefusal(fault, at: template.location) }
        var name: String?
        if let service = template.service {
            name = try render(service, facts, binding, at: template.location)
        }
        let service = name.flatMap { topology.service(named: $0) }
        return Target(
            kind: template.kind, id: id, service: name, environment: service?.environment, tier: service?.tier,
            population: service?.replicas)
    }

    private static func fault(inTargetID id: String) -> String? {
        if id.utf8.isEmpty { return "the target's id is empty" }
        if id.utf8.contains(UInt8(ascii: "*")) { return "the target's id is a wildcard, and that never means all" }
        return ArgumentRule.fault(in: id, rule: Parameter.StringRule()).map { "the target's id \($0)" }
    }

    // MARK: - Steps

    private func plan(
        _ step: Step, on target: Target, at index: Int, facts binding: Binding, binding whole: Binding
    ) throws(PlanRefusal) -> PlannedStep {
        guard let action = actions[step.action] else {
            throw PlanRefusal("action `\(step.action)` is not declared", at: step.location)
        }
        let facts = try parameters(of: action, step, on: target, binding)
        return PlannedStep(
            action: action.name, target: index, effect: action.effect, isIdempotent: action.isIdempotent,
            argv: try operation(of: action, facts), capture: try captures(of: action, facts),
            rehearsal: try rehearsal(of: action, facts), undo: try undo(of: action, facts), timeout: action.timeout,
            secrets: action.secrets, location: step.location)
    }

    /// The values of the action's parameters, each checked: the only door from alert to argv.
    private func parameters(
        of action: Action, _ step: Step, on target: Target, _ binding: Binding
    ) throws(PlanRefusal) -> CELFacts {
        var outer = BindingFacts.facts(of: binding)
        outer["target"] = Self.fact(of: target)
        var facts = CELFacts()
        for parameter in action.parameters {
            let argument = step.arguments.first { $0.name.hasSameBytes(as: parameter.name) }
            let place = argument?.location ?? step.location
            let text: String
            if let argument {
                text = try render(argument.value, outer, binding, at: place)
            } else if let standard = parameter.defaultValue {
                text = standard
            } else {
                throw PlanRefusal("parameter `\(parameter.name)` of `\(action.name)` is missing", at: place)
            }
            switch ArgumentRule.value(of: text, for: parameter) {
            case .success(let value): facts[parameter.name] = value
            case .failure(let fault):
                throw PlanRefusal("parameter `\(parameter.name)` of `\(action.name)` \(fault.message)", at: place)
            }
        }
        return facts
    }

    private func operation(of action: Action, _ facts: CELFacts) throws(PlanRefusal) -> [String] {
        switch action.operation {
        case .command(let command): return try argv(command, facts)
        case .builtIn(let builtIn):
            let values = action.parameters.map(\.name).sorted().map { name in
                "\(name)=\(facts[name].map(Self.text) ?? "")"
            }
            return [builtIn.rawValue] + values
        }
    }

    private static func text(_ value: CELValue) -> String {
        if case .string(let text) = value { return text }
        return value.description
    }

    private func captures(of action: Action, _ facts: CELFacts) throws(PlanRefusal) -> [PlannedCapture] {
        var planned: [PlannedCapture] = []
        for capture in action.capture {
            planned.append(PlannedCapture(name: capture.name, argv: try argv(capture.command, facts)))
        }
        return planned
    }

    private func rehearsal(of action: Action, _ facts: CELFacts) throws(PlanRefusal) -> PlannedRehearsal {
        if case .builtIn = action.operation { return .builtIn }
        switch action.rehearsal {
        case .command(let command): return .argv(try argv(command, facts))
        case .none(let because): return .none(because: because)
        }
    }

    private func undo(of action: Action, _ facts: CELFacts) throws(PlanRefusal) -> PlannedUndo {
        switch action.undo {
        case .builtIn: return .builtIn
        case .notNeeded(let because): return .notNeeded(because: because)
        case .impossible(let because): return .impossible(because: because)
        case .command(let command):
            var argv: [PlannedArgument] = []
            for element in command.arguments {
                if Self.usesCapture(element) {
                    argv.append(.template(element.source))
                } else {
                    argv.append(.text(try render(element, facts, Binding(groups: []), at: command.location)))
                }
            }
            let isComplete = argv.allSatisfy { if case .text = $0 { true } else { false } }
            return .argv(argv, parameters: isComplete ? [] : UndoArguments.parameters(of: action, facts))
        }
    }

    private static func usesCapture(_ template: CELTemplate) -> Bool {
        template.programs.contains { program in
            program.referencedPaths.contains { $0 == "captured" || $0.hasPrefix("captured.") }
        }
    }

    private func argv(_ command: Command, _ facts: CELFacts) throws(PlanRefusal) -> [String] {
        var rendered: [String] = []
        for element in command.arguments {
            let text = try render(element, facts, Binding(groups: []), at: command.location)
            // The kernel ends an argument at a NUL: what runs would not be what was approved.
            guard !text.utf8.contains(0) else { throw PlanRefusal("an argument holds a NUL", at: command.location) }
            rendered.append(text)
        }
        return rendered
    }

    // MARK: - Verification

    private func verification(
        of runbook: Runbook, _ targets: [(Target, Binding)], _ binding: Binding
    ) throws(PlanRefusal) -> PlannedVerification? {
        guard let verification = runbook.verification else { return nil }
        var probes: [PlannedProbe] = []
        if let probe = verification.probe {
            for (index, (target, facts)) in targets.enumerated() {
                let step = try plan(probe.step, on: target, at: index, facts: facts, binding: binding)
                probes.append(PlannedProbe(argv: step.argv, timeout: step.timeout, secrets: step.secrets))
            }
        }
        let alerts = verification.resolved.flatMap { binding.alerts(of: $0).map(\.labels.fingerprint) }
        return PlannedVerification(
            probe: probes, probeWithin: verification.probe?.within ?? .zero, resolved: Array(Set(alerts)).sorted(),
            within: verification.within, stable: verification.stable, otherwise: verification.otherwise)
    }

    // MARK: - Rendering

    private func render(
        _ template: CELTemplate, _ facts: CELFacts, _ binding: Binding, at location: FileLocation
    ) throws(PlanRefusal) -> String {
        do {
            return try template.render(facts)
        } catch {
            throw PlanRefusal(Self.ambiguity(in: template, binding) ?? error.message, at: location)
        }
    }

    /// A label that only some of the bound alerts share makes the plan ambiguous; that is a better answer than "no such key".
    private static func ambiguity(in template: CELTemplate, _ binding: Binding) -> String? {
        for (pattern, alerts) in binding.groups where alerts.count > 1 {
            let prefix = pattern + ".labels."
            for path in template.programs.flatMap(\.referencedPaths) where path.hasPrefix(prefix) {
                let label = ExactText(String(path.dropFirst(prefix.count)))
                if alerts.contains(where: { $0.labels[label] != nil }) {
                    return "label `\(label)` differs between the \(alerts.count) alerts bound to `\(pattern)`, "
                        + "so the plan is ambiguous"
                }
            }
        }
        return nil
    }

    private static func fact(of target: Target) -> CELValue {
        var fields: [(String, CELValue)] = [
            ("kind", .string(target.kind)), ("id", .string(target.id)), ("service", .string(target.service ?? "")),
            ("environment", .string(target.environment ?? "")), ("tier", .string(target.tier ?? "")),
        ]
        if let population = target.population { fields.append(("population", .int(Int64(population)))) }
        return BindingFacts.record(fields)
    }
}
