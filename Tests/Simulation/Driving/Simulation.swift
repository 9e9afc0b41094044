import HandrailCore
import HandrailEngine
import HandrailFormats

/// The real director and engine among everything that can go wrong outside, on a virtual clock. What happens next, how
/// long it takes and whether it works is drawn from one seed.
struct Simulation {
    /// Something that is still to happen.
    enum Work {
        case tick(Timestamp)
        case appendEnds(life: Int)
        /// Only where the journal is sabotaged.
        case keepsLate(life: Int)
        case sealEnds(run: Int, DecisionRecord, life: Int)
        case takesEffect(execution: Int)
        case commandEnds(execution: Int, life: Int)
        case announceEnds(Announcement, life: Int)
        case saveEnds(JournalSnapshot, life: Int)
        case faultBegins
        case alarm(fault: Int)
        case faultHeals(fault: Int)
        case faultReturns(fault: Int)
        case deliver(Delivery, attempt: Int)
        case personActs
        case askAgain(MadeRequest, Person)
        case filesChange
        case reload
        case restart
        case compare
        case heal
    }

    let seed: UInt64
    let sabotage: Sabotage?
    let sites: [Site]
    let workspaces: [String: Workspace]
    /// New ones, by the digest of their files.
    let engines: [String: Engine]
    var site: Site
    var chance: Chance
    var weather: Weather
    var clock = SyntheticFiles.start
    var agenda = Agenda<Work>()
    var world = World()
    let codec: ValueCodec
    var journal = MemoryJournal()

    /// The one that runs, or none. In an array, since it is never copied there: that would cost more than anything else.
    var directors: [Director] = []
    var isUp: Bool { !directors.isEmpty }
    /// Grows with each start of the director: what was begun in an earlier life is not heard of any more.
    var life = 0
    var inFlight: [JournalRecord]?
    /// Acknowledged and not kept; only where the journal is sabotaged.
    var late: [[JournalRecord]] = []
    var tickAt: Timestamp?
    var storeFailsUntil = Timestamp.distantPast
    var tickets: [Int: Asked] = [:]
    var nextTicket = 0
    var executions: [Execution] = []
    var underWay: [Int: Int] = [:]
    var silences: Set<String> = []
    var isHealed = false
    var oldDigests: [String] = []

    var history = History()
    var invariants = Invariants.all.map { $0.init() }
    var violation: Violation?
    var trace: Trace
    var counts = Counts()

    init(seed: UInt64, sites all: [[Site]], sabotage: Sabotage?, isTraced: Bool) {
        self.seed = seed
        self.sabotage = sabotage
        var chance = Chance(seed: seed)
        sites = chance.happens(0.15) ? all.last ?? [] : chance.pick(Array(all.dropLast()))
        site = sites[0]
        workspaces = Dictionary(sites.map { ($0.digest, $0.workspace) }, uniquingKeysWith: { first, _ in first })
        engines = sabotage == .noPolicy ? [:] : Dictionary(sites.map { ($0.digest, $0.engine) }) { first, _ in first }
        weather = Weather(&chance)
        let ignored = site.workspace.correlation.dedupe.ignoreLabels
        codec = ValueCodec(
            bytes: weather.usesBytes ? JournalCodec(identity: AlertIdentity(ignoredLabels: Set(ignored))) : nil,
            dropsRequests: sabotage == .dropsRequests)
        self.chance = chance
        world.filesVersion = site.digest
        trace = Trace(isOn: isTraced)
    }

    // MARK: - The loop

    /// Until something is found, or all is quiet.
    mutating func play() async {
        plan()
        await restart()
        let end = clock + weather.span + .seconds(4 * 3600)
        while violation == nil, let (at, work) = agenda.next(), at <= end {
            clock = max(clock, at)
            history.now = clock
            counts.steps += 1
            await perform(work)
        }
        guard violation == nil else { return }
        await compare()
        guard violation == nil, isUp else { return }
        clock = max(clock, end)
        history.now = clock
        observe(.quiet(directors[0].engine, isBusy: directors[0].isBusy))
    }

    private mutating func plan() {
        for _ in 0..<weather.faults {
            agenda.add(.faultBegins, at: clock + chance.milliseconds(0...Int(weather.span.milliseconds)))
        }
        if weather.hasStorm {
            let at = clock + chance.milliseconds(0...Int(weather.span.milliseconds))
            for _ in 0..<16 { agenda.add(.faultBegins, at: at + chance.milliseconds(0...2000)) }
        }
        agenda.add(.personActs, at: clock + weather.people)
        for _ in 0..<chance.pick([0, 0, 1, 3, 6]) {
            agenda.add(.filesChange, at: clock + chance.milliseconds(0...Int(weather.span.milliseconds)))
        }
        for _ in 0..<2 { agenda.add(.compare, at: clock + chance.milliseconds(0...Int(weather.span.milliseconds))) }
        agenda.add(.heal, at: clock + weather.span)
    }

