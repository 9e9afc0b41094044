public import HandrailCore

/// The shell around the director: one journal, one clock, any number of things under way.
///
/// It hands inputs in as they come and does what the outputs say. It decides nothing, and knows nothing that the journal
/// does not say.
public actor Conductor {
    public struct Ports: Sendable {
        public let journal: any JournalStore
        public let codec: any EventCodec
        public let sealer: any PlanSealer
        public let carrier: OrderCarrier
        public let clock: any WallClock
        /// Nil where nobody asks with a token.
        public let access: (any AccessFeed)?
        /// Rids deliveries, and what people write, of secrets, until it is replaced.
        public let redactor: Redactor

        public init(
            journal: any JournalStore, codec: any EventCodec, sealer: any PlanSealer, carrier: OrderCarrier,
            clock: any WallClock, access: (any AccessFeed)? = nil, redactor: Redactor = Redactor()
        ) {
            self.access = access
            self.redactor = redactor
            self.journal = journal
            self.codec = codec
            self.sealer = sealer
            self.carrier = carrier
            self.clock = clock
        }
    }

    private let ports: Ports
    private var director: Director
    private var intake: IntakeRedactor
    private var nextTicket = 0
    private var waiting: [Int: @Sendable (Director.Answer) -> Void] = [:]
    /// By the number of the order.
    private var underWay: [Int: (run: Int, task: Task<Void, Never>)] = [:]
    /// Tasks that are neither answered for nor cancelled: appends, seals, announcements.
    private var openTasks = 0
    /// The snapshot that is being saved.
    private var saving: Task<Void, Never>?
    /// The one after it: the newest, where several came. Each that waited would keep a whole state.
    private var nextSnapshot: (snapshot: EngineSnapshot, sequence: Int64)?
    private var isStopping = false
    /// Snapshots that could not be saved.
    public private(set) var snapshotFailureCount = 0
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    private let watcher: @Sendable ([TimelineEntry]) -> Void
    private let snapshotFailed: @Sendable (String) -> Void

    /// - Parameters:
    ///   - director: with an engine as it was restored; see ``Recovery``.
    ///   - watcher: is told what has become durable, in order.
    ///   - snapshotFailed: is told why a snapshot could not be saved. Neither must wait.
    public init(
        director: Director, ports: Ports, watcher: @escaping @Sendable ([TimelineEntry]) -> Void = { _ in },
        snapshotFailed: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.director = director
        self.ports = ports
        intake = IntakeRedactor(ports.redactor)
        self.snapshotFailed = snapshotFailed
        self.watcher = watcher
    }

    // MARK: - What comes in

    /// Takes over. To be called once, before anything else.
    ///
    /// - Parameter requests: what people asked for while there was no engine. All of it is in force before anything that was
    ///   interrupted goes on: a pause must not come too late for the very step that it is about.
    /// - Returns: the answers, in their order, once all of it is durable or cannot be kept.
    @discardableResult
    public func start(
        _ start: EngineStart, requests: [(made: MadeRequest, by: Person)] = []
    ) async -> [Director.Answer] {
        let (answers, place) = AsyncStream<(Int, Director.Answer)>.makeStream()
        // No `await` in between: nothing can follow from what becomes durable before the last of them is handed in.
        carryOut(director.start(start, at: ports.clock.now))
        noteAccess()
        for (index, request) in requests.enumerated() {
            let redacted = intake.redact(request.made.request)
            if let because = Self.mistake(in: request.made.request, redacted) {
                place.yield((index, .refused(because: because)))
                continue
            }
            nextTicket += 1
            waiting[nextTicket] = { place.yield((index, $0)) }
            let made = MadeRequest(redacted, id: request.made.id, token: request.made.token)
            handle(.request(made, by: request.by, ticket: nextTicket))
        }
        var given: [Int: Director.Answer] = [:]
        guard !requests.isEmpty else { return [] }
        for await (index, answer) in answers {
            given[index] = answer
            if given.count == requests.count { break }
        }
        return requests.indices.compactMap { given[$0] }
    }

    /// - Returns: once everything that follows from it is durable, or cannot be kept.
    public func receive(_ delivery: Delivery) async -> Director.Answer {
        let delivery = intake.redact(delivery)
        return await ask { .delivery(delivery, ticket: $0) }
    }

    /// - Parameters:
    ///   - id: of the request; one that was handled before changes nothing, and gets the same answer.
    ///   - token: the id of the token that it came with.
    public func handle(
        _ request: PersonRequest, id: String? = nil, token: String? = nil, by person: Person
    ) async -> Director.Answer {
        let redacted = intake.redact(request)
        if let because = Self.mistake(in: request, redacted) { return .refused(because: because) }
        let made = MadeRequest(redacted, id: id, token: token)
        noteAccess()
        // Behind that, and without an `await` before it counts: nothing is done behind the entry that says who can do it no more.
        if let token, let access = ports.access, !access.isGood(token: token) {
            return .refused(because: "its token is good no more")
        }
        return await ask { .request(made, by: person, ticket: $0) }
    }

    /// Without the secret in its name, a pause would stop something else than what was meant.
    private static func mistake(in request: PersonRequest, _ redacted: PersonRequest) -> String? {
        guard case .pause(let scope, _) = request, case .pause(let other, _) = redacted, scope != other else {
            return nil
        }
        return "the name of what is to be paused looks like a secret; everything can be paused"
    }

    /// To be called when ``nextDue`` has come, and at any other time.
    public func passTime() {
        noteAccess()
        handle(.timePassed)
    }

    public func reload(_ workspace: Workspace, digest: String) {
        handle(.reloaded(workspace, digest: digest))
    }

    /// What is secret has changed; what was secret before has to be known to it as well.
    public func replace(redactor: Redactor) {
        intake = IntakeRedactor(redactor)
    }

    /// Says in the journal that it stops, and waits until that is kept. Nothing may be handed in afterwards.
    public func stop() async {
        isStopping = true
        noteAccess()
        handle(.stopping)
        await untilKept()
    }

    public var nextDue: Timestamp { director.nextDue }
    public var storeFailure: String? { director.storeFailure }
    /// Why what was to be kept last was not, or not yet: also while it is tried again.
    public var lastStoreFailure: String? { director.lastStoreFailure }
    /// Whether a command, or another order, is under way.
    public var isCarryingOut: Bool { !underWay.isEmpty }
    /// Whether something is under way that somebody may wait for; that a snapshot is being saved does not count.
    public var isBusy: Bool { director.isBusy || openTasks > 0 || !underWay.isEmpty }
    public var engine: Engine { director.engine }

    private func ask(_ input: (Int) -> Director.Input) async -> Director.Answer {
        nextTicket += 1
        let ticket = nextTicket
        let input = input(ticket)
        return await withCheckedContinuation { continuation in
            waiting[ticket] = { continuation.resume(returning: $0) }
            handle(input)
        }
    }

    /// Before each request: that somebody can ask stands in the journal before what he asks for.
    private func noteAccess() {
        for change in ports.access?.takeChanges() ?? [] { handle(.accessRead(change)) }
    }

    private func handle(_ input: Director.Input) {
        carryOut(director.handle(input, at: ports.clock.now))
    }

    // MARK: - What goes out

    private func carryOut(_ outputs: [Director.Output]) {
        for output in outputs {
            switch output {
            case .append(let records): append(records)
            case .answer(let ticket, let answer): waiting.removeValue(forKey: ticket)?(answer)
            case .seal(let run, let record): seal(run, record)
            case .carryOut(let run, let number, let order): carryOut(order, number, for: run)
            case .terminate(let run): for (_, order) in underWay where order.run == run { order.task.cancel() }
            case .announce(let announcement): announce(announcement)
            case .save(let sequence, let snapshot): save(snapshot, at: sequence)
            case .kept(let entries): watcher(entries)
            }
        }
        if isKept {
            for waiter in idleWaiters { waiter.resume() }
            idleWaiters = []
        }
    }

    /// Detached, since a task of this actor would begin only after all that waits for the actor by then: somebody waits for the journal.
    private func append(_ records: [JournalRecord]) {
        openTasks += 1
        Task.detached { [ports] in
            let input: Director.Input
            do {
                input = .appended(sequence: try await ports.journal.append(records))
            } catch {
                input = .appendFailed(because: "\(error)")
            }
            await self.taskEnded(input)
        }
    }

    private func taskEnded(_ input: Director.Input) {
        openTasks -= 1
        handle(input)
    }

    private func seal(_ run: Int, _ record: DecisionRecord) {
        openTasks += 1
        Task {
            let seal = await ports.sealer.seal(record)
            taskEnded(.sealed(run: run, seal))
        }
    }

    private func carryOut(_ order: Order, _ number: Int, for run: Int) {
        let task = Task {
            let report = await ports.carrier.carryOut(order)
            underWay[number] = nil
            handle(.carriedOut(run: run, number: number, report))
        }
        underWay[number] = (run, task)
    }

    private func announce(_ announcement: Announcement) {
        openTasks += 1
        Task {
            let report = await ports.carrier.announce(announcement)
            taskEnded(.announced(announcement, failure: report.isSuccess ? nil : report.errorOutput))
        }
    }

    /// A snapshot is a short cut: without it the next start takes longer, and that is all.
    ///
    /// Beside this actor, piece by piece: nobody has to wait until a large state is written down. Not with a low priority: what
    /// the store does meanwhile others wait for, and it knows itself what they need not. One after the other, since the store
    /// takes one at a time.
    private func save(_ snapshot: EngineSnapshot, at sequence: Int64) {
        guard saving == nil else {
            nextSnapshot = (snapshot, sequence)
            // There is no time for two, and this one is newer.
            if isStopping { saving?.cancel() }
            return
        }
        let records = SnapshotRecords(of: snapshot, codec: ports.codec)
        saving = Task.detached { [ports] in
            let failure: String?
            do {
                try await ports.journal.save(records, at: sequence)
                failure = nil
            } catch {
                // What was given up is no failure, whatever it ended with.
                failure = Task.isCancelled ? nil : "\(error)"
            }
            await self.isSaved(failure)
        }
    }

    private func isSaved(_ failure: String?) {
        saving = nil
        if let failure {
            snapshotFailureCount += 1
            snapshotFailed(failure)
        }
        if let (snapshot, sequence) = nextSnapshot {
            nextSnapshot = nil
            save(snapshot, at: sequence)
        }
        carryOut([])
    }

    private var isKept: Bool { openTasks == 0 && saving == nil }

    private func untilKept() async {
        guard !isKept else { return }
        await withCheckedContinuation { idleWaiters.append($0) }
    }
}
