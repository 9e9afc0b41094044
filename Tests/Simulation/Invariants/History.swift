import HandrailCore
import HandrailEngine

/// What has happened, as an onlooker knows it who sees the journal, the orders and the world, and nothing of the engine.
struct History {
    var now = SyntheticFiles.start
    /// The files in force, by what the journal says.
    var workspace = Workspace()
    var digest = ""
    var runs: [Int: RunHistory] = [:]
    /// An incident that was merged, and the one that it is part of now.
    private var homes: [Int: Int] = [:]
    var openIncidents: Set<Int> = []
    var incidentCount = 0
    var alerts: [Fingerprint: AlertHistory] = [:]
    /// When alerts began, the last few.
    var began: [Timestamp] = []
    var pauses: Set<PauseScope> = []
    /// The run that a target is quarantined for.
    var quarantines: [ExactText: Int] = [:]
    var requests: [(request: PersonRequest, person: Person, refusal: String?, at: Timestamp)] = []
    /// Fingerprints of which a source that proved itself has said, at some time, that they fire, or have resolved.
    var vouchedFiring: [Fingerprint: Timestamp] = [:]
    var vouchedResolved: [Fingerprint: Timestamp] = [:]
    /// When anything was last delivered that says that it fires.
    var heardAt: [Fingerprint: Timestamp] = [:]
    /// What all that a run's plan rests on was when the sealer was last asked, whatever it answered.
    var sealed: [Int: String] = [:]
    var sealedAt: [Int: Timestamp] = [:]
    /// When people were last told anything of a run.
    var toldAt: [Int: Timestamp] = [:]
    var toldOfRollback: Set<Int> = []
    var lastEntryAt = Timestamp.distantPast

    func home(of incident: Int) -> Int {
        var incident = incident
        while let next = homes[incident] { incident = next }
        return incident
    }

    /// Those that may have run a step that changes something, and have not ended.
    func actingRuns(except run: Int) -> [RunHistory] {
        runs.values.filter { $0.number != run && $0.isActing && $0.plan.effect > .none }
    }

    mutating func take(_ entry: TimelineEntry, workspaces: [String: Workspace]) {
        lastEntryAt = max(lastEntryAt, entry.at)
        switch entry.event {
        case .decided(let record):
            guard let number = record.run else { return }
            runs[number] = RunHistory(number: number, record: record)
        case .incidentOpened:
            incidentCount += 1
            if let incident = entry.incident { openIncidents.insert(incident) }
        case .incidentsMerged(let absorbed, _):
            guard let home = entry.incident else { return }
            openIncidents.remove(absorbed)
            homes[absorbed] = home
        case .incidentClosed: if let incident = entry.incident { openIncidents.remove(incident) }
        case .alertDamped(let labels): alerts[labels.fingerprint, default: AlertHistory()].isDamped = true
        case .alertReleased(let labels): alerts[labels.fingerprint, default: AlertHistory()].isDamped = false
        case .state(let change): take(change, at: entry.at, workspaces)
        case .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .incidentResolved, .stormBegan,
            .stormEnded, .notChosen, .planRefused, .runStarted, .runEnded:
            break
        }
    }

    private mutating func take(_ change: StateChange, at time: Timestamp, _ workspaces: [String: Workspace]) {
        switch change {
        case .engineStarted(let start): load(start.workspaceDigest, workspaces)
        case .workspaceLoaded(let digest): load(digest, workspaces)
        case .alert(let transition): take(transition, at: time)
        case .run(let advance):
            if case .decided = advance.event { runs[advance.run]?.decidedDigest = sealed[advance.run] ?? "" }
            let wasStuck = runs[advance.run]?.isStuck ?? false
            runs[advance.run]?.take(advance, at: time)
            // Whatever the engine says of it: where an undo did not succeed nothing may be touched.
            guard let run = runs[advance.run], run.isStuck, !wasStuck else { return }
            for target in run.plan.targets { quarantines[target.key] = run.number }
        case .request(let made, let person, let refusal):
            requests.append((made.request, person, refusal, time))
            if refusal == nil { take(made.request) }
        case .quarantined(let quarantine): quarantines[quarantine.target.key] = quarantine.run
        case .engineStopped, .access, .match, .report, .counted, .announcementFailed, .remembered: break
        }
    }

    private mutating func load(_ digest: String, _ workspaces: [String: Workspace]) {
        self.digest = digest
        workspace = workspaces[digest] ?? workspace
    }

    private mutating func take(_ request: PersonRequest) {
        switch request {
        case .pause(let scope, _): pauses.insert(scope)
        case .resume(let scope): pauses.remove(scope)
        case .release(let target, _):
            let key = quarantines.keys.sorted().first { $0.string.hasSuffix("\u{0}\(target)") }
            if let key { quarantines[key] = nil }
        case .approve, .reject, .cancel, .rollBack, .takeOver: break
        }
    }

