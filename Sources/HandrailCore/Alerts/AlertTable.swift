/// The alerts that are remembered, found by fingerprint; slots are reused.
struct AlertTable: Sendable {
    private var slots: [TrackedAlert?] = []
    private var free: [Int] = []
    private var byFingerprint: [Fingerprint: Int] = [:]

    /// The slot of the same alert, bytes compared.
    func find(_ labels: LabelSet) -> Int? {
        var fingerprint = labels.fingerprint
        while let slot = byFingerprint[fingerprint] {
            if let known = slots[slot], known.labels.isSameAlert(as: labels) { return slot }
            fingerprint = fingerprint.next
        }
        return nil
    }

    func isFiring(_ fingerprint: Fingerprint) -> Bool {
        byFingerprint[fingerprint].flatMap { self[$0]?.isFiring } ?? false
    }

    mutating func insert(_ alert: TrackedAlert) -> Int {
        var fingerprint = alert.labels.fingerprint
        while byFingerprint[fingerprint] != nil { fingerprint = fingerprint.next }
        let slot: Int
        if let reused = free.popLast() {
            slot = reused
            slots[slot] = alert
        } else {
            slot = slots.count
            slots.append(alert)
        }
        byFingerprint[fingerprint] = slot
        return slot
    }

    mutating func remove(_ slot: Int) {
        guard let alert = self[slot] else { return }
        var fingerprint = alert.labels.fingerprint
        while let found = byFingerprint[fingerprint], found != slot { fingerprint = fingerprint.next }
        byFingerprint[fingerprint] = nil
        slots[slot] = nil
        free.append(slot)
    }

    subscript(slot: Int) -> TrackedAlert? {
        slots.indices.contains(slot) ? slots[slot] : nil
    }

    /// Changes a remembered alert in place; nil for a slot that is empty.
    @inline(__always)
    @discardableResult
    mutating func update<Result>(_ slot: Int, _ change: (inout TrackedAlert) -> Result) -> Result? {
        guard slots.indices.contains(slot) else { return nil }
        return slots[slot].mutate { alert in
            alert.bound = nil
            return change(&alert)
        }
    }

    /// The alert as signatures see it; nil for one that they may not bind, and for a slot that is empty.
    mutating func bound(_ slot: Int) -> BoundAlert? {
        // Field by field: a copy of the whole alert would cost more than everything else here.
        guard slots.indices.contains(slot), slots[slot]?.isFiring == true, slots[slot]?.muting == nil else {
            return nil
        }
        if let bound = slots[slot]?.bound { return bound }
        let bound = slots[slot].map { BoundAlert($0, slot: slot) }
        slots[slot]?.bound = bound
        return bound
    }

    func isFiring(at slot: Int) -> Bool { slots.indices.contains(slot) && slots[slot]?.isFiring == true }
}

extension Fingerprint {
    /// Where an alert goes whose fingerprint is taken by another one.
    fileprivate var next: Fingerprint { Fingerprint(high: high, low: low &+ 1) }
}

extension Optional {
    /// Changes the value where there is one, without taking it out and putting it back.
    @inline(__always)
    fileprivate mutating func mutate<Result>(_ change: (inout Wrapped) -> Result) -> Result? {
        guard var value = take() else { return nil }
        defer { self = value }
        return change(&value)
    }
}
