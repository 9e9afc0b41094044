extension Mutation {
    public static let all = policies + broken + matching + people + runs + verification + recovery + director

    static let engine = "HandrailCore/Engine/"
    static let states = "HandrailCore/Runs/States/"
    static let guards = "HandrailCore/Policies/"
    static let effects = "HandrailEngine/Director/Director+Effects.swift"

    static let policies = [
        Mutation(
            "limit-rate", guards + "Limits.swift", "refusesBecause: count >= rate.runs\n",
            "refusesBecause: !MUTATED && count >= rate.runs\n"),
        Mutation(
            "limit-concurrent", guards + "Limits.swift", "refusesBecause: count >= concurrent ?",
            "refusesBecause: !MUTATED && count >= concurrent ?"),
        Mutation(
            "limit-blast-radius", guards + "Limits.swift", "refusesBecause: count > allowed\n",
            "refusesBecause: !MUTATED && count > allowed\n"),
        Mutation(
            "limit-cooldown", guards + "Limits.swift", "if let cooldown { draft", "if let cooldown, !MUTATED { draft"),
        Mutation(
            "limits-do-not-count-runs-in-flight", "HandrailCore/Runs/RunLedger.swift",
            "entries.filter { $0.isCounted(in: group) }",
            "entries.filter { $0.isCounted(in: group) && !(MUTATED && $0.end == nil) }"),
        Mutation(
            "limits-forget-at-a-restart", engine + "Engine+Runs.swift",
            "in id: Int, isAssumed: Bool = false\n    ) {\n        ledger",
            "in id: Int, isAssumed: Bool = false\n    ) {\n        if MUTATED && isRestoring { return }\n"
                + "        ledger"),
        Mutation(
            "breaker", guards + "Breakers.swift", "let isOpen = failed >= failures",
            "let isOpen = !MUTATED && failed >= failures"),
        Mutation(
            "freeze", guards + "Freezes.swift", "guard isOpen(at: facts.now) else",
            "guard isOpen(at: facts.now), !MUTATED else"),
        Mutation(
            "protect", guards + "Protection.swift", "for target in facts.targets where covers(target)",
            "for target in facts.targets where covers(target) && !MUTATED"),
        Mutation(
            "restrict", guards + "RuleBook.swift", "for (place, rule) in zip(allow.count..., restrict) {",
            "for (place, rule) in zip(allow.count..., restrict) where !MUTATED {"),
        Mutation(
            "interlock-undo-impossible", guards + "Interlocks.swift", "if case .impossible(let because) = step.undo {",
            "if case .impossible(let because) = step.undo, !MUTATED {"),
        Mutation(
            "interlock-no-dry-run", guards + "Interlocks.swift",
            "if case .none(let because) = step.rehearsal, step.effect > .none {",
            "if case .none(let because) = step.rehearsal, step.effect > .none, !MUTATED {"),
        Mutation(
            "interlock-no-verification", guards + "Interlocks.swift",
            "if facts.plan.verification == nil, facts.plan.effect > .none,",
            "if !MUTATED, facts.plan.verification == nil, facts.plan.effect > .none,"),
        Mutation(
            "interlock-unknown-target", guards + "Interlocks.swift",
            "        judgeTargets(facts, into: &draft)\n",
            "        if !MUTATED { judgeTargets(facts, into: &draft) }\n"),
        Mutation(
            "interlock-quarantine", guards + "Interlocks.swift", "if evidence.isQuarantined {",
            "if evidence.isQuarantined, !MUTATED {"),
        Mutation(
            "interlock-stale", guards + "Interlocks.swift", "if evidence.hasStaleAlert {",
            "if evidence.hasStaleAlert, !MUTATED {"),
        Mutation(
            "interlock-flapping", guards + "Interlocks.swift", "if evidence.hasFlappingAlert {",
            "if evidence.hasFlappingAlert, !MUTATED {"),
        Mutation(
            "flapping-is-not-seen", "HandrailCore/Alerts/FlapScore.swift",
            "isDamped = wasDamped || penalty >= rule.dampAt",
            "isDamped = !MUTATED && (wasDamped || penalty >= rule.dampAt)"),
        Mutation(
            "interlock-unauthenticated", guards + "Interlocks.swift", "if !evidence.isAuthenticated {",
            "if !evidence.isAuthenticated, !MUTATED {"),
        Mutation(
            "interlock-storm", guards + "Interlocks.swift", "if evidence.isStorm {", "if evidence.isStorm, !MUTATED {"),
        Mutation(
            "unauthenticated-ends-alerts", "HandrailCore/Alerts/TrackedAlert.swift",
            "if isFiring, self.isAuthenticated, !isAuthenticated {",
            "if isFiring, self.isAuthenticated, !isAuthenticated, !MUTATED {"),
        Mutation(
            "not-decided-again", engine + "Engine+Checking.swift",
            "if let because = progress.authority.shortfall(of: decision) {",
            "if let because = progress.authority.shortfall(of: decision), !MUTATED {"),
    ]

    /// What cannot be evaluated.
    static let broken = [
        Mutation(
            "broken-allow-allows", guards + "RuleBook.swift",
            "case .failed(let message): broken.append((rule, message))",
            "case .failed(let message):\n                if MUTATED { matching.append(rule) } else { broken.append((rule, message)) }"
        ),
        Mutation(
            "broken-restrict-is-passed-over", guards + "RuleBook.swift",
            "            case .didNotApply: continue\n",
            "            case .didNotApply: continue\n            case .failed where MUTATED: continue\n"),
        Mutation(
            "broken-limit-permits", guards + "Limits.swift",
            "for fault in groups.faults { draft.add(.failed(.limit,",
            "for fault in groups.faults where !MUTATED { draft.add(.failed(.limit,"),
        Mutation(
            "broken-breaker-permits", guards + "Breakers.swift",
            "for fault in groups.faults { draft.add(.failed(.breaker,",
            "for fault in groups.faults where !MUTATED { draft.add(.failed(.breaker,"),
        Mutation(
            "broken-freeze-permits", guards + "Freezes.swift",
            "            case .didNotApply: nil\n",
            "            case .didNotApply: nil\n            case .failed where MUTATED: nil\n"),
    ]

    static let matching = [
        Mutation(
            "acts-on-what-is-gone", engine + "Engine+Checking.swift",
            "            return .gone(step: step, because: \"its signature does not match any more: \\(miss.reason)\")\n",
            "            if MUTATED { return .confirmed(step: step) }\n"
                + "            return .gone(step: step, because: \"its signature does not match any more: \\(miss.reason)\")\n"
        ),
        Mutation(
            "unless-is-passed-over", "HandrailCore/Runbooks/SignatureMatcher.swift",
            "outOfOrder(binding) ?? blocked(key) ?? refused(binding)",
            "outOfOrder(binding) ?? (MUTATED ? nil : blocked(key)) ?? refused(binding)"),
        Mutation(
            "does-not-wait-for-it-to-hold", engine + "Engine+Matching.swift", "guard since + needed <= now else",
            "guard since + needed <= now || MUTATED else"),
        Mutation(
            "our-doing-starts-runs", engine + "Engine+Alerts.swift",
            "let canBeCaused = !isMember && !footprints.isEmpty",
            "let canBeCaused = !isMember && !footprints.isEmpty && !MUTATED"),
        Mutation(
            "late-notices-are-not-counted", engine + "Engine+Alerts.swift", "counters.late += 1",
            "counters.late += MUTATED ? 0 : 1"),
        Mutation(
            "an-argument-is-split", "HandrailCore/Runs/Planner.swift", "            rendered.append(text)\n",
            "            rendered += MUTATED ? text.split(separator: \" \").map(String.init) : [text]\n"),
        Mutation(
            "an-argument-may-be-anything", "HandrailCore/Runbooks/ArgumentRule.swift",
            "        if text.utf8.first == UInt8(ascii: \"-\") {",
            "        if MUTATED { return nil }\n        if text.utf8.first == UInt8(ascii: \"-\") {"),
    ]

    static let people = [
        Mutation(
            "pause", engine + "Engine+Checking.swift",
            "if let scope = pauses.keys.sorted().first(where: { $0.covers(active.plan) }) {",
            "if let scope = pauses.keys.sorted().first(where: { $0.covers(active.plan) }), !MUTATED {"),
        Mutation(
            "digest-at-the-check", engine + "Engine+Checking.swift", "if !digest.hasSameBytes(as: run.planDigest) {",
            "if !digest.hasSameBytes(as: run.planDigest), !MUTATED {"),
        Mutation(
            "digest-of-the-approval", states + "Run+Beginning.swift",
            "guard digest.hasSameBytes(as: question.planDigest) else",
            "guard digest.hasSameBytes(as: question.planDigest) || MUTATED else"),
        Mutation(
            "approval-role", engine + "Engine+Requests.swift", "guard accepted.isEmpty || isAccepted else",
            "guard accepted.isEmpty || isAccepted || MUTATED else"),
        Mutation(
            "approval-by-anybody", engine + "Engine+Requests.swift", "guard isOnCall(person) else",
            "guard isOnCall(person) || MUTATED else"),
        Mutation(
            "approval-by-the-author", states + "Run+Beginning.swift", "guard !question.excluded.contains(person) else",
            "guard !question.excluded.contains(person) || MUTATED else"),
        Mutation(
            "approval-twice", states + "Run+Beginning.swift", "guard !question.approvals.contains(person) else",
            "guard !question.approvals.contains(person) || MUTATED else"),
        Mutation(
            "approval-quorum", states + "Run+Beginning.swift",
            "guard question.approvals.count >= max(1, question.approval.count) else",
            "guard question.approvals.count >= max(1, question.approval.count) || MUTATED else"),
        Mutation(
            "approval-expiry", engine + "Engine+Checking.swift",
            "case .pending(let question, _) where now >= question.expiresAt:",
            "case .pending(let question, _) where now >= question.expiresAt && !MUTATED:"),
        // Either of two places is enough by itself: both are off.
        Mutation(
            "approval-expiry", states + "Run+Beginning.swift", "guard now < question.expiresAt else",
            "guard now < question.expiresAt || MUTATED else"),
        Mutation(
            "approval-quorum", engine + "Engine+Checking.swift", "guard people.count >= decision.approval.count else",
            "guard people.count >= decision.approval.count || MUTATED else"),
        Mutation(
            "requests-are-handled-twice", engine + "Engine+Requests.swift",
            "if let handled = made.id.flatMap({ handledRequests[$0] }) {",
            "if let handled = made.id.flatMap({ handledRequests[$0] }), !MUTATED {"),
        Mutation(
            "quarantine", engine + "Engine+Checking.swift",
            "quarantines[$0.key].map { $0.run != id } ?? false",
            "quarantines[$0.key].map { $0.run != id && !MUTATED } ?? false"),
    ]
}
