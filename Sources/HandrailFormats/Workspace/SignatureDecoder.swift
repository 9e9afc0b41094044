internal import CEL
internal import HandrailCore

/// Decodes the `signature:` of a runbook.
struct SignatureDecoder {
    private static let keys = [
        "when", "any", "unless", "same", "within", "for", "order", "count", "where", "after",
    ]
    private static let reservedNames = ["target", "incident", "now", "action", "captured"]

    private static let patternLimit = 64

    let reading: Reading
    let declarations: Declarations
    let runbook: String

    func decode(_ node: YAMLNode) -> Signature? {
        guard let fields = reading.fields(node, "a signature", Self.keys) else { return nil }
        if fields["when"] == nil, fields["any"] == nil {
            fields.missing("when", because: "a signature names the alerts that it recognises")
        } else if Self.isEmpty(fields["when"]), Self.isEmpty(fields["any"]) {
            reading.error("empty-signature", "a signature needs at least one pattern", at: node)
        }
        let names = Self.names(in: node)
        guard names.count <= Self.patternLimit else {
            reading.error("too-many", "a signature has at most \(Self.patternLimit) patterns", at: node)
            return nil
        }
        let when = patterns(fields["when"], "`when`")
        let any = patterns(fields["any"], "`any`")
        checkDistinct(fields["when"], fields["any"])
        let unless = reading.list(fields["unless"], "`unless`").compactMap(located)
        let condition = fields["where"].flatMap { self.condition($0, names) }
        return Signature(
            when: when, any: any, unless: unless,
            same: reading.list(fields["same"], "`same`").compactMap { same($0, names) },
            within: reading.duration(fields["within"], "`within`"),
            holdsFor: reading.duration(fields["for"], "`for`", orZero: true) ?? .zero,
            order: order(fields["order"], names), counts: counts(fields["count"], names), condition: condition,
            after: fields["after"].flatMap(escalation))
    }

    /// The names of all patterns, those whose selectors are wrong too.
    static func names(in signature: YAMLNode?) -> [String] {
        ["when", "any"].compactMap { signature?.value(of: $0) }.flatMap { node -> [String] in
            guard case .mapping(let entries) = node.content else { return [] }
            return entries.map(\.key)
        }
    }

    private static func isEmpty(_ node: YAMLNode?) -> Bool {
        switch node?.content {
        case nil: true
        case .mapping(let entries): entries.isEmpty
        case .scalar, .sequence: node?.isNull ?? true
        }
    }

    // MARK: - Patterns

    private func patterns(_ node: YAMLNode?, _ what: String) -> [NamedPattern] {
        reading.entries(node, what).compactMap { entry in
            let isNamed = reading.identifier(
                entry.key, "a pattern", at: entry.keyNode, reserved: Self.reservedNames)
            guard let selector = reading.selector(entry.value, "a pattern"), isNamed else { return nil }
            return NamedPattern(name: entry.key, selector: selector, location: reading.location(entry.keyNode))
        }
    }

    private func checkDistinct(_ when: YAMLNode?, _ any: YAMLNode?) {
        guard case .mapping(let entries) = any?.content else { return }
        for entry in entries where when?.value(of: entry.key) != nil {
            reading.error(
                "duplicate-name", "pattern \(quoted(entry.key)) stands in `when` and in `any`", at: entry.keyNode)
        }
    }

    private func located(_ node: YAMLNode) -> LocatedSelector? {
        guard let selector = reading.selector(node, "an entry of `unless`") else { return nil }
        return LocatedSelector(selector: selector, location: reading.location(node))
    }

    // MARK: - Conditions

    private func same(_ node: YAMLNode, _ names: [String]) -> SameLabel? {
        guard case .mapping(let entries) = node.content else {
            return reading.text(node, "an entry of `same`").map { .label(ExactText($0)) }
        }
        var labels: [String: ExactText] = [:]
        for entry in entries {
            reading.checkPattern(entry.key, at: entry.keyNode, among: names)
            if let label = reading.text(entry.value, "a label") { labels[entry.key] = ExactText(label) }
        }
        if entries.count < 2 {
            reading.error("lonely-label", "labels of at least two patterns can agree", at: node)
        }
        return .renamed(labels)
    }

    private func order(_ node: YAMLNode?, _ names: [String]) -> [String] {
        var order: [String] = []
        for item in reading.list(node, "`order`") {
            guard let name = reading.patternName(item, "an entry of `order`", among: names) else { continue }
            if order.contains(where: { $0.hasSameBytes(as: name) }) {
                reading.error("duplicate-name", "pattern \(quoted(name)) stands in `order` twice", at: item)
            }
            if names.contains(name) { order.append(name) }
        }
        return order
    }

    private func counts(_ node: YAMLNode?, _ names: [String]) -> [String: Int] {
        var counts: [String: Int] = [:]
        for entry in reading.entries(node, "`count`") {
            reading.checkPattern(entry.key, at: entry.keyNode, among: names)
            counts[entry.key] = reading.integer(entry.value, "a count", 1...100_000)
        }
        return counts
    }

    private func condition(_ node: YAMLNode, _ names: [String]) -> LocatedProgram? {
        let facts = FactDeclarations.signature(patterns: names)
        guard let program = reading.program(node, "`where`", in: facts, as: .bool) else { return nil }
        return LocatedProgram(program: program, location: reading.location(node))
    }

    private func escalation(_ node: YAMLNode) -> Escalation? {
        guard let fields = reading.fields(node, "`after`", ["runbook", "outcome"]) else { return nil }
        let name = reading.text(fields.required("runbook"), "`runbook`")
        let outcome = reading.choice(fields.required("outcome"), "`outcome`", RunOutcome.self)
        if let name, let node = fields["runbook"] { check(name, at: node) }
        guard let name, let outcome else { return nil }
        return Escalation(runbook: name, outcome: outcome, location: reading.location(node))
    }

    private func check(_ name: String, at node: YAMLNode) {
        guard !reading.findings.isIncomplete,
            !declarations.runbookNames.contains(where: { $0.hasSameBytes(as: name) })
        else { return }
        reading.error(
            "unknown-runbook", "no runbook is called \(quoted(name))", at: node,
            suggestion: Suggestion.nearest(name, among: declarations.runbookNames.filter { $0 != runbook }))
    }
}

extension Reading {
    /// The name of a pattern of the signature; one that is not is a finding, and is returned all the same.
    func patternName(_ node: YAMLNode?, _ what: String, among names: [String]) -> String? {
        guard let node, let name = text(node, what) else { return nil }
        checkPattern(name, at: node, among: names)
        return name
    }

    func checkPattern(_ name: String, at node: YAMLNode, among names: [String]) {
        guard !names.contains(where: { $0.hasSameBytes(as: name) }) else { return }
        error(
            "unknown-pattern", "the signature binds no \(quoted(name))", at: node,
            suggestion: Suggestion.nearest(name, among: names))
    }
}
