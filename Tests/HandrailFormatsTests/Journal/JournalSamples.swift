import HandrailFormats

@testable import HandrailCore

/// Every case of everything that a journal can hold.
///
/// Each list is a chain: a `switch` without `default` gives the sample after a sample. A case that is added somewhere does
/// not compile here until it has one.
enum JournalSamples {
    static let identity = AlertIdentity(ignoredLabels: ["pod"])
    static let codec = JournalCodec(identity: identity)

    static func all<Value>(_ next: (Value?) -> Value?) -> [Value] {
        var values: [Value] = []
        while let value = next(values.last) { values.append(value) }
        return values
    }

    static func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: 1_795_449_600_000) + .milliseconds(Int64(seconds * 1000))
    }

    /// What a careless writer or reader would change: composed and decomposed, controls, separators, noncharacters.
    static let nasty = "e\u{301} é \u{0}\n\t\"\\/\u{7F}\u{2028}\u{202E}\u{FFFF}\u{10FFFF}\u{1F600}"

    static let alert = LabelSet(labels, identity: identity)
    private static let labels = [
        Label(name: "alertname", value: "WorkerStuck"), Label(name: "pod", value: "p1"),
        Label(name: "e\u{301}", value: ExactText(nasty)), Label(name: "é", value: "composed"),
        Label(name: "", value: "no name"), Label(name: "queue", value: "q1"),
    ]
    static let other = LabelSet([Label(name: "alertname", value: "RedisDown")], identity: identity)
    static let annotations = [
        Label(name: "summary", value: ExactText(nasty)), Label(name: "a", value: ""),
    ]
    static let place = FileLocation(file: "policies/\(nasty).yaml", line: 4, column: 7)
    static let ada = Person("ada")
    static let grace = Person(nasty)

    static let entries: [TimelineEntry] =
        (all(event(after:)) + all(change(after:)).flatMap(variants).map { .state($0) })
        .flatMap { event in
            let withoutIncident = TimelineEntry(at: at(2), incident: nil, event: event)
            if case .state(.remembered) = event { return [withoutIncident] }
            return [TimelineEntry(at: at(1.25), incident: 3, event: event), withoutIncident]
        }

    // MARK: - The timeline

    private static func event(after previous: TimelineEvent?) -> TimelineEvent? {
        switch previous {
        case nil: .incidentOpened(alert)
        case .incidentOpened: .alertJoined(alert, .opened)
        case .alertJoined(_, let reason):
            if let next = reason.next { .alertJoined(alert, next) } else { .alertFiredAgain(alert) }
        case .alertFiredAgain: .alertResolved(alert)
        case .alertResolved: .alertMuted(alert, by: .silencedBySource)
        case .alertMuted(_, let muting):
            if let next = muting.next { .alertMuted(alert, by: next) } else { .alertUnmuted(alert) }
        case .alertUnmuted: .alertDamped(alert)
        case .alertDamped: .alertReleased(alert)
        case .alertReleased: .incidentsMerged(absorbed: 2, because: .memberBefore)
        case .incidentsMerged: .incidentResolved
        case .incidentResolved: .incidentClosed(summary)
        case .incidentClosed: .stormBegan(because: nasty)
        case .stormBegan: .stormEnded
        case .stormEnded: .decided(record)
        case .decided: .notChosen(runbook: "r", because: nasty)
        case .notChosen: .planRefused(runbook: "r", PlanRefusal(nasty, at: place))
        case .planRefused: .runStarted(run: 7, runbook: nasty)
        case .runStarted: .runEnded(run: 7, runbook: "r", outcome: .succeeded, because: "it helped")
        case .runEnded(_, _, let outcome, _):
            RunOutcome.allCases.element(after: outcome).map {
                .runEnded(run: 7, runbook: "r", outcome: $0, because: nasty)
            }
        // Those have a chain of their own.
        case .state: nil
        }
    }

    static let summary = IncidentSummary(
        id: 3, openedAt: at(0), resolvedAt: at(4), members: all(reason(after:)).map(member),
        nearMisses: [NearMiss(runbook: "r", because: nasty)])

    private static func reason(after previous: MembershipReason?) -> MembershipReason? {
        previous.map(\.next) ?? .opened
    }

    private static func member(_ reason: MembershipReason) -> IncidentSummary.Member {
        // An instance of its own: a dump shows each only once.
        let labels = LabelSet(labels, identity: identity)
        return IncidentSummary.Member(labels: labels, firstSeenAt: at(1), reason: reason)
    }

    // MARK: - State

    private static func change(after previous: StateChange?) -> StateChange? {
        switch previous {
        case nil: .engineStarted(EngineStart(version: "0.1", mode: .observe, workspaceDigest: "00ff"))
        case .engineStarted: .engineStopped
        case .engineStopped: .workspaceLoaded(digest: nasty)
        case .workspaceLoaded: .access(.unreadable)
        case .access: .alert(transition(.began))
        case .alert: .match(match)
        case .match: .run(advance(.recovered, .proposed))
        case .run: .report(report(.rehearse))
        case .report: .request(MadeRequest(.pause(.everything, because: nasty)), by: ada, refusal: nil)
        case .request: .quarantined(Quarantine(target: target, run: 7, because: nasty))
        case .quarantined: .counted(counters)
        case .counted: .announcementFailed(run: 7, because: nasty)
        case .announcementFailed: .remembered(.mode(.act))
        case .remembered: nil
        }
    }

    /// What a change may be about, case by case.
    private static func variants(_ change: StateChange) -> [StateChange] {
        switch change {
        case .engineStarted:
            Engine.Mode.allCases.map {
                .engineStarted(EngineStart(version: "0.1", mode: $0, workspaceDigest: "00ff"))
            }
        case .access: [change, .access(.tokens([]))] + TokenStanding.Standing.allCases.map { .access(access($0)) }
        case .alert: AlertTransition.Kind.allCases.map { .alert(transition($0)) }
        case .match: [.match(match), .match(freshMatch)]
        case .run: RunSamples.advances.map { .run($0) }
        case .report: StepReport.Purpose.allCases.map { .report(report($0)) }
        case .request:
            all { PersonRequest.sample(after: $0) }.map { .request(MadeRequest($0), by: grace, refusal: nil) }
                + [.request(MadeRequest(.resume(.everything)), by: ada, refusal: nasty)]
                + [.request(MadeRequest(.resume(.everything), id: "1-2-a"), by: ada, refusal: nasty)]
                + [.request(MadeRequest(.resume(.everything), token: "00ff"), by: ada, refusal: nil)]
        case .announcementFailed: [change, .announcementFailed(run: nil, because: "")]
        case .remembered: all(memory(after:)).map { .remembered($0) }
        case .engineStopped, .workspaceLoaded, .quarantined, .counted: [change]
        }
    }

    private static func access(_ standing: TokenStanding.Standing) -> AccessChange {
        let bare = TokenStanding(id: "00ff", standing: standing, role: "viewer")
        let bound = TokenStanding(
            id: "ff00", standing: standing, role: "responder", person: grace, source: nasty, secretMark: "0f",
            expiresAt: at(60),
            revokedAt: at(3))
        return .tokens([bare, bound])
    }

    private static func memory(after previous: Memory?) -> Memory? {
        switch previous {
        case nil: .mode(.observe)
        case .mode: .alert(alertMemory(isFiring: true))
        case .alert(let memory):
            memory.episodes == 1
                ? .incident(incidentMemory) : .alert(memory.isFiring ? alertMemory(isFiring: false) : ordinaryMemory)
        case .incident: .members(of: 3, summary.members)
        case .members(_, let members): members.isEmpty ? .run(runMemory) : .members(of: 0, [])
        case .run: .assumedRun(assumed(.pending(expiresAt: at(60)), nil))
        case .assumedRun(let memory):
            switch memory.stage {
            case .pending: .assumedRun(assumed(.verifying(deadline: at(60)), memory.match == nil ? [] : ["q", nil]))
            case .verifying: .ledger(ledger(.failed))
            }
        case .ledger(let memory):
            memory.outcome == nil
                ? .storm(StormMemory(lastReachedAt: at(9), recent: [StormMemory.Beginning(at: at(8), count: 2)]))
                : .ledger(ledger(nil))
        case .storm(let memory):
            memory.recent.isEmpty
                ? .paused(.service("q1"), by: ada, because: nasty) : .storm(StormMemory(lastReachedAt: nil, recent: []))
        case .paused: .quarantined(Quarantine(target: target, run: 7, because: nasty))
        case .quarantined: .handled(HandledRequest(id: "1-2-a", at: at(9), by: ada, refusal: nil))
        case .handled(let request):
            request.refusal == nil ? .handled(HandledRequest(id: nasty, at: at(9), by: ada, refusal: nasty)) : nil
        }
    }

    static func transition(_ kind: AlertTransition.Kind) -> AlertTransition {
        AlertTransition(
            kind: kind, labels: alert, annotations: kind == .began ? annotations : [],
            startsAt: Timestamp(milliseconds: kind == .lapsed ? .min : -62_167_219_200_000),
            endsAt: kind == .renewed ? Timestamp(milliseconds: 253_402_300_800_000) : nil,
            isAuthenticated: kind == .began, isSuppressedBySource: kind == .ended)
    }

    static let match = IncidentMemory.Match(
        runbook: "r", values: ["q1", nil, ""], since: at(3), isBlocked: true, unblockedAt: at(2), isDecided: true,
        handled: [alert.fingerprint, Fingerprint(high: 0, low: .max)])
    private static let freshMatch = IncidentMemory.Match(
        runbook: "r", values: [], since: nil, isBlocked: false, unblockedAt: nil, isDecided: false, handled: [])

    static func advance(_ event: RunEvent, _ state: RunState) -> RunAdvance {
        RunAdvance(run: 7, runbook: "r", planDigest: "d", event: event, state: state, effects: [])
    }

    private static func report(_ purpose: StepReport.Purpose) -> StepReport {
        StepReport(
            run: 7, step: 1, purpose: purpose, attempt: 2, argv: ["svc", nasty, ""], ending: "exited 0",
            isSuccess: purpose == .perform, duration: .milliseconds(1234), output: nasty, errorOutput: "",
            droppedBytes: 17)
    }

    private static let counters: Counters = {
        var counters = Counters()
        (counters.deliveries, counters.alerts, counters.duplicates, counters.late) = (1, 2, 3, 4)
        (counters.distrusted, counters.resolvedUnseen, counters.ended, counters.truncated) = (5, 6, 7, .max)
        (counters.episodes, counters.muted, counters.incidents, counters.runs) = (9, 10, 11, 12)
        return counters
    }()

    private static func alertMemory(isFiring: Bool) -> AlertMemory {
        let time = isFiring ? nil : at(5)
        return AlertMemory(
            labels: alert, annotations: annotations, firstSeenAt: at(0), isFiring: isFiring, startsAt: at(1),
            beganAt: at(2), lastSeenAt: at(3), endedAt: time, earlierStartsAt: time, lapsesAt: time,
            isSuppressedBySource: isFiring, hasLapsed: !isFiring, isAuthenticated: isFiring, episodes: 3,
            causedBy: isFiring ? 7 : nil,
            flap: FlapMemory(
                isDamped: isFiring, penalty: isFiring ? 0.1 + 0.2 : .leastNonzeroMagnitude, measuredAt: .distantPast))
    }

    /// Of an alert that fired once.
    private static let ordinaryMemory = AlertMemory(
        labels: alert, annotations: annotations, firstSeenAt: at(0), isFiring: true, startsAt: at(0), beganAt: at(0),
        lastSeenAt: at(0), endedAt: nil, earlierStartsAt: nil, lapsesAt: nil, isSuppressedBySource: false,
        hasLapsed: false, isAuthenticated: true, episodes: 1, causedBy: nil, flap: .none)

    private static let incidentMemory = IncidentMemory(
        id: 3, openedAt: at(0), lastBeganAt: at(1), resolvedAt: at(2), members: summary.members,
        matches: [match, freshMatch],
        outcomes: RunOutcome.allCases.map { IncidentMemory.Outcome(runbook: nasty, outcome: $0) })

    private static let runMemory = RunMemory(
        record: record, planDigest: "d",
        events: RunSamples.events.map { RunMemory.Event(at: at(6.001), event: $0) })

    private static func assumed(_ stage: AssumedRunMemory.Stage, _ match: [ExactText?]?) -> AssumedRunMemory {
        AssumedRunMemory(run: 7, incident: 3, plan: plan, match: match, stage: stage)
    }

    private static func ledger(_ outcome: RunOutcome?) -> LedgerMemory {
        LedgerMemory(
            run: 7, incident: 3, plan: plan, startedAt: at(1), endedAt: outcome.map { _ in at(2) }, outcome: outcome,
            isAssumed: outcome == nil)
    }
}