    private mutating func take(_ transition: AlertTransition, at time: Timestamp) {
        let fingerprint = transition.labels.fingerprint
        switch transition.kind {
        case .began:
            alerts[fingerprint, default: AlertHistory()].isFiring = true
            alerts[fingerprint]?.labels = transition.labels
            alerts[fingerprint]?.startsAt = transition.startsAt
            alerts[fingerprint]?.changedAt = time
            began.append(time)
            if began.count > 64 { began.removeFirst(32) }
        case .renewed: alerts[fingerprint]?.startsAt = transition.startsAt
        case .ended, .lapsed:
            alerts[fingerprint]?.isFiring = false
            alerts[fingerprint]?.changedAt = time
            alerts[fingerprint]?.hasLapsed = transition.kind == .lapsed
        }
    }

    /// What was intended and not begun is not begun any more: the engine has started anew.
    mutating func restart() {
        for number in runs.keys { runs[number]?.restart() }
    }
}

struct AlertHistory {
    var labels: LabelSet?
    var isFiring = false
    /// Since when its condition holds, by its source's word.
    var startsAt = Timestamp.distantPast
    var isDamped = false
    var hasLapsed = false
    var changedAt = Timestamp.distantPast
}

/// One command that may have changed something.
struct PerformedOrder {
    let execution: Int
    let isUndo: Bool
    let step: Int
    let attempt: Int
    let at: Timestamp
    let permit: Permit
    /// Nil while it is under way, and for ever where nobody was there to hear it.
    var ending: ExecutionEnding?
    var tookEffect = false
    /// A process of it cannot be ended.
    var livesOn = false

    /// Whether it may have changed something, for all that anybody was told.
    var mayHaveRun: Bool {
        if case .notStarted = ending { return false }
        return true
    }
}

struct RunHistory {
    let number: Int
    let record: DecisionRecord
    var state: RunState?
    var stateSince = Timestamp.distantPast
    var events: [(at: Timestamp, event: RunEvent)] = []
    /// What the journal says is to be performed or undone, and has not been ordered yet.
    var openIntents: [RunEffect] = []
    var orders: [PerformedOrder] = []
    /// The first time that a step was to be performed.
    var actedAt: Timestamp?
    var endedAt: Timestamp?
    /// Before a person had it undone.
    var firstEndedAt: Timestamp?
    /// What all that the plan rests on was when it was frozen.
    var decidedDigest = ""
    /// How many steps were to be performed.
    var intentCount = 0
    /// When all was last to be decided again.
    var checkAskedAt = Timestamp.distantPast
    /// When a dry-run of a step last succeeded.
    var rehearsedAt: [Int: Timestamp] = [:]
    /// When a probe last said that all is well, and when last not.
    var probedHealthyAt: Timestamp?

    init(number: Int, record: DecisionRecord) {
        self.number = number
        self.record = record
    }

    var plan: Plan { record.plan }
    var isHeld: Bool { if case .held = state { true } else { false } }
    var isStuck: Bool { if case .stuck = state { true } else { false } }
    var isActing: Bool { actedAt != nil && !(state?.isFinished ?? false) }
    /// Its seat among what limits count.
    var startedAt: Timestamp { record.decision.verdict == .automatic ? record.at : actedAt ?? .distantFuture }

    mutating func restart() {
        openIntents = []
        guard !isStuck, !isHeld else { return }
        // No engine starts beside what an earlier one could not end, and this one never heard of it.
        for index in orders.indices { orders[index].livesOn = false }
    }

    mutating func take(_ advance: RunAdvance, at time: Timestamp) {
        events.append((time, advance.event))
        if state != advance.state { stateSince = time }
        state = advance.state
        if advance.state.isFinished { (endedAt, firstEndedAt) = (time, firstEndedAt ?? time) }
        for effect in advance.effects {
            switch effect {
            case .perform:
                if actedAt == nil { actedAt = time }
                intentCount += 1
                openIntents.append(effect)
            case .undo: openIntents.append(effect)
            case .decideAgain: checkAskedAt = time
            case .rehearse, .ask, .terminate, .probe, .verify, .notify, .quarantine: break
            }
        }
    }

    /// How it ended, as breakers and ladders count it.
    var outcome: RunOutcome? {
        guard case .finished(let ending) = state else { return nil }
        switch ending {
        case .succeeded: return .succeeded
        case .rolledBack, .takenOver: return .failed
        case .advised, .denied, .rejected, .expired, .cancelled, .refused: return .refused
        }
    }
}

extension RunAdvance {
    /// The step that is to be performed now.
    var performs: (step: Int, permit: Permit)? {
        for case .perform(let step, let permit) in effects { return (step, permit) }
        return nil
    }

    var undoes: (step: Int, permit: Permit)? {
        for case .undo(let step, let permit) in effects { return (step, permit) }
        return nil
    }
}
