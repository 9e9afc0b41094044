/// What has to be true of a journal and of what the executor did, whenever the engine was killed.
///
/// They know nothing of the engine: only what it wrote down, and what was seen from outside.
struct Invariants {
    let steps: [Scenario.Step]

    /// - Parameter answers: how many requests were answered as done.
    func violations(journal: JournalExport, effects: [Effect], answers: Int) -> [String] {
        let granted = journal.grantedRequests
        let unheld = answers > granted ? ["\(answers) requests were answered as done, \(granted) are kept"] : []
        return unheld + handledTwice(journal) + unintended(effects, journal) + repeated(effects, journal)
            + disordered(effects)
    }

    /// A request is in the journal once, however often an engine found it in its inbox.
    private func handledTwice(_ journal: JournalExport) -> [String] {
        let ids = journal.requestIDs
        return Set(ids).sorted().compactMap { id in
            let times = ids.count { $0 == id }
            return times > 1 ? "the request \(id) was handled \(times) times" : nil
        }
    }

    /// No effect without an intent that was durable before. Each intent covers one execution; a probe asks as often as it
    /// likes.
    private func unintended(_ effects: [Effect], _ journal: JournalExport) -> [String] {
        Set(effects).sorted { $0.description < $1.description }.compactMap { effect in
            let times = effects.count { $0 == effect }
            let wanted = Self.intents(of: effect.verb)
            let intents = journal.intents.filter { wanted.contains($0.type) }
            let step = steps.firstIndex { $0.name == effect.step }
            let covered =
                effect.verb == .probe
                ? (intents.isEmpty ? 0 : times)
                : intents.count { $0.step != nil && $0.step == step }
            return times > covered ? "`\(effect)` was done \(times) times, with \(covered) intents in the journal" : nil
        }
    }

    private static func intents(of verb: Effect.Verb) -> [String] {
        switch verb {
        case .plan: ["rehearse"]
        case .read: ["decideAgain"]
        case .perform: ["perform"]
        case .undo: ["undo"]
        case .probe: ["probe", "verify"]
        }
    }

    /// No step twice unless it is declared idempotent, and then not thrice; no undo twice, and none of what was never begun.
    private func repeated(_ effects: [Effect], _ journal: JournalExport) -> [String] {
        steps.enumerated().flatMap { index, step -> [String] in
            let done = effects.count { $0 == Effect(verb: .perform, step: step.name) }
            let undone = effects.count { $0 == Effect(verb: .undo, step: step.name) }
            let isBegun = journal.intents.contains { $0.type == "perform" && $0.step == index }
            var found: [String] = []
            if done > (step.isIdempotent ? 2 : 1) { found.append("step \(step.name) was done \(done) times") }
            if undone > 1 { found.append("step \(step.name) was undone \(undone) times") }
            if undone > 0, !isBegun { found.append("step \(step.name) was undone, and never begun") }
            return found
        }
    }

    /// Steps in their order; undone last first; nothing is done after the first undo.
    private func disordered(_ effects: [Effect]) -> [String] {
        func order(_ verb: Effect.Verb) -> [Int] {
            effects.filter { $0.verb == verb }.compactMap { effect in
                steps.firstIndex { $0.name == effect.step }
            }
        }
        var found: [String] = []
        if order(.perform) != order(.perform).sorted() { found.append("steps were done out of order") }
        if order(.undo) != order(.undo).sorted(by: >) { found.append("steps were undone out of order") }
        if let undo = effects.firstIndex(where: { $0.verb == .undo }),
            effects[undo...].contains(where: { $0.verb == .perform })
        {
            found.append("a step was done after an undo")
        }
        return found
    }

    /// What was durable stays, byte for byte and in its order.
    static func losses(from before: JournalExport, to after: JournalExport) -> [String] {
        guard
            let place = before.lines.indices.first(where: {
                !after.lines.indices.contains($0) || after.lines[$0] != before.lines[$0]
            })
        else { return [] }
        return [
            "entry \(place + 1) of \(before.lines.count) is gone or another one: \(before.lines[place].prefix(200))"
        ]
    }

    /// What `handrail run` has told of, it has kept before: a line says one thing, and so does an entry.
    static func unkept(said: String, journal: JournalExport) -> [String] {
        let lines = said.split(separator: "\n").count
        let told = journal.entries.count { Self.toldKinds.contains($0.kind) }
        return lines > told ? ["\(lines) things were said, of which the journal holds \(told)"] : []
    }

    private static let toldKinds: Set<String> = [
        "incident.opened", "incident.resolved", "decision.made", "run.advanced", "run.ended", "step.reported",
        "request.made", "target.quarantined",
    ]
}