extension MembershipReason {
    fileprivate var next: MembershipReason? {
        switch self {
        case .opened: .sharesLabel(name: "é", value: JournalSamples.nasty)
        case .sharesLabel: .sameService("s")
        case .sameService: .dependency(from: "a", to: "b", hops: 2)
        case .dependency: .memberBefore
        case .memberBefore: .causedByRun(runbook: "r")
        case .causedByRun: nil
        }
    }
}

extension Muting {
    fileprivate var next: Muting? {
        switch self {
        case .silencedBySource: .silenced(because: JournalSamples.nasty, at: JournalSamples.place)
        case .silenced: .inhibited(by: JournalSamples.other, at: JournalSamples.place)
        case .inhibited: .causedByRun(runbook: "r")
        case .causedByRun: nil
        }
    }
}

extension PersonRequest {
    fileprivate static func sample(after previous: PersonRequest?) -> PersonRequest? {
        switch previous {
        case nil: .approve(run: 7, digest: "d")
        case .approve: .reject(run: 7, because: JournalSamples.nasty)
        case .reject: .cancel(run: 7, because: "")
        case .cancel: .rollBack(run: 7, because: "b")
        case .rollBack: .takeOver(run: 7, because: "b")
        case .takeOver: .pause(.everything, because: "b")
        case .pause(let scope, _):
            if let next = scope.next { .pause(next, because: "b") } else { .resume(.runbook("r")) }
        case .resume: .release(target: JournalSamples.nasty, because: "b")
        case .release: nil
        }
    }
}

extension PauseScope {
    fileprivate var next: PauseScope? {
        switch self {
        case .everything: .runbook("\u{301}r")
        case .runbook: .service("")
        case .service: nil
        }
    }
}

extension Collection where Element: Equatable {
    func element(after previous: Element) -> Element? {
        drop { $0 != previous }.dropFirst().first
    }
}
