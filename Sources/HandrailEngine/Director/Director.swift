public import HandrailCore

/// Carries out what the engine decides, as one synchronous fold: inputs in, outputs out, nothing in between.
///
/// Everything that has to be durable before something else happens is held back until the journal says so. The shell
/// around it only moves bytes; simulation puts a seeded scheduler there instead.
public struct Director: Sendable {
    public enum Input: Sendable {
        /// `ticket` is answered once everything that follows from the delivery is durable.
        case delivery(Delivery, ticket: Int)
        case request(MadeRequest, by: Person, ticket: Int)
        case timePassed
        /// The batch in flight is durable; `sequence` is that of its last record.
        case appended(sequence: Int64)
        /// Nothing of the batch in flight was kept. It is tried again with ``timePassed``.
        case appendFailed(because: String)
        case sealed(run: Int, Seal)
        /// `number` is that of the order. A run that has gone on without its answer takes no notice of it.
        case carriedOut(run: Int, number: Int, OrderReport)
        case announced(Announcement, failure: String?)
        /// Other files are in force from here on.
        case reloaded(Workspace, digest: String)
        /// Whose tokens open something, for the journal.
        case accessRead(AccessChange)
        case stopping
    }

    public enum Output: Sendable {
        case append([JournalRecord])
        case answer(ticket: Int, Answer)
        case seal(run: Int, DecisionRecord)
        /// `number` is another one for each order.
        case carryOut(run: Int, number: Int, Order)
        /// End all that is being carried out for the run.
        case terminate(run: Int)
        case announce(Announcement)
        /// The state as it is after the entry with this sequence. It takes long to write down where there is much of it.
        case save(sequence: Int64, EngineSnapshot)
        /// What has become durable, in order; for those who watch.
        case kept([TimelineEntry])
    }

    public enum Answer: Hashable, Sendable {
        case done
        case refused(because: String)
        /// The journal did not take it. It is to be asked again; the reason is the store's, with its paths.
        case notKept(because: String)
    }

    public internal(set) var engine: Engine
    let codec: any EventCodec
    var now: Timestamp
    var outbox = Outbox()
    var activities: [Int: Activity] = [:]
    var seals: [Int: Seal] = [:]
    /// The number of the order whose report each run waits for.
    var awaited: [Int: Int] = [:]
    var lastOrder = 0
    /// Runs that have ended with something to be said of it, which is about to be kept.
    private var endedRuns: [RunView] = []
    /// Why nothing can be kept at the moment; nothing new is begun then.
    public internal(set) var storeFailure: String?
    /// Why what was to be kept last was not. Unlike ``storeFailure`` it stays while it is tried again.
    public private(set) var lastStoreFailure: String?
    var keptCounters = Counters()
    var countersKeptAt = Timestamp.distantPast
    var recordsSinceSnapshot = 0
    /// Of the last one, in entries.
    private var snapshotSize = 0
    private var isStopping = false

    /// How often the journal is given a snapshot, in records.
    private let recordsPerSnapshot: Int
    /// A snapshot of a large state costs as much as many records, so there are fewer of them.
    private var isSnapshotDue: Bool { isStopping || recordsSinceSnapshot >= max(recordsPerSnapshot, 4 * snapshotSize) }
    static let pauseBetweenProbes = Duration.seconds(1)

    /// - Parameters:
    ///   - engine: as restored from the journal.
    ///   - recordsPerSnapshot: how often the journal is given a snapshot, as long as the state is no larger than a quarter of that.
    public init(engine: Engine, codec: any EventCodec, at now: Timestamp, recordsPerSnapshot: Int = 10_000) {
        self.recordsPerSnapshot = recordsPerSnapshot
        self.engine = engine
        self.codec = codec
        self.now = now
        keptCounters = engine.counters
    }

    /// Takes over: says so in the journal, looks at everything anew, and picks up what was interrupted.
    public mutating func start(_ start: EngineStart, at time: Timestamp) -> [Output] {
        now = max(now, time)
        do {
            let began = TimelineEntry(at: now, incident: nil, event: .state(.engineStarted(start)))
            try engine.restore(began)
            keep(began)
        } catch {
            preconditionFailure("a start always fits: \(error.message)")
        }
        mutate { engine, emit in engine.recover(at: time, into: emit) }
        for view in engine.runViews where view.run == nil { beginSealing(view) }
        return drain()
    }

    public mutating func handle(_ input: Input, at time: Timestamp) -> [Output] {
        now = max(now, time)
        switch input {
        case .delivery(let delivery, let ticket): receive(delivery, ticket)
        case .request(let request, let person, let ticket): receive(request, by: person, ticket)
        case .timePassed: passTime()
        case .appended(let sequence): appended(sequence)
        case .appendFailed(let because): appendFailed(because)
        case .sealed(let run, let seal): sealed(run, seal)
        case .carriedOut(let run, let number, let report): carriedOut(run, number, report)
        case .announced(let announcement, let failure): announced(announcement, failure)
        case .reloaded(let workspace, let digest): reload(workspace, digest)
        case .accessRead(let change): keep(TimelineEntry(at: now, incident: nil, event: .state(.access(change))))
        case .stopping: stop()
        }
        return drain()
    }

    /// When `timePassed` is due next.
    public var nextDue: Timestamp {
        let probes = activities.values.compactMap { activity -> Timestamp? in
            if case .probing(let probing) = activity { probing.nextAt } else { nil }
        }
        return ([engine.nextDue, probes.min()].compactMap(\.self) + [now + .seconds(1)]).min() ?? now
    }

    /// Whether anything is under way that ends without anybody's doing.
    public var isBusy: Bool { !outbox.isSettled || !activities.allSatisfy { $0.value.waits } }

