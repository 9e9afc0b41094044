internal import CEL
internal import HandrailCore

/// Decodes the `allow` and `restrict` rules of a policy, and warns of those that can change nothing.
struct RuleDecoder {
    let reading: Reading
    let declarations: Declarations
    let facts: CELEnvironment

    func allow(_ node: YAMLNode?, looserThan standard: Verdict) -> [Rule] {
        decode(node, "`allow`", "an allow rule") { rule, node in
            guard rule.verdict >= standard else { return }
            reading.findings.warning(
                "unreachable-rule",
                "rule \(quoted(rule.name)) allows nothing: `\(rule.verdict.rawValue)` is not looser than the "
                    + "default `\(standard.rawValue)`", at: node.span)
        }
    }

    func restrict(_ node: YAMLNode?) -> [Rule] {
        decode(node, "`restrict`", "a restrict rule") { rule, node in
            guard rule.verdict == .automatic else { return }
            reading.findings.warning(
                "unreachable-rule",
                "rule \(quoted(rule.name)) restricts nothing: no verdict is looser than `automatic`",
                at: node.span)
        }
    }

    private func decode(
        _ node: YAMLNode?, _ list: String, _ what: String, check: (Rule, YAMLNode) -> Void
    ) -> [Rule] {
        var rules: [Rule] = []
        var known = KnownRules()
        for node in reading.list(node, list) {
            guard
                let fields = reading.fields(
                    node, what, ["name", "about", "when", "verdict", "approval", "because"])
            else { continue }
            guard let rule = rule(fields) else { continue }
            let place = fields["verdict"] ?? node
            check(rule, place)
            checkNew(rule, &known, fields)
            checkConstant(rule, fields["when"])
            rules.append(rule)
        }
        return rules
    }

    private func rule(_ fields: Fields) -> Rule? {
        let name = reading.text(fields.required("name"), "the name of a rule")
        let when = reading.program(fields.required("when"), "`when`", in: facts, as: .bool)
        let verdict = reading.choice(fields.required("verdict"), "`verdict`", Verdict.self)
        let approval = fields["approval"].flatMap(ApprovalDecoder(reading: reading, declarations: declarations).decode)
        let because = reading.text(fields["because"], "`because`")
        if let entry = fields.entry("approval"), let verdict, verdict != .approval {
            reading.error(
                "conflicting-keys", "nobody approves what is `\(verdict.rawValue)`", at: entry.keyNode)
        }
        guard let name, let when, let verdict else { return nil }
        return Rule(
            name: name, when: when, verdict: verdict, approval: approval, because: because,
            location: reading.location(fields.node))
    }

    private func checkNew(_ rule: Rule, _ known: inout KnownRules, _ fields: Fields) {
        let place = (fields["name"] ?? fields.node).span
        if let same = known.byName.updateValue(rule, forKey: ExactText(rule.name)) {
            reading.findings.error(
                "duplicate-name", "rule \(quoted(rule.name)) stands here twice", at: place,
                notes: ["it stands at \(same.location) already"])
        }
        let condition = ExactText("\(rule.verdict.rawValue) \(rule.when.source)")
        guard let other = known.byCondition.updateValue(rule, forKey: condition), other.approval == rule.approval
        else { return }
        reading.findings.warning(
            "unreachable-rule", "rule \(quoted(rule.name)) says what rule \(quoted(other.name)) says", at: place,
            notes: ["that rule is at \(other.location)"])
    }

    private struct KnownRules {
        var byName: [ExactText: Rule] = [:]
        var byCondition: [ExactText: Rule] = [:]
    }

    /// A condition that reads no fact has one answer for ever.
    private func checkConstant(_ rule: Rule, _ node: YAMLNode?) {
        guard let node, rule.when.referencedPaths.isEmpty,
            case .bool(false)? = try? rule.when.evaluate(CELFacts(), costLimit: 1000)
        else { return }
        reading.findings.warning(
            "unreachable-rule", "rule \(quoted(rule.name)) never applies: its condition is always false", at: node.span)
    }
}
