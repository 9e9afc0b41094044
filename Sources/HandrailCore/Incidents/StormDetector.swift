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

    init(rule: Correlation.Storm, services: [String]) {
        self.rule = rule
        self.services = Set(services)
    }

    var isStorm: Bool { lastReachedAt != nil }
    var endsAt: Timestamp? { lastReachedAt.map { $0 + rule.cooldown } }

    /// Returns why, where a storm begins with this alert.
    mutating func alertBegan(service: String?, at now: Timestamp) -> String? {
        recent.append(now)
        let horizon = now - .seconds(10)
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

    mutating func alertEnded(service: String?) {
        guard let service, let count = firing[service] else { return }
        firing[service] = count > 1 ? count - 1 : nil
    }

    /// Returns whether it is over; a storm is over once neither measure has been reached for the cooldown.
    mutating func end(at now: Timestamp) -> Bool {
        if servicesReached() { lastReachedAt = now }
        guard let endsAt, endsAt <= now else { return false }
        lastReachedAt = nil
        return true
    }

    /// From a snapshot: an alert that began to fire before it.
    mutating func remembers(service: String?) {
        if let service, services.contains(service) { firing[service, default: 0] += 1 }
    }

    /// From a snapshot: the storm that was on.
    mutating func remembers(lastReachedAt: Timestamp) {
        self.lastReachedAt = lastReachedAt
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