    // MARK: - Inputs

    /// While the journal is tried again nothing is let in either: what would wait with it grows without end.
    private mutating func receive(_ delivery: Delivery, _ ticket: Int) {
        if let failure = lastStoreFailure {
            outbox.answerNow(ticket, .notKept(because: failure))
            return
        }
        mutate { engine, emit in engine.receive(delivery, into: emit) }
        outbox.answer(ticket, .done)
    }

    private mutating func receive(_ made: MadeRequest, by person: Person, _ ticket: Int) {
        if let storeFailure {
            outbox.answerNow(ticket, .notKept(because: storeFailure))
            return
        }
        var refusal: String?
        let now = now
        mutate { engine, emit in
            engine.advance(to: now, into: emit)
            refusal = engine.handle(made, by: person, into: emit)
        }
        outbox.answer(ticket, refusal.map { .refused(because: $0) } ?? .done)
        if case .resume = made.request { unpark() }
    }

    private mutating func passTime() {
        storeFailure = nil
        let now = now
        mutate { engine, emit in engine.advance(to: now, into: emit) }
        keepCounters()
        probeAgain()
    }

    private mutating func announced(_ announcement: Announcement, _ failure: String?) {
        guard let failure else { return }
        let event = StateChange.announcementFailed(run: announcement.run, because: failure)
        keep(TimelineEntry(at: now, incident: announcement.incident, event: .state(event)))
    }

    private mutating func stop() {
        // There is no later time to try it again.
        storeFailure = nil
        keepCounters(always: true)
        keep(TimelineEntry(at: now, incident: nil, event: .state(.engineStopped)))
        isStopping = true
    }

    /// What is remembered goes on under the new files; runs are decided again on them before their next step.
    private mutating func reload(_ workspace: Workspace, _ digest: String) {
        var fresh = Engine(
            workspace: workspace, mode: engine.mode, keepsState: true, explains: engine.explains)
        do {
            for entry in engine.snapshot() { try fresh.restore(entry) }
        } catch {
            preconditionFailure("a snapshot always fits: \(error.message)")
        }
        engine = fresh
        keep(TimelineEntry(at: now, incident: nil, event: .state(.workspaceLoaded(digest: digest))))
        let now = now
        mutate { engine, emit in engine.resume(at: now, into: emit) }
        // Whose alerts were being watched is not remembered by a snapshot.
        for view in engine.runViews where activities[view.id] == nil {
            if case .verifying = view.run?.state { begin(.verify, of: view.id) }
        }
    }

    // MARK: - The engine

    /// Everything that the engine says is kept, and what it asks for is done once that is durable.
    mutating func mutate(_ change: (inout Engine, (TimelineEntry) -> Void) -> Void) {
        var entries: [TimelineEntry] = []
        change(&engine) { entries.append($0) }
        for entry in entries { keep(entry) }
    }

    mutating func keep(_ entry: TimelineEntry) {
        outbox.add(codec.record(of: entry), of: entry, follow: matter(of: entry))
        if case .state(.run(let advance)) = entry.event, advance.state.isFinished { forget(advance.run) }
    }

    private mutating func matter(of entry: TimelineEntry) -> Outbox.Matter? {
        switch entry.event {
        case .state(.run(let advance)) where advance.effects.isEmpty: nil
        case .state(.run(let advance)):
            ended(advance).map { .ended($0, advance.effects) } ?? .effects(run: advance.run, advance.effects)
        case .decided(let record): record.run.map { .decision(run: $0) }
        case .state, .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted,
            .alertDamped, .alertReleased, .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan,
            .stormEnded, .notChosen, .planRefused, .runStarted, .runEnded:
            nil
        }
    }

    /// The run that ends with this; the engine has let go of it.
    private mutating func ended(_ advance: RunAdvance) -> RunView? {
        guard advance.state.isFinished else { return nil }
        endedRuns += engine.takeEndedRuns()
        return endedRuns.firstIndex { $0.id == advance.run }.map { endedRuns.remove(at: $0) }
    }

    private mutating func keepCounters(always: Bool = false) {
        guard always || now - countersKeptAt >= .seconds(1), engine.counters != keptCounters else { return }
        keptCounters = engine.counters
        countersKeptAt = now
        mutate { engine, emit in engine.keepCounters(into: emit) }
    }

    // MARK: - The journal

    private mutating func appended(_ sequence: Int64) {
        storeFailure = nil
        lastStoreFailure = nil
        let (count, matters) = outbox.appended()
        recordsSinceSnapshot += count
        for matter in matters {
            switch matter {
            case .decision(let run): engine.runView(run).map { beginSealing($0) }
            case .effects(let run, let effects): for effect in effects { begin(effect, of: run) }
            case .ended(let view, let effects): tell(effects, of: view)
            }
        }
        if isSnapshotDue, outbox.isEmpty {
            recordsSinceSnapshot = 0
            isStopping = false
            let snapshot = engine.snapshot()
            snapshotSize = snapshot.size
            outbox.put(.save(sequence: sequence, snapshot))
        }
    }

    private mutating func appendFailed(_ because: String) {
        storeFailure = because
        lastStoreFailure = because
        outbox.appendFailed(because)
    }

    private mutating func drain() -> [Output] {
        outbox.drain(mayAppend: storeFailure == nil)
    }
}

extension Activity {
    /// Whether it goes on only when a person does something.
    fileprivate var waits: Bool {
        switch self {
        case .parked: true
        case .sealing, .sealingAgain, .rehearsing, .capturing, .checking, .performing, .probing, .undoing: false
        }
    }
}
