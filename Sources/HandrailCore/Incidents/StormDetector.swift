/// Notices an alert storm: too many new alerts in ten seconds, or too many services at once.
struct StormDetector: Sendable {
    private let rule: Correlation.Storm
    /// Of the topology. What it does not know is no part of its percentage.
    private let services: Set<String>
    private var recent: [Timestamp] = []
    private var oldest = 0
    private var firing: [String: Int] = [:]
    /// Nil while there is none.
    private(set) var lastReachedAt: Timestamp?

    /// Below this many services at once, a percentage of a small topology would call every incident a storm.
    static let leastServices = 3
    private static let span = Duration.seconds(10)

    init(rule: Correlation.Storm, services: [String]) {
        self.rule = rule
        self.services = Set(services)
    }

    var isStorm: Bool { lastReachedAt != nil }
    var endsAt: Timestamp? { lastReachedAt.map { $0 + rule.cooldown } }

    /// Returns why, where a storm begins with this alert.
    mutating func alertBegan(service: String?, at now: Timestamp) -> String? {
        recent.append(now)
        let horizon = now - Self.span
        while oldest < recent.count, recent[oldest] <= horizon { oldest += 1 }
        if oldest > 1024, oldest * 2 > recent.count {
            recent.removeFirst(oldest)
            oldest = 0
        }
        if let service, services.contains(service) { firing[service, default: 0] += 1 }
        guard rateReached() || servicesReached() else { return nil }
        defer { lastReachedAt = now }
        return isStorm ? nil : reason
    }

    /// Returns when the storm may be over, where the services are not as many any more with this alert.
    mutating func alertEnded(service: String?, at now: Timestamp) -> Timestamp? {
        guard let service, let count = firing[service] else { return nil }
        let wasReached = isStorm && servicesReached()
        if wasReached { lastReachedAt = now }
        firing[service] = count > 1 ? count - 1 : nil
        return wasReached && !servicesReached() ? endsAt : nil
    }

    /// Returns whether it is over; a storm is over once neither measure has been reached for the cooldown.
    mutating func end(at now: Timestamp) -> Bool {
        guard let endsAt, endsAt <= now, !servicesReached() else { return false }
        lastReachedAt = nil
        return true
    }

    /// When to look again whether it is over. Nil while the services are too many: only the end of an alert changes that, and
    /// looking every so often would never come to the end of a leap of the clock.
    var nextLookAt: Timestamp? { servicesReached() ? nil : endsAt }

    /// From a snapshot: an alert that began to fire before it.
    mutating func remembers(service: String?) {
        if let service, services.contains(service) { firing[service, default: 0] += 1 }
    }

    /// From a snapshot: the storm that was on, and what began lately.
    mutating func remembers(_ memory: StormMemory) {
        lastReachedAt = memory.lastReachedAt
        // More than the measure says nothing more.
        recent = memory.recent.flatMap { repeatElement($0.at, count: min($0.count, rule.alertsPer10s)) }
        oldest = 0
    }

    /// Nil where there is nothing to remember.
    func memory(at now: Timestamp) -> StormMemory? {
        var beginnings: [StormMemory.Beginning] = []
        for time in recent[oldest...] where time > now - Self.span {
            let count = beginnings.last?.at == time ? beginnings.removeLast().count : 0
            beginnings.append(StormMemory.Beginning(at: time, count: min(count + 1, rule.alertsPer10s)))
        }
        guard lastReachedAt != nil || !beginnings.isEmpty else { return nil }
        return StormMemory(lastReachedAt: lastReachedAt, recent: beginnings)
    }

    private var inTenSeconds: Int { recent.count - oldest }

    private var reason: String {
        rateReached()
            ? "\(inTenSeconds) new alerts in 10s, the limit is \(rule.alertsPer10s)"
            : "\(firing.count) of \(services.count) services have firing alerts"
    }

    private func rateReached() -> Bool { inTenSeconds >= rule.alertsPer10s }

    private func servicesReached() -> Bool {
        firing.count >= Self.leastServices && firing.count * 100 >= rule.servicesPercent * services.count
    }
}
