/// What no plan may touch, whatever its effect.
extension Protected {
    func judge(_ facts: PolicyFacts, in policy: String, into draft: inout DecisionDraft) {
        for target in facts.targets where covers(target) {
            draft.add(
                GuardFinding(
                    .protect, policy, at: location, text: "protected \(name)",
                    refusal: GuardFinding.Refusal(effect: .deny, detail: "`\(name)` is protected: \(target)")))
        }
    }

    /// Where an id has a colon of its own, as `workers:w2` has, what reads like a kind is also taken as part of the id:
    /// it is worse to miss what was meant than to protect one thing more.
    func covers(_ target: Target) -> Bool {
        guard let kind else { return target.id.hasSameBytes(as: id) }
        if target.id.hasSameBytes(as: name) { return true }
        if target.kind.hasSameBytes(as: kind) && target.id.hasSameBytes(as: id) { return true }
        return kind == "service" && (target.service?.hasSameBytes(as: id) ?? false)
    }

    /// As it is written.
    private var name: String { kind.map { "\($0):\(id)" } ?? id }
}
