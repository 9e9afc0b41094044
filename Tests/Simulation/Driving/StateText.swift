import HandrailCore
import HandrailFormats

/// An engine's state as texts that can be compared: what a snapshot would keep, through the real codec.
enum StateText {
    private static let codec = JournalCodec(identity: AlertIdentity())

    /// What a snapshot would keep, and what the engine says when it is asked: a snapshot that leaves something out leaves
    /// it out of the state and of its fold alike.
    static func of(_ engine: Engine) -> [String] {
        kept(by: engine) + said(by: engine)
    }

    private static func said(by engine: Engine) -> [String] {
        let runs = engine.runViews.map { view in
            let state = view.run.map { "\($0.state)" } ?? "not sealed"
            return "view of run \(view.id) in \(view.incident): \(state), \(view.events.count) events"
        }
        let paused = engine.pausedScopes.map { "\($0.scope) is paused by \($0.by.name) because \($0.because)" }
        let quarantined = engine.quarantinedTargets.map { "\($0.target) is quarantined for \($0.run): \($0.because)" }
        let firing = engine.firingAlerts(matching: everything).map { "fires: \($0.labels.map(\.value.string))" }
        let rest = "storm \(engine.isStorm), \(engine.openIncidentCount) incidents in which something fires"
        return runs + paused + quarantined + firing + [rest]
    }

    private static let everything = Selector(source: "{}", matchers: [])

    private static func kept(by engine: Engine) -> [String] {
        engine.snapshot().compactMap { entry in
            guard case .state(.remembered(let memory)) = entry.event else { return nil }
            let (kind, payload) = codec.encode(
                TimelineEntry(at: entry.at, incident: nil, event: .state(.remembered(comparable(memory)))))
            return "\(kind) \(String(decoding: payload, as: UTF8.self))"
        }
    }

    /// Of an alert that fires the journal does not follow what every repetition may change: its annotations, and the time
    /// that its source gives it.
    private static func comparable(_ memory: Memory) -> Memory {
        guard case .alert(let alert) = memory else { return memory }
        return .alert(
            AlertMemory(
                labels: alert.labels, annotations: [], firstSeenAt: alert.firstSeenAt, isFiring: alert.isFiring,
                startsAt: alert.startsAt, beganAt: alert.beganAt, lastSeenAt: alert.lastSeenAt, endedAt: alert.endedAt,
                earlierStartsAt: alert.earlierStartsAt, lapsesAt: nil,
                isSuppressedBySource: alert.isSuppressedBySource, hasLapsed: alert.hasLapsed,
                isAuthenticated: alert.isAuthenticated, episodes: alert.episodes, causedBy: alert.causedBy,
                flap: alert.flap))
    }
}

extension Simulation {
    /// For people.
    static func text(of entry: TimelineEntry) -> String {
        switch entry.event {
        case .state(.run(let advance)):
            return "run \(advance.run): \(advance.event) → \(brief(advance.state)), \(advance.effects.map(brief))"
        case .decided(let record):
            let reasons = record.decision.reasons.prefix(2).map { "\($0.rule): \($0.detail)" }
            return "decided run \(record.run ?? 0) `\(record.plan.runbook)` in \(record.incident) on "
                + "\(record.plan.targets): \(record.decision.verdict) \(reasons)"
        case .state(.alert(let transition)):
            return "alert \(transition.kind) \(transition.labels.labels.map(\.value.string))"
        case .state(.report(let report)): return "report run \(report.run) \(report.purpose) \(report.ending)"
        case .state(.counted): return "counters"
        case .state(.request(let request, let person, let refusal)):
            return "request of \(person.name) \(request): \(refusal ?? "done")"
        case .incidentOpened(let labels):
            return "incident \(entry.incident ?? 0) opens \(labels.labels.map(\.value.string))"
        case .alertJoined(let labels, let reason):
            return "joins \(entry.incident ?? 0) \(labels.labels.map(\.value.string)) \(reason)"
        case .incidentClosed: return "incident \(entry.incident ?? 0) closes"
        default: return String("\(entry.event)".prefix(200)) + " in \(entry.incident ?? 0)"
        }
    }

    private static func brief(_ state: RunState) -> String { String("\(state)".prefix(60)) }
    private static func brief(_ effect: RunEffect) -> String { String("\(effect)".prefix(24)) }
}
