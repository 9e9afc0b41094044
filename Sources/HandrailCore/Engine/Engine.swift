internal import CEL

/// From deliveries to decisions: steps 2 to 8 of an alert's life as one fold.
///
/// A value without clock, files or randomness. The time comes with the deliveries and with `advance`, so the same code
/// runs live, in replay, in a test and in simulation, and the same input gives the same timeline, byte for byte.
public struct Engine: Sendable {
    /// Receives the timeline as it grows, in order.
    public typealias Emit = (TimelineEntry) -> Void

    /// Whether anything comes of decisions.
    public enum Mode: String, Hashable, Sendable, CaseIterable {
        /// Nothing is carried out: a plan that would be automatic is assumed to have run.
        case observe
        /// Whoever drives the engine carries out what it asks for, and tells it what came of it.
        case act
    }

    let runbooks: [Runbook]
    let correlation: Correlation
    let index: PatternIndex
    let precedence: Precedence
    let graph: ServiceGraph
    let planner: Planner
    let policies: PolicySet
    public let explains: Bool
    let roles: [String: [String]]
    public let mode: Mode
    /// Whether everything is emitted that state can be folded from again.
    let keepsState: Bool
    /// While it folds what it once decided, it decides nothing.
    var isRestoring = false
    /// The mode in which what is being folded was written.
    var keptMode: Mode

    /// Never goes backwards, whatever the deliveries say.
    public internal(set) var now = Timestamp.distantPast
    public internal(set) var counters = Counters()

    var alerts = AlertTable()
    var traits = SharedTraits()
    var timers = TimerQueue()
    var storm: StormDetector
    var muter: Muter
    var blocking: BlockingAlerts
    var incidents = IncidentTable()
    var entities = EntityIndex()
    /// Incidents whose signatures must be tried again.
    var dirty: Set<Int> = []
    var runs: [Int: ActiveRun] = [:]
    /// Runs that succeeded and that a person may still want undone; the last few.
    var succeededRuns: [Int: ActiveRun] = [:]
    /// Runs whose end somebody has to be told of, until ``takeEndedRuns()`` hands them over.
    var endedRuns: [RunView] = []
    var pauses: [PauseScope: Pause] = [:]
    var handledRequests = HandledRequests()
    var quarantines: [ExactText: Quarantine] = [:]
    /// When the last authenticated delivery came.
    var lastHeardAt = Timestamp.distantPast
    var footprints: RunFootprints
    /// The mutating run that holds a target, by the target's key.
    var targetHolders: [ExactText: Int] = [:]
    var ledger: RunLedger

    /// - Parameters:
    ///   - keepsState: emit everything that ``restore(_:)`` needs, for a journal.
    ///   - explains: keep, with each decision, why each rule did or did not apply.
    public init(workspace: Workspace, mode: Mode = .observe, keepsState: Bool = false, explains: Bool = false) {
        self.mode = mode
        keptMode = mode
        self.keepsState = keepsState
        roles = workspace.roles
        runbooks = workspace.runbooks
        correlation = workspace.correlation
        index = PatternIndex(workspace: workspace)
        precedence = Precedence(workspace.runbooks)
        graph = ServiceGraph(topology: workspace.topology, hops: workspace.correlation.group.hops)
        planner = Planner(workspace: workspace)
        policies = PolicySet(policies: workspace.policies, topology: workspace.topology)
        self.explains = explains
        storm = StormDetector(rule: workspace.correlation.storm, services: workspace.topology.services.map(\.name))
        muter = Muter(correlation: workspace.correlation)
        blocking = BlockingAlerts(index)
        footprints = RunFootprints(entity: workspace.correlation.group.entity)
        ledger = RunLedger(memory: policies.longestWindow, history: policies.longestHistory)
        for edge in muter.silenceEdges { timers.set(.unmute, at: edge) }
    }

    /// Takes one delivery in, at its `receivedAt`; timers that are due by then fire first.
    public mutating func receive(_ delivery: Delivery, into emit: Emit) {
        advance(to: delivery.receivedAt, into: emit)
        counters.deliveries += 1
        counters.leftOut(delivery.truncatedAlerts)
        if delivery.isAuthenticated { lastHeardAt = now }
        let known = alerts.find(all: delivery.alerts)
        for index in delivery.alerts.indices {
            take(delivery.alerts[index], at: known[index], isAuthenticated: delivery.isAuthenticated, emit)
        }
        evaluateDirty(emit)
    }

    public var isStorm: Bool { storm.isStorm }
    /// Incidents in which an alert fires.
    public var openIncidentCount: Int { incidents.values.count { $0.resolvedAt == nil } }

    /// When a timer is due next; nil where nothing is.
    public var nextDue: Timestamp? { timers.nextDue }

    /// What fires and is selected, muted or not; sorted by fingerprint.
    public func firingAlerts(matching selector: Selector) -> [LabelSet] {
        alerts.all.map(\.alert).filter { $0.isFiring && selector.matches($0.labels) }.map(\.labels)
    }

    /// Moves the clock, and fires every timer on the way at its own time.
    public mutating func advance(to time: Timestamp, into emit: Emit) {
        while let (at, first) = timers.pop(dueBy: time) {
            now = max(now, at)
            fire(first, emit)
            // What is due at one instant is one change to those who look at it.
            while let (_, next) = timers.pop(dueBy: at) { fire(next, emit) }
            evaluateDirty(emit)
        }
        now = max(now, time)
    }

    /// The end of the input: reports every incident that is still open. Timers of the future do not fire.
    public mutating func finish(into emit: Emit) {
        for incident in incidents.values {
            emit(entry(.incidentClosed(summary(of: incident)), incident: incident.id))
        }
        incidents = IncidentTable()
    }

    mutating func fire(_ timer: TimerQueue.Timer, _ emit: Emit) {
        switch timer {
        case .forgetAlert(let slot, let generation): forgetAlert(slot, generation)
        case .lapseAlert(let slot, let generation): lapseAlert(slot, generation, emit)
        case .releaseFlap(let slot, let generation): releaseFlap(slot, generation, emit)
        case .closeIncident(let id): closeIncident(id, emit)
        case .evaluate(let id): evaluationIsDue(id)
        case .endStorm: endStorm(emit)
        case .unmute: reviewSilences(emit)
        case .judgeRun(let run): judge(run, emit)
        case .fadeFootprint(let run): review(footprints.fade(run, at: now), emit)
        }
    }

    /// Nil where the files that are in force have none of that name.
    func index(ofRunbook name: String) -> Int? {
        runbooks.firstIndex { $0.name.hasSameBytes(as: name) }
    }

    func entry(_ event: TimelineEvent, incident: Int? = nil) -> TimelineEntry {
        TimelineEntry(at: now, incident: incident, event: event)
    }
}

/// Who stopped new steps, and why.
struct Pause: Hashable, Sendable {
    let by: Person
    let because: String
}
