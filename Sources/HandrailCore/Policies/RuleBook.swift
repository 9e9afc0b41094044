internal import CEL

/// The rules of all policies: what may loosen the default, and what may only tighten.
struct RuleBook: Sendable {
    private let allow: [Rule]
    private let restrict: [Rule]
    /// Of `allow`, then of `restrict`: they read the same facts, so each fact is looked up once for all rules.
    private let conditions: CELProgramGroup
    /// Why the default is what it is, all with the same effect: the strictest that is written, or none.
    private let defaults: [Reason]
    private let defaultVerdict: Verdict

    init(policies: [Policy]) {
        allow = policies.flatMap(\.allow)
        restrict = policies.flatMap(\.restrict)
        conditions = CELProgramGroup((allow + restrict).map(\.when))
        let written = policies.compactMap(\.defaultVerdict).max()
        let verdict = written ?? .approval
        defaultVerdict = verdict
        guard written != nil else {
            defaults = [
                Reason(
                    source: .default, rule: "default", location: nil, effect: verdict,
                    detail: "no rule allows it, and no policy gives another default")
            ]
            return
        }
        defaults = policies.filter { $0.defaultVerdict == verdict }.map { policy in
            Reason(
                source: .default, rule: policy.name, location: policy.location, effect: verdict,
                detail: "no rule allows it, and this is the default")
        }
    }

    func judge(_ facts: PolicyFacts, into draft: inout DecisionDraft) {
        if !facts.isComplete { draft.add(Self.incomplete) }
        for (index, subject) in facts.subjects.enumerated() {
            let slots = conditions.slots(for: subject.facts)
            judgeAllow(slots, index, into: &draft)
            judgeRestrict(slots, index, into: &draft)
        }
    }

    private static let incomplete = Reason(
        source: .planning, rule: "incomplete-plan", location: nil, effect: .deny,
        detail: "the plan has no steps, or a step without a target")

    /// The loosest matching rule is what the step starts from; where none matches, the default.
    private func judgeAllow(_ slots: CELSlots, _ subject: Int, into draft: inout DecisionDraft) {
        var matching: [Rule] = []
        var broken: [(rule: Rule, message: String)] = []
        for (place, rule) in allow.enumerated() {
            let answer = draft.answer(place, of: conditions, slots, as: rule.question(.allow), subject: subject)
            switch answer {
            case .applied: matching.append(rule)
            case .didNotApply: break
            case .failed(let message): broken.append((rule, message))
            }
        }
        let loosest = matching.map(\.verdict).min()
        if loosest == nil {
            for reason in defaults { draft.add(reason) }
        }
        for rule in matching where rule.verdict == loosest {
            draft.add(rule.reason(.allow, rule.because ?? "the rule matches"))
            draft.add(rule.approval)
        }
        for (rule, message) in broken { report(rule, message, loosest: loosest, into: &draft) }
    }

    /// A broken rule allows nothing. Where it would have asked for as much as the step now starts from, or more than
    /// the default, it still asks for it: the error must not leave the plan freer than an answer would have.
    private func report(_ rule: Rule, _ message: String, loosest: Verdict?, into draft: inout DecisionDraft) {
        let detail = "cannot be evaluated, so it allows nothing: \(message)"
        let text = "allow `\(rule.name)` (\(rule.location)) \(detail)"
        draft.add(GuardFinding(.allow, rule.name, at: rule.location, text: text))
        let wouldTighten = loosest == nil && rule.verdict > defaultVerdict
        guard wouldTighten || rule.verdict == loosest ?? defaultVerdict else { return }
        draft.add(rule.reason(.allow, detail))
        draft.add(rule.approval)
    }

    private func judgeRestrict(_ slots: CELSlots, _ subject: Int, into draft: inout DecisionDraft) {
        for (place, rule) in zip(allow.count..., restrict) {
            let answer = draft.answer(place, of: conditions, slots, as: rule.question(.restrict), subject: subject)
            switch answer {
            case .applied: draft.add(rule.reason(.restrict, rule.because ?? "the rule matches"))
            case .didNotApply: continue
            case .failed(let message):
                draft.add(rule.reason(.restrict, "cannot be evaluated, so it applies: \(message)"))
            }
            draft.add(rule.approval)
        }
    }
}

extension Rule {
    fileprivate func question(_ source: Reason.Source) -> TrialQuestion {
        TrialQuestion(source: source, rule: name, location: location, verdict: verdict)
    }

    fileprivate func reason(_ source: Reason.Source, _ detail: String) -> Reason {
        Reason(source: source, rule: name, location: location, effect: verdict, detail: detail)
    }
}
