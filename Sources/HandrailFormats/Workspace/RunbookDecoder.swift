internal import CEL
internal import HandrailCore

/// Decodes `runbook:` documents.
struct RunbookDecoder {
    private static let keys = ["runbook", "about", "owner", "priority", "signature", "target", "steps", "verify"]

    let reading: Reading
    let declarations: Declarations

    func decode(_ document: Document) -> Runbook? {
        guard let fields = reading.fields(document.node, "a runbook", Self.keys) else { return nil }
        let signatureNode = fields.required("signature")
        let signatures = SignatureDecoder(reading: reading, declarations: declarations, runbook: document.name)
        let signature = signatureNode.flatMap(signatures.decode)
        let names = SignatureDecoder.names(in: signatureNode)
        let target = fields.required("target").flatMap { self.target($0, names) }
        let about = reading.text(fields["about"], "`about`") ?? ""
        let owner = reading.text(fields["owner"], "`owner`") ?? ""
        let priority = reading.integer(fields["priority"], "`priority`", -1000...1000) ?? 0
        let steps = StepDecoder(
            reading: reading, declarations: declarations, facts: FactDeclarations.step(patterns: names))
        let stepNodes = fields.required("steps").map { reading.list($0, "`steps`") }
        let decoded = stepNodes?.compactMap(steps.step) ?? []
        if let node = fields["steps"], stepNodes?.isEmpty == true, case .sequence = node.content {
            reading.error("no-steps", "a runbook has at least one step", at: node)
        }
        let verification = fields["verify"].map { self.verification($0, names, steps) }
        warnWithoutVerification(fields)
        guard let signature, let target, decoded.count == stepNodes?.count, !decoded.isEmpty else { return nil }
        if case .some(.none) = verification { return nil }
        return Runbook(
            name: document.name, about: about, owner: owner, priority: priority, signature: signature, target: target,
            steps: decoded, verification: verification ?? nil, location: reading.location(document.node))
    }

    private func warnWithoutVerification(_ fields: Fields) {
        guard fields["verify"] == nil, let entry = fields.entry("runbook") else { return }
        reading.findings.warning(
            "no-verification",
            "runbook \(quoted(entry.value.text ?? "")) has no `verify`, so a person approves every run",
            at: entry.value.span)
    }

    private func target(_ node: YAMLNode, _ names: [String]) -> TargetTemplate? {
        guard let fields = reading.fields(node, "a target", ["each", "kind", "id", "service"]) else { return nil }
        let facts = FactDeclarations.target(patterns: names)
        let each = fields["each"].map { reading.patternName($0, "`each`", among: names) }
        let kind = reading.text(fields.required("kind"), "`kind`")
        let id = fields.required("id").flatMap { reading.template($0, "`id`", in: facts) }
        let service = fields["service"].map { reading.template($0, "`service`", in: facts) }
        guard let kind, let id else { return nil }
        if case .some(.none) = service { return nil }
        if id.isLiteral, let idNode = fields["id"], id.source.utf8.isEmpty || id.source.utf8.contains(0x2A) {
            reading.error("bad-target", "the target's id must name one thing: empty and `*` never mean all", at: idNode)
        }
        if let service, let service, service.isLiteral { checkService(service.source, at: fields["service"]) }
        return TargetTemplate(
            each: each ?? nil, kind: kind, id: id, service: service ?? nil, location: reading.location(node))
    }

    private func checkService(_ name: String, at node: YAMLNode?) {
        guard let node, !declarations.isTopologyBroken, declarations.topology.service(named: name) == nil else {
            return
        }
        reading.error(
            "unknown-service", "no topology declares the service \(quoted(name))", at: node,
            suggestion: Suggestion.nearest(name, among: declarations.topology.services.map(\.name)))
    }

    // MARK: - Verification

    private func verification(_ node: YAMLNode, _ names: [String], _ steps: StepDecoder) -> Verification? {
        let keys = ["probe", "resolved", "within", "stable", "otherwise"]
        guard let fields = reading.fields(node, "`verify`", keys) else { return nil }
        let probe = fields["probe"].map { self.probe($0, steps) }
        let resolved = reading.list(fields["resolved"], "`resolved`").compactMap {
            reading.patternName($0, "an entry of `resolved`", among: names)
        }
        if fields["probe"] == nil, resolved.isEmpty {
            fields.missing("resolved", because: "without `probe` and `resolved` nothing would be verified")
        }
        let within = reading.duration(fields.required("within"), "`within`")
        let stable = reading.duration(fields["stable"], "`stable`", orZero: true) ?? .zero
        let otherwise = reading.choice(fields["otherwise"], "`otherwise`", Verification.Otherwise.self) ?? .hold
        if case .some(.none) = probe { return nil }
        guard let within else { return nil }
        return Verification(
            probe: probe ?? nil, resolved: resolved, within: within, stable: stable, otherwise: otherwise,
            location: reading.location(node))
    }

    private func probe(_ node: YAMLNode, _ steps: StepDecoder) -> Verification.Probe? {
        guard let fields = reading.fields(node, "a probe", ["action", "with", "within"]) else { return nil }
        let step = steps.step(fields)
        let within = reading.duration(fields.required("within"), "`within`")
        if let step, let action = declarations.actions[step.action], action.effect != .none {
            reading.error(
                "probe-changes", "a probe only reads, and \(quoted(action.name)) is `\(action.effect.rawValue)`",
                at: fields["action"] ?? node)
        }
        guard let step, let within else { return nil }
        return Verification.Probe(step: step, within: within)
    }
}
