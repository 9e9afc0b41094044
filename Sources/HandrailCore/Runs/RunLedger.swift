/// The runs that limits, cooldowns and breakers count: those that ended, those in flight, those of unknown outcome.
public struct RunLedger: Sendable {
    public struct Entry: Sendable {
        public let run: Int
        public internal(set) var incident: Int
        public let plan: Plan
        public let startedAt: Timestamp
        /// Nil while it is in flight or its outcome is unknown.
        public var end: (at: Timestamp, outcome: RunOutcome)?
        /// Groups that it is counted in, by the place of the limit or breaker that counts.
        public let groups: [FileLocation: Set<ExactText>]
        /// Nothing was carried out: an engine that observes only assumed it.
        public let isAssumed: Bool

        public init(
            run: Int, incident: Int = 0, plan: Plan, startedAt: Timestamp, groups: [FileLocation: Set<ExactText>],
            isAssumed: Bool = false
        ) {
            self.run = run
            self.incident = incident
            self.plan = plan
            self.startedAt = startedAt
            self.groups = groups
            self.isAssumed = isAssumed
        }

        func isCounted(in group: RunGroup) -> Bool {
            groups[group.location]?.contains(group.key) ?? false
        }
    }

    /// In the order in which they started.
    public private(set) var entries: [Entry] = []
    /// What ended longer ago is forgotten, unless it belongs to the history of a group with a failure.
    private let memory: Duration
    private let history: Int

    /// - Parameters:
    ///   - memory: how long a run is kept after its end: ``PolicySet/longestWindow``.
    ///   - history: how many of the last runs of a group are kept from their first failure on, however long ago they
    ///     ended: at least ``PolicySet/longestHistory``, since breakers count runs and not hours.
    public init(memory: Duration, history: Int = 100) {
        self.memory = memory
        self.history = history
    }

    public var inFlight: [Entry] { entries.filter { $0.end == nil } }

    /// A run that is started again, as for its undo, is the same run.
    public mutating func start(_ entry: Entry) {
        entries.removeAll { $0.run == entry.run }
        entries.append(entry)
    }

    /// Does nothing for a run that it does not know.
    public mutating func end(_ run: Int, _ outcome: RunOutcome, at now: Timestamp) {
        guard let index = entries.firstIndex(where: { $0.run == run }) else { return }
        entries[index].end = (now, outcome)
        forget(before: now - memory)
    }

    /// What a run is decided against once it has started: it must not stand in its own way.
    public func without(_ run: Int) -> RunLedger {
        var others = self
        others.entries.removeAll { $0.run == run }
        return others
    }

    /// An incident was merged into another one.
    mutating func move(from absorbed: Int, to home: Int) {
        for index in entries.indices where entries[index].incident == absorbed { entries[index].incident = home }
    }

    mutating func remove(_ run: Int) {
        entries.removeAll { $0.run == run }
    }

    func entries(in group: RunGroup) -> [Entry] {
        entries.filter { $0.isCounted(in: group) }
    }

    private mutating func forget(before horizon: Timestamp) {
        let isOld = { (entry: Entry) in (entry.end?.at ?? .distantFuture) < horizon }
        guard entries.contains(where: isOld) else { return }
        let kept = runsOfHistory()
        entries.removeAll { isOld($0) && !kept.contains($0.run) }
    }

    /// Of each group the last runs that say something, from the first failure among them on: to a breaker, successes
    /// before it are as good as nothing.
    private func runsOfHistory() -> Set<Int> {
        var byGroup: [RunGroup: [Entry]] = [:]
        for entry in entries.settledInOrder {
            for (location, keys) in entry.groups {
                for key in keys { byGroup[RunGroup(location: location, key: key), default: []].append(entry) }
            }
        }
        return byGroup.values.reduce(into: []) { kept, ended in
            let telling = ended.suffix(history).drop { $0.end?.outcome != .failed }
            kept.formUnion(telling.map(\.run))
        }
    }
}

/// What one limit or breaker counts together.
struct RunGroup: Hashable, Sendable {
    let location: FileLocation
    let key: ExactText
}

extension [RunLedger.Entry] {
    /// Those that succeeded or failed, in the order in which they ended. A refused run says nothing about its runbook.
    var settledInOrder: [RunLedger.Entry] {
        compactMap { entry in entry.end.map { (entry: entry, end: $0) } }
            .filter { $0.end.outcome != .refused }
            .sorted { ($0.end.at, $0.entry.run) < ($1.end.at, $1.entry.run) }
            .map(\.entry)
    }
}
