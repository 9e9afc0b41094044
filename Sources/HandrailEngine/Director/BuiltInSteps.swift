internal import HandrailCore

/// Steps that the engine does itself.
enum BuiltInSteps {
    /// The names under which a silence's identifier and its server are kept for its undo.
    private static let identifier = "silence"
    private static let server = "alertmanager"

    static func makesSilence(_ step: PlannedStep) -> Bool {
        switch Operation.BuiltIn(rawValue: step.action) {
        case .alertsDeduplicate, .alertsSilence: true
        case .incidentNote, .incidentNotify, nil: false
        }
    }

    /// What it would do, for those who approve.
    static func preview(_ step: PlannedStep, _ engine: Engine) throws(PlanRefusal) -> String {
        let arguments = Arguments(step)
        switch Operation.BuiltIn(rawValue: step.action) {
        case .alertsDeduplicate, .alertsSilence:
            let (covered, kept) = try alerts(of: arguments, engine, step)
            let keeps = kept == 0 ? "" : " and keep \(kept)"
            return "would silence \(covered) firing alerts\(keeps) for \(arguments["for"])\n"
        case .incidentNote: return "would note: \(arguments["text"])\n"
        case .incidentNotify: return "would tell \(arguments["to"]): \(arguments["text"])\n"
        case nil: throw PlanRefusal("`\(step.action)` is not built in", at: step.location)
        }
    }

    static func note(_ step: PlannedStep) -> String { Arguments(step)["text"] }

    /// Nil for a note, which is in the journal already.
    static func order(
        _ step: PlannedStep, _ permit: Permit, _ view: RunView, _ engine: Engine
    ) throws(PlanRefusal) -> Order? {
        let arguments = Arguments(step)
        switch Operation.BuiltIn(rawValue: step.action) {
        case .alertsDeduplicate, .alertsSilence:
            _ = try alerts(of: arguments, engine, step)
            guard let duration = Duration(inWords: arguments["for"]), duration > .zero else {
                throw PlanRefusal("`for` is no span of time", at: step.location)
            }
            let because = arguments["because"].isEmpty ? "keeps \(arguments["keep"])" : arguments["because"]
            return .silence(
                SilenceRequest(
                    matchers: arguments["match"], duration: duration,
                    because: "\(view.record.plan.runbook), incident \(view.incident): \(because)",
                    mark: mark(permit, view), isRepeated: permit.attempt > 1),
                permit)
        case .incidentNote: return nil
        case .incidentNotify:
            return .announce(
                Announcement(to: arguments["to"], text: arguments["text"], incident: view.incident, run: view.id),
                permit)
        case nil: throw PlanRefusal("`\(step.action)` is not built in", at: step.location)
        }
    }

    // MARK: - What was silenced

    /// Runs are counted from 1 by every engine, so their numbers alone would fit another engine's silences as well.
    private static func mark(_ permit: Permit, _ view: RunView) -> String {
        "handrail run \(view.id), step \(permit.step + 1), plan \(permit.planDigest.prefix(16))"
    }

    static func output(_ silence: MadeSilence) -> String {
        ([silence.identifier] + [silence.server].compactMap(\.self)).joined(separator: " ")
    }

    static func captured(from output: String) -> [String: String] {
        let words = output.split(separator: " ", maxSplits: 1).map(String.init)
        var captured = [identifier: words.first ?? ""]
        if words.count > 1 { captured[server] = words[1] }
        return captured
    }

    /// Where its outcome was unknown nobody knows its identifier, and it has to be looked for.
    static func undoing(_ captured: [String: String], _ permit: Permit, _ view: RunView) -> Order {
        guard let identifier = captured[identifier] else { return .expireMarked(mark(permit, view), permit) }
        return .expire(MadeSilence(identifier: identifier, server: captured[server]), permit)
    }

    /// How many alerts a silence would cover now, and how many of those that fire stay.
    ///
    /// A silence can only say what it covers. So it is refused where it would cover what is to be kept.
    private static func alerts(
        of arguments: Arguments, _ engine: Engine, _ step: PlannedStep
    ) throws(PlanRefusal) -> (covered: Int, kept: Int) {
        let match = try selector(arguments["match"], step)
        let covered = engine.firingAlerts(matching: match)
        guard !arguments["keep"].isEmpty else { return (covered.count, 0) }
        let keep = try selector(arguments["keep"], step)
        guard !covered.contains(where: keep.matches) else {
            throw PlanRefusal("the silence would cover an alert that is to be kept", at: step.location)
        }
        let kept = engine.firingAlerts(matching: keep)
        guard !kept.isEmpty else {
            throw PlanRefusal("no alert that is to be kept fires, so nobody would be told", at: step.location)
        }
        return (covered.count, kept.count)
    }

    private static func selector(_ text: String, _ step: PlannedStep) throws(PlanRefusal) -> Selector {
        do {
            return try SelectorParser.parse(text)
        } catch {
            throw PlanRefusal("a selector cannot be read: \(error.message)", at: step.location)
        }
    }

    /// `parameter=value` after the action's name.
    private struct Arguments {
        private let values: [String: String]

        init(_ step: PlannedStep) {
            values = Dictionary(
                step.argv.dropFirst().compactMap { argument in
                    let utf8 = argument.utf8
                    guard let sign = utf8.firstIndex(of: UInt8(ascii: "=")) else { return nil }
                    return (String(argument[..<sign]), String(argument[utf8.index(after: sign)...]))
                }, uniquingKeysWith: { first, _ in first })
        }

        subscript(name: String) -> String { values[name] ?? "" }
    }
}
