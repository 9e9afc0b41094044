/// What runs touch, while they last and a little after: what begins to fire there is their doing.
///
/// Restarting a web server while its redis hangs raises alerts of its own. They belong to the incident that the run is
/// for, and are told apart there; they open no incident and start no run until the run's effects have had time to settle.
struct RunFootprints: Sendable {
    struct Footprint: Sendable {
        let run: Int
        let runbook: String
        var incident: Int
        fileprivate let services: Set<ExactText>
        fileprivate let targets: [Target]
        /// Nil while the run lasts.
        fileprivate(set) var endsAt: Timestamp?
        /// Alerts that were taken for its doing.
        fileprivate(set) var slots: Set<Int> = []
    }

    /// As long as a late delivery is waited for: an alert that a run caused is delivered no later.
    static let aftermath = AlertClock.lateness

    /// Labels whose values name what an alert is about.
    private let entity: [ExactText]
    private var footprints: [Int: Footprint] = [:]

    init(entity: [ExactText]) {
        self.entity = entity
    }

    mutating func begin(_ run: Int, plan: Plan, incident: Int) {
        guard plan.effect > .none else { return }
        // Begun again, as for an undo, it is the same run: what was its doing still is.
        let slots = footprints[run]?.slots ?? []
        footprints[run] = Footprint(
            run: run, runbook: plan.runbook, incident: incident,
            services: Set(plan.targets.compactMap(\.service).map { ExactText($0) }),
            targets: plan.targets, slots: slots)
    }

    /// The run is over; its footprint lasts until the time that this returns.
    mutating func end(_ run: Int, at now: Timestamp) -> Timestamp? {
        guard footprints[run] != nil else { return nil }
        footprints[run]?.endsAt = now + Self.aftermath
        return footprints[run]?.endsAt
    }

    /// From a snapshot: an alert that was taken for a run's doing.
    mutating func remembers(_ slot: Int, causedBy run: Int) {
        footprints[run]?.slots.insert(slot)
    }

    /// Forgets a footprint whose time is over; returns the alerts that it held back.
    mutating func fade(_ run: Int, at now: Timestamp) -> [Int] {
        guard let endsAt = footprints[run]?.endsAt, endsAt <= now else { return [] }
        return footprints.removeValue(forKey: run)?.slots.sorted() ?? []
    }

    /// The run was only assumed; returns the alerts that were taken for its doing.
    mutating func remove(_ run: Int) -> [Int] {
        footprints.removeValue(forKey: run)?.slots.sorted() ?? []
    }

    /// An incident was merged into another one.
    mutating func move(from absorbed: Int, to home: Int) {
        for (run, footprint) in footprints where footprint.incident == absorbed { footprints[run]?.incident = home }
    }

    var isEmpty: Bool { footprints.isEmpty }

    subscript(run: Int) -> Footprint? { footprints[run] }

    /// The oldest run that touches what the alert is about, and notes the alert as its doing.
    mutating func claim(_ slot: Int, _ alert: TrackedAlert) -> Int? {
        guard !footprints.isEmpty else { return nil }
        let owner = footprints.values.filter { $0.touches(alert, entity) }.map(\.run).min()
        if let owner { footprints[owner]?.slots.insert(slot) }
        return owner
    }
}

extension RunFootprints.Footprint {
    /// By its service, by a label that is called like the target's kind, or by one that names what it is about.
    fileprivate func touches(_ alert: TrackedAlert, _ entity: [ExactText]) -> Bool {
        if let service = alert.traits.service, services.contains(ExactText(service)) { return true }
        return targets.contains { target in
            (entity + [ExactText(target.kind)]).contains { alert.labels[$0] == ExactText(target.id) }
        }
    }
}
