public import HandrailCore

/// What people look at: a pure fold over the journal's entries, for display and for nothing else.
///
/// It decides nothing and works nothing out again; what it shows was recorded. It takes any entries in their order, also
/// where the first ones are gone: what it has not seen the beginning of is left out, until a snapshot tells of it.
public struct Catalog: Sendable {
    /// How much is remembered, so that a long journal does not fill the memory. What has not ended is never forgotten.
    public struct Limits: Hashable, Sendable {
        public var endedRuns = 1000
        public var endedIncidents = 1000
        /// Of each incident; the middle of a longer one is left out.
        public var timelineEntries = 1000
        /// Of each run, as above.
        public var reports = 200
        public var engineStarts = 20
        /// Shown whatever else is forgotten.
        public var pinnedRuns: Set<Int> = []
        public var pinnedIncidents: Set<Int> = []

        public init() {}
    }

    public let limits: Limits
    /// By number.
    public internal(set) var runs: [Int: CatalogRun] = [:]
    public internal(set) var incidents: [Int: CatalogIncident] = [:]
    public internal(set) var pauses: [PauseScope: CatalogPause] = [:]
    /// By the target's key.
    public internal(set) var quarantines: [ExactText: CatalogQuarantine] = [:]
    /// The last few, oldest first.
    public internal(set) var engineStarts: [CatalogEngineStart] = []
    public internal(set) var stormSince: (at: Timestamp, because: String)?
    public internal(set) var workspaceDigest: String?
    public internal(set) var counters = Counters()
    /// Runs and incidents that have ended and were forgotten.
    public internal(set) var forgottenRuns = 0
    public internal(set) var forgottenIncidents = 0
    public private(set) var lastAt: Timestamp?

    /// That a snapshot has told of last, where it was not known before: more of its members may follow.
    var rememberedIncident: Int?
    var endedRuns = EndedNumbers()
    var endedIncidents = EndedNumbers()

    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// Takes in the next entry.
    ///
    /// - Parameter sequence: where it stands in the journal, to be found again.
    public mutating func take(_ entry: TimelineEntry, sequence: Int64 = 0) {
        lastAt = max(lastAt ?? entry.at, entry.at)
        switch entry.event {
        case .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped,
            .alertReleased, .incidentsMerged, .incidentResolved, .incidentClosed:
            takeIncident(entry)
        case .stormBegan(let because): stormSince = (entry.at, because)
        case .stormEnded: stormSince = nil
        case .decided(let record): decided(record, entry, sequence)
        case .notChosen, .planRefused: note(entry)
        case .runStarted(let run, _):
            runs[run]?.assumedToRunSince = entry.at
            note(entry)
        case .runEnded(let run, _, let outcome, let because):
            runEnded(run, outcome, because, entry)
        case .state(let change): take(change, entry, sequence)
        }
    }

    private mutating func take(_ change: StateChange, _ entry: TimelineEntry, _ sequence: Int64) {
        switch change {
        case .engineStarted(let start): started(start, at: entry.at)
        case .engineStopped:
            if !engineStarts.isEmpty { engineStarts[engineStarts.count - 1].stoppedAt = entry.at }
        case .workspaceLoaded(let digest): workspaceDigest = digest
        case .access, .alert, .match: break
        case .run(let advance): advanced(advance, entry, sequence)
        case .report(let report):
            let kept = CatalogRun.Report(at: entry.at, sequence: sequence, report: report)
            let limit = limits.reports
            runs[report.run]?.note(kept, atMost: limit)
        case .request(let made, let person, let refusal):
            requested(
                CatalogRequest(
                    at: entry.at, sequence: sequence, request: made.request, by: person, token: made.token,
                    refusal: refusal))
        case .quarantined(let quarantine):
            quarantines[quarantine.target.key] = CatalogQuarantine(quarantine: quarantine, since: entry.at)
        case .counted(let counters): self.counters = counters
        case .announcementFailed(let run, let because):
            let note = CatalogRun.Note(at: entry.at, sequence: sequence, text: because)
            if let run { runs[run]?.announcementFailures.append(note) }
        case .remembered(let memory): remember(memory, at: entry.at)
        }
    }

    private mutating func started(_ start: EngineStart, at time: Timestamp) {
        workspaceDigest = start.workspaceDigest
        engineStarts.append(CatalogEngineStart(start: start, at: time))
        if engineStarts.count > limits.engineStarts { engineStarts.removeFirst() }
    }

    private mutating func requested(_ request: CatalogRequest) {
        if let run = request.request.run { runs[run]?.requests.append(request) }
        guard request.refusal == nil else { return }
        switch request.request {
        case .pause(let scope, let because):
            pauses[scope] = CatalogPause(scope: scope, by: request.by, because: because, since: request.at)
        case .resume(let scope): pauses[scope] = nil
        case .release(let target, _): release(target)
        case .approve, .reject, .cancel, .rollBack, .takeOver: break
        }
    }

    /// The engine releases the first one that is called so; see `Engine.quarantined(_:)`.
    private mutating func release(_ name: String) {
        let found = quarantines.sorted { $0.key < $1.key }.first { _, quarantine in
            let target = quarantine.quarantine.target
            return [target.id, target.description, "\(target.kind):\(target.id)"].contains { $0.hasSameBytes(as: name) }
        }
        if let found { quarantines[found.key] = nil }
    }
}

extension PersonRequest {
    /// The run that it is about.
    public var run: Int? {
        switch self {
        case .approve(let run, _), .reject(let run, _), .cancel(let run, _), .rollBack(let run, _),
            .takeOver(let run, _):
            run
        case .pause, .resume, .release: nil
        }
    }
}
