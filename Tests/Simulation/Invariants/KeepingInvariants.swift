import HandrailCore
import HandrailEngine

struct RequestsOnce: Invariant {
    static let sentence = "a request is handled once, however often it is handed in"

    private var handled: Set<String> = []

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.request(let made, let person, _)) = entry.event,
            let id = made.id, !handled.insert(id).inserted
        else { return nil }
        return "\(id) of \(person.name) is handled a second time: \(made.request)"
    }
}

struct NothingIsHalfKept: Invariant {
    static let sentence =
        "the journal tells nothing of what it does not know, and what it says was granted or went wrong is followed by what comes of it"

    /// What has to come next of a run.
    private enum Consequence {
        case event(RunEvent)
        /// Of one of two, by this person.
        case rollBack(Person)
        case quarantine
    }

    private var due: [Int: Consequence] = [:]
    private var incidents: Set<Int> = []
    private var alerts: Set<Fingerprint> = []

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        if case .quiet = observation { return due.keys.min().map { "nothing has come of what run \($0) was to do" } }
        guard case .kept(let entry) = observation else { return nil }
        switch entry.event {
        case .incidentOpened: if let incident = entry.incident { incidents.insert(incident) }
        case .alertJoined, .incidentsMerged, .incidentResolved, .incidentClosed, .decided:
            guard let incident = entry.incident, !incidents.contains(incident) else { return nil }
            return "something happens to incident \(incident), which was never opened: \(entry.event)"
        case .state(.alert(let transition)): return alert(transition)
        case .state(.request(let made, let person, nil)): expect(made.request, of: person, history)
        case .state(.run(let advance)): return run(advance, history)
        case .state(.quarantined(let quarantine)):
            if case .quarantine = due[quarantine.run] { due[quarantine.run] = nil }
        case .state(.engineStarted):
            return due.keys.min().map { "the engine starts, and nothing has come of what run \($0) was to do" }
        default: break
        }
        return nil
    }

    private mutating func alert(_ transition: AlertTransition) -> String? {
        let fingerprint = transition.labels.fingerprint
        if transition.kind == .began { alerts.insert(fingerprint) }
        return alerts.contains(fingerprint) ? nil : "an alert is \(transition.kind) that never began"
    }

    private mutating func expect(_ request: PersonRequest, of person: Person, _ history: History) {
        switch request {
        case .approve(let run, let digest): due[run] = .event(.approved(by: person, digest: digest))
        case .reject(let run, let because): due[run] = .event(.rejected(by: person, because: because))
        case .cancel(let run, _): due[run] = .event(.cancelled(by: person))
        case .takeOver(let run, _): due[run] = .event(.resolved(by: person, .takeOver))
        case .rollBack(let run, _): due[run] = .rollBack(person)
        case .pause, .resume, .release: break
        }
    }

    private mutating func run(_ advance: RunAdvance, _ history: History) -> String? {
        guard history.runs[advance.run] != nil else { return "run \(advance.run) goes on and was never decided" }
        let isMet: Bool
        switch due.removeValue(forKey: advance.run) {
        case .event(let event): isMet = advance.event == event
        case .rollBack(let person):
            isMet = advance.event == .cancelled(by: person) || advance.event == .resolved(by: person, .rollBack)
        case .quarantine: isMet = false
        case nil: isMet = true
        }
        for case .quarantine in advance.effects { due[advance.run] = .quarantine }
        return isMet ? nil : "run \(advance.run) goes on with \(advance.event), and something else was to come"
    }
}

struct EveryNoticeIsCounted: Invariant {
    static let sentence =
        "every notice of an alert that was taken in is counted as one thing or another, and as one only"

    /// What was counted last before a crash is lost, so the first engine is looked at.
    private var starts = 0

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(let change) = entry.event else { return nil }
        if case .engineStarted = change { starts += 1 }
        guard case .counted(let counters) = change, starts == 1 else { return nil }
        let known = counters.duplicates + counters.late + counters.distrusted + counters.resolvedUnseen
        let sum = known + counters.episodes + counters.ended
        return sum == counters.alerts ? nil : "\(counters.alerts) notices came in, and \(sum) are accounted for"
    }
}

struct NothingBesideWhatLivesOn: Invariant {
    static let sentence =
        "a run is held or stuck while a step of it goes on that cannot be ended, and nothing else is done unless a person says so"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        if case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let run = history.runs[advance.run], run.orders.last?.livesOn ?? false, !run.isHeld, !run.isStuck
        {
            switch advance.event {
            case .stepEnded, .undone: return "run \(run.number) goes on, and its last command cannot be ended"
            default: return nil
            }
        }
        guard case .performing(let number, let order, _, _) = observation, let run = history.runs[number],
            let living = run.orders.last(where: { $0.livesOn && $0.execution != order.execution })
        else { return nil }
        let isAllowed = run.events.contains { at, event in
            if case .resolved = event { at >= living.at } else { false }
        }
        return isAllowed ? nil : "run \(number) goes on beside step \(living.step), which cannot be ended"
    }
}
