/// Slots of an incident's members that signatures may bind, now or as soon as they are no longer muted.
///
/// They are kept in the order in which signatures saw them last. So sorting them again costs little more than looking at
/// them, also where an incident has thousands. A member that ended is dropped when signatures are tried next, and comes
/// back when it fires again.
struct BindableAlerts: Sendable {
    private(set) var slots: [Int] = []
    /// Patterns that a member has matched, firing or not.
    private(set) var touchedPatterns = SmallIntegers()
    private var members: Set<Int> = []
    /// Patterns for which signatures saw an alert when they were last tried.
    private var seenPatterns = SmallIntegers()

    var isEmpty: Bool { touchedPatterns.isEmpty }
    var count: Int { slots.count }

    mutating func insert(_ slot: Int, patterns: [Int]) {
        guard !patterns.isEmpty else { return }
        touchedPatterns.formUnion(patterns)
        if members.insert(slot).inserted { slots.append(slot) }
    }

    mutating func absorb(_ other: BindableAlerts) {
        touchedPatterns.formUnion(other.touchedPatterns)
        for slot in other.slots where members.insert(slot).inserted { slots.append(slot) }
    }

    /// Whether one of these patterns had no alert when signatures were last tried.
    func isNews(_ patterns: [Int]) -> Bool { !patterns.allSatisfy { seenPatterns.contains($0) } }

    /// What signatures see at one moment, by start, then fingerprint.
    mutating func eligible(in alerts: inout AlertTable) -> [BoundAlert] {
        var eligible: [BoundAlert] = []
        eligible.reserveCapacity(slots.count)
        var muted: [Int] = []
        for slot in slots {
            if let alert = alerts.bound(slot) {
                eligible.append(alert)
            } else if alerts.isFiring(at: slot) {
                muted.append(slot)
            } else {
                members.remove(slot)
            }
        }
        eligible.sort { $0.isBefore($1) }
        slots = eligible.map(\.slot) + muted
        seenPatterns.removeAll()
        for alert in eligible { seenPatterns.formUnion(alert.patterns) }
        return eligible
    }
}