    private mutating func perform(_ work: Work) async {
        switch work {
        case .tick(let at): if tickAt == at { tick() }
        case .appendEnds(let life): if life == self.life { appendEnds() }
        case .keepsLate(let life): if life == self.life { keepLate() }
        case .sealEnds(let run, let record, let life): if life == self.life { sealEnds(run, record) }
        case .takesEffect(let execution): takesEffect(execution)
        case .commandEnds(let execution, let life): if life == self.life { commandEnds(execution) }
        case .announceEnds(let announcement, let life): if life == self.life { announceEnds(announcement) }
        case .saveEnds(let snapshot, let life): if life == self.life { journal.save(snapshot) }
        case .faultBegins: faultBegins()
        case .alarm(let fault): alarm(fault)
        case .faultHeals(let fault): faultHeals(fault)
        case .faultReturns(let fault): faultReturns(fault)
        case .deliver(let delivery, let attempt): deliver(delivery, attempt)
        case .personActs: personActs()
        case .askAgain(let made, let person): askAgain(made, by: person)
        case .filesChange: filesChange()
        case .reload: reload()
        case .restart: await restart()
        case .compare: await compare()
        case .heal: heal()
        }
    }

    // MARK: - Watching

    mutating func observe(_ observation: Observation) {
        guard violation == nil else { return }
        for index in invariants.indices {
            guard let because = invariants[index].objection(to: observation, history) else { continue }
            let kind = type(of: invariants[index])
            violation = Violation(
                seed: seed, step: counts.steps, invariant: kind.name, sentence: kind.sentence, because: because)
            trace.add(clock) { "!! \(kind.name): \(because)" }
            return
        }
    }

    /// The state as it is against the state as it is folded; where everything that was said is durable.
    private mutating func compare() async {
        guard isUp, inFlight == nil, directors[0].storeFailure == nil, violation == nil else {
            if !isHealed { agenda.add(.compare, at: clock + .milliseconds(500)) }
            return
        }
        for usesSnapshot in [false, true] where !usesSnapshot || journal.snapshot != nil {
            do {
                let engine = engine(for: history.digest)
                let frozen = journal.frozen(usesSnapshot: usesSnapshot)
                var (folded, _) = try await Recovery.restore(engine, from: frozen, codec: codec)
                // Timers that only make it forget have fired in the one, and must in the other: the journal may hold
                // evidence that is later than what the engine heard of last.
                var live = directors[0].engine
                let now = max(live.now, folded.now)
                let nothing = TimelineEntry(
                    at: now, incident: nil, event: .state(.announcementFailed(run: nil, because: "")))
                try live.restore(nothing)
                try folded.restore(nothing)
                observe(.compared(live: StateText.of(live), folded: StateText.of(folded)))
            } catch {
                observe(.unfoldable("\(error)"))
            }
        }
    }

    /// A new one, with these files.
    func engine(for digest: String) -> Engine {
        engines[digest] ?? Engine(workspace: files(workspaces[digest] ?? Workspace()), mode: .act, keepsState: true)
    }

    /// What the engine is given.
    func files(_ workspace: Workspace) -> Workspace {
        sabotage == .noPolicy ? workspace.withoutPolicy : workspace
    }

    private mutating func heal() {
        // The engine may be down, or busy with a store that failed: people try again.
        let isDone = isHealed && history.pauses.isEmpty && isUp
        if !isDone { agenda.add(.heal, at: clock + .seconds(90)) }
        isHealed = true
        weather.turbulence = 0
        weather.crashes = 0
        storeFailsUntil = .distantPast
        trace.add(clock) { "all faults are healed" }
        for scope in history.pauses.sorted() { ask(.resume(scope), by: site.people[0]) }
        for fault in world.faults.indices {
            faultHeals(fault)
            send(world.faults[fault], .resolved, isAuthenticated: !world.faults[fault].isForged)
        }
    }
}

/// What was found.
struct Violation: Sendable {
    let seed: UInt64
    let step: Int
    let invariant: String
    let sentence: String
    let because: String
}

/// What was simulated.
struct Counts: Sendable {
    var seeds = 0
    var steps = 0
    var incidents = 0
    var runs = 0
    var performed = 0
    var undone = 0
    var crashes = 0
    var approvals = 0
    /// By how runs ended, or where they wait.
    var endings: [String: Int] = [:]

    static func += (left: inout Counts, right: Counts) {
        left.seeds += right.seeds
        left.steps += right.steps
        left.incidents += right.incidents
        left.runs += right.runs
        left.performed += right.performed
        left.undone += right.undone
        left.crashes += right.crashes
        left.approvals += right.approvals
        left.endings.merge(right.endings, uniquingKeysWith: +)
    }
}

/// The last things that happened, for people; costs nothing where nobody asked for it.
struct Trace: Sendable {
    let isOn: Bool
    private(set) var lines: [String] = []

    init(isOn: Bool) {
        self.isOn = isOn
    }

    mutating func add(_ at: Timestamp, _ line: () -> String) {
        guard isOn else { return }
        let tenths = (at - SyntheticFiles.start).milliseconds
        lines.append("\(tenths / 1000).\(String(tenths % 1000 + 1000).dropFirst())  \(line())")
    }
}
