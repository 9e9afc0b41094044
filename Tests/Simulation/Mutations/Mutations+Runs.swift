/// Of what is carried out, kept and recovered.
extension Mutation {
    static let runs = [
        Mutation(
            "one-run-a-target", engine + "Engine+Decisions.swift",
            "if let holder = targetHolders[target.key], let run = runs[holder] {",
            "if let holder = targetHolders[target.key], let run = runs[holder], !MUTATED {"),
        Mutation(
            "one-run-an-incident", engine + "Engine+Decisions.swift", ".first(where: \\.holds)\n",
            ".first(where: { $0.holds && !MUTATED })\n"),
        Mutation(
            "undone-runs-hold-nothing", engine + "Engine+Driving.swift", "if ended.holds, let target",
            "if MUTATED { runs[id] = ended; succeededRuns[id] = nil; return }\n        if ended.holds, let target"),
        Mutation(
            "ladder", engine + "Engine+Matching.swift",
            "incident.outcomes[rung.runbook] != rung.outcome else",
            "incident.outcomes[rung.runbook] != rung.outcome, !MUTATED else"),
        Mutation(
            "rollback-first-first", states + "Run+Ending.swift", "plan.steps.indices.prefix(step + 1).last {",
            "(MUTATED ? Array(plan.steps.indices.prefix(step + 1).reversed()) : Array(plan.steps.indices.prefix(step + 1))).last {"
        ),
        Mutation(
            "rollback-skips-the-last", states + "Run+Ending.swift",
            "return rollBack(from: progress.step, progress.authority, \"step \\(progress.step + 1) failed: \\(because)\")",
            "return rollBack(from: progress.step - (MUTATED ? 1 : 0), progress.authority, \"step failed: \\(because)\")"
        ),
        Mutation(
            "a-failed-undo-quarantines-nothing", engine + "Engine+Driving.swift",
            "for case .quarantine(let because) in effects {",
            "for case .quarantine(let because) in effects where !MUTATED {"),
        Mutation(
            "undoes-beside-what-lives-on", "HandrailEngine/Director/Order.swift",
            "guard stillLiving == 0 else { return .outOfHand",
            "guard stillLiving == 0 || MUTATED else { return .outOfHand"),
        Mutation(
            "leaves-out-what-may-have-run", states + "Run.swift", "progress.attempt == 1 {",
            "progress.attempt == 1 || MUTATED {"),
        Mutation(
            "repeats-what-is-not-idempotent", states + "Run+Ending.swift",
            "guard plan.steps[progress.step].isIdempotent, progress.attempt < Self.mostAttempts else",
            "guard plan.steps[progress.step].isIdempotent || MUTATED, progress.attempt < Self.mostAttempts else"),
        Mutation(
            "repeats-without-end", states + "Run+Ending.swift",
            "progress.attempt < Self.mostAttempts else { return nil }",
            "progress.attempt < Self.mostAttempts || MUTATED else { return nil }"),
        Mutation(
            "no-dry-runs", states + "Run+Beginning.swift", "case .argv, .builtIn: true\n",
            "case .argv, .builtIn: !MUTATED\n"),
        Mutation(
            "old-dry-runs", states + "Run+Beginning.swift", "now - rehearsedAt > Self.rehearsalLife",
            "now - rehearsedAt > Self.rehearsalLife && !MUTATED"),
        Mutation(
            "failed-dry-runs", states + "Run+Beginning.swift",
            "let text = \"the dry-run of step",
            "if MUTATED { return rehearse(from: step + 1, authorization, now) }\n            let text = \"the dry-run of step"
        ),
    ]

    static let verification = [
        Mutation(
            "success-while-alerts-fire", engine + "Engine+Checking.swift",
            "guard !isFiring(anyOf: verification.resolved) else {\n            watch.clearSince",
            "guard !isFiring(anyOf: verification.resolved) || MUTATED else {\n            watch.clearSince"),
        Mutation(
            "success-before-stable", engine + "Engine+Checking.swift", "if now >= since + verification.stable {",
            "if now >= since + verification.stable || MUTATED {"),
        Mutation(
            "success-without-data", engine + "Engine+Checking.swift",
            "if verification.resolved.contains(where: { alerts.hasLapsed($0) }) {",
            "if !MUTATED, verification.resolved.contains(where: { alerts.hasLapsed($0) }) {"),
        Mutation(
            "success-without-probe", "HandrailEngine/Director/Director+Probing.swift",
            "guard verification.probe.isEmpty else {\n            probe(.verification",
            "guard verification.probe.isEmpty || MUTATED else {\n            probe(.verification"),
    ]

