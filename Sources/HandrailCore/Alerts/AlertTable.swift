/// The alerts that are remembered, found by fingerprint; slots are reused.
struct AlertTable: Sendable {
    /// What was last in a slot stays there until the slot is used again: an alert is changed where it lies.
    private var slots: [TrackedAlert] = []
    private var isUsed: [Bool] = []
    private var free: [Int] = []
    private var byFingerprint: [Fingerprint: Int] = [:]

    /// The slot of the same alert, bytes compared.
    func find(_ labels: LabelSet) -> Int? {
        var fingerprint = labels.fingerprint
        while let slot = byFingerprint[fingerprint] {
            if slots[slot].labels.isSameAlert(as: labels) { return slot }
            fingerprint = fingerprint.next
        }
        return nil
    }

    func isFiring(_ fingerprint: Fingerprint) -> Bool {
        byFingerprint[fingerprint].map { slots[$0].isFiring } ?? false
    }

    /// Whether it ended only because it was not renewed.
    func hasLapsed(_ fingerprint: Fingerprint) -> Bool {
        byFingerprint[fingerprint].map { !slots[$0].isFiring && slots[$0].hasLapsed } ?? false
    }

    /// All that is remembered, by fingerprint.
    var all: [(slot: Int, alert: TrackedAlert)] {
        byFingerprint.sorted { $0.key < $1.key }.map { ($0.value, slots[$0.value]) }
    }

    mutating func insert(_ alert: TrackedAlert) -> Int {
        var fingerprint = alert.labels.fingerprint
        while byFingerprint[fingerprint] != nil { fingerprint = fingerprint.next }
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = alert
            isUsed[slot] = true
        } else {
            slot = slots.count
            slots.append(alert)
            isUsed.append(true)
        }
        byFingerprint[fingerprint] = slot
        return slot
    }

    mutating func remove(_ slot: Int) {
        guard isUsed(slot) else { return }
        var fingerprint = slots[slot].labels.fingerprint
        while let found = byFingerprint[fingerprint], found != slot { fingerprint = fingerprint.next }
        byFingerprint[fingerprint] = nil
        slots[slot].bound = nil
        isUsed[slot] = false
        free.append(slot)
    }

    subscript(slot: Int) -> TrackedAlert? {
        isUsed(slot) ? slots[slot] : nil
    }

    private func isUsed(_ slot: Int) -> Bool { isUsed.indices.contains(slot) && isUsed[slot] }

    /// Changes a remembered alert in place; nil for a slot that is empty.
    @inline(__always)
    @discardableResult
    mutating func update<Result>(_ slot: Int, _ change: (inout TrackedAlert) -> Result) -> Result? {
        guard isUsed(slot) else { return nil }
        slots[slot].bound = nil
        return change(&slots[slot])
    }

    /// The alert as signatures see it; nil for one that they may not bind, and for a slot that is empty.
    mutating func bound(_ slot: Int) -> BoundAlert? {
        // Field by field: a copy of the whole alert would cost more than everything else here.
        guard isFiring(at: slot), slots[slot].muting == nil else { return nil }
        if let bound = slots[slot].bound { return bound }
        let bound = BoundAlert(slots[slot], slot: slot)
        slots[slot].bound = bound
        return bound
    }

    func isFiring(at slot: Int) -> Bool { isUsed(slot) && slots[slot].isFiring }
}

extension Fingerprint {
    /// Where an alert goes whose fingerprint is taken by another one.
    fileprivate var next: Fingerprint { Fingerprint(high: high, low: low &+ 1) }
}