    static let recovery = [
        Mutation(
            "a-restart-performs-again", states + "Run.swift",
            "case (.running(let progress, let canceller), .recovered):\n",
            "case (.running(let progress, let canceller), .recovered):\n            if MUTATED { return perform(progress) }\n"
        ),
        Mutation(
            "a-restart-tells-no-run", engine + "Engine+Restoring.swift",
            "for id in runs.keys.sorted() {", "for id in runs.keys.sorted() where !MUTATED {"),
        Mutation(
            "a-restart-undoes-again", states + "Run.swift",
            "case (.rollingBack(let step, let authority, let because), .recovered):\n",
            "case (.rollingBack(let step, let authority, let because), .recovered):\n"
                + "            if MUTATED { return rollBack(from: step, authority, because) }\n"),
        Mutation(
            "a-snapshot-forgets-quarantines", engine + "Engine+Remembering.swift",
            "let quarantined = quarantinedTargets.map",
            "let quarantined = MUTATED ? [] : quarantinedTargets.map"),
        Mutation(
            "a-snapshot-forgets-runs", engine + "Engine+Remembering.swift", "let runs = runViews.map { view in\n",
            "let runs = runViews.filter { _ in !MUTATED }.map { view in\n"),
        Mutation(
            "a-snapshot-forgets-pauses", engine + "Engine+Remembering.swift", "let paused = pausedScopes.map",
            "let paused = pausedScopes.filter { _ in !MUTATED }.map"),
        Mutation(
            "a-snapshot-forgets-limits", engine + "Engine+Remembering.swift",
            "let ledger = ledger.entries.map { entry in\n",
            "let ledger = ledger.entries.filter { _ in !MUTATED }.map { entry in\n"),
        Mutation(
            "a-snapshot-forgets-alerts", engine + "Engine+Remembering.swift", "engine.alerts.slotsByFingerprint.lazy",
            "engine.alerts.slotsByFingerprint.filter { _ in !MUTATED }.lazy"),
        Mutation(
            "a-snapshot-forgets-incidents", engine + "Engine+Remembering.swift", "engine.incidents.keys.lazy",
            "engine.incidents.keys.filter { _ in !MUTATED }.lazy"),
        Mutation(
            "a-snapshot-forgets-requests", engine + "Engine+Remembering.swift", "= handledRequests.all.map {",
            "= handledRequests.all.filter { _ in !MUTATED }.map {"),
        Mutation(
            "a-snapshot-forgets-storms", engine + "Engine+Remembering.swift", "storm.memory(at: now).map {",
            "(MUTATED ? nil : storm.memory(at: now)).map {"),
        Mutation(
            "a-restart-forgets-pauses", engine + "Engine+Restoring.swift",
            "case .pause(let scope, let because): pauses[scope] =",
            "case .pause where MUTATED: break\n        case .pause(let scope, let because): pauses[scope] ="),
        Mutation(
            "a-restart-gives-numbers-again", engine + "Engine+Restoring.swift",
            "if let run = record.run { counters.runs = max(counters.runs, run) }",
            "if let run = record.run, !MUTATED { counters.runs = max(counters.runs, run) }"),
        Mutation(
            "a-held-run-is-not-told", states + "Run.swift", "return (state, [.notify(because: because)])",
            "return (state, MUTATED ? [] : [.notify(because: because)])"),
        Mutation(
            "a-rollback-is-not-told", "HandrailEngine/Director/Director.swift",
            "guard advance.state.isFinished else { return nil }",
            "guard advance.state.isFinished, !MUTATED else { return nil }"),
        Mutation(
            "incidents-are-never-forgotten", engine + "Engine+Incidents.swift",
            "        unlink(incident)\n        incidents[incident.id] = nil\n",
            "        if MUTATED { return }\n        unlink(incident)\n        incidents[incident.id] = nil\n"),
    ]

    static let director = [
        Mutation(
            "acts-before-it-is-durable", "HandrailEngine/Director/Director.swift",
            "        if case .state(.run(let advance)) = entry.event, advance.state.isFinished { forget(advance.run) }\n",
            "        if MUTATED, case .state(.run(let advance)) = entry.event {\n"
                + "            for case .perform(let step, let permit) in advance.effects {\n"
                + "                begin(.perform(step: step, permit), of: advance.run)\n            }\n        }\n"
                + "        if case .state(.run(let advance)) = entry.event, advance.state.isFinished { forget(advance.run) }\n"
        ),
        Mutation(
            "answers-before-it-is-durable", "HandrailEngine/Director/Outbox.swift",
            "        next.answers.append((ticket, answer))",
            "        if MUTATED { answerNow(ticket, answer) } else { next.answers.append((ticket, answer)) }"),
        Mutation(
            "drops-what-was-not-kept", "HandrailEngine/Director/Outbox.swift",
            "        batch.records += next.records\n",
            "        if MUTATED { batch.records = [] }\n        batch.records += next.records\n"),
        Mutation(
            "takes-any-report", effects, "guard awaited[run] == number else",
            "guard awaited[run] == number || MUTATED else"),
        Mutation(
            "seals-only-once", effects, "        activities[view.id] = .checking(step: step)\n        outbox.put",
            "        activities[view.id] = .checking(step: step)\n"
                + "        if MUTATED, let seal = seals[view.id] { return decideAgain(step, view, seal) }\n        outbox.put"
        ),
        Mutation(
            "rehearses-with-the-step", effects, "case .argv(let argv): observe(argv, plan.steps[step], run)",
            "case .argv(let argv): observe(MUTATED ? plan.steps[step].argv : argv, plan.steps[step], run)"),
        Mutation(
            "undoes-with-the-step", effects, "carryOut(try UndoArguments.render(planned, captured: captured), planned,",
            "carryOut(MUTATED ? planned.argv : try UndoArguments.render(planned, captured: captured), planned,"),
        Mutation(
            "performs-twice", effects, "        carryOut(planned.argv, planned, view.id) { .perform($0, permit) }\n",
            "        carryOut(planned.argv, planned, view.id) { .perform($0, permit) }\n"
                + "        if MUTATED { carryOut(planned.argv, planned, view.id) { .perform($0, permit) } }\n"),
        Mutation(
            "never-forgets-what-it-did", effects, "        activities[run] = nil\n        seals[run] = nil\n",
            "        if MUTATED { return }\n        activities[run] = nil\n        seals[run] = nil\n"),
    ]
}
