/// The alerts that are remembered, found by fingerprint; slots are reused.
struct AlertTable: Sendable {
    /// What was last in a slot stays there until the slot is used again: an alert is changed where it lies.
    private var slots = PagedArray<TrackedAlert>()
    private var isUsed: [Bool] = []
    private var free: [Int] = []
    private var byFingerprint = FingerprintIndex()

    /// The slot of the same alert, bytes compared.
    @inline(__always)
    func find(_ labels: LabelSet) -> Int? {
        let fingerprint = labels.fingerprint
        var place = byFingerprint.place(of: fingerprint, after: nil)
        while let candidate = place {
            let slot = byFingerprint.slot(at: candidate)
            if slots[slot].labels === labels || slots[slot].labels.isSameAlert(as: labels) { return slot }
            place = byFingerprint.place(of: fingerprint, after: candidate)
        }
        return nil
    }

    /// The same for many. Each look-up waits for memory, and the processor waits for several of them at once.
    func find(all notices: [Alert]) -> [Int?] {
        var found: [Int?] = []
        found.reserveCapacity(notices.count)
        for index in notices.indices { found.append(find(notices[index].labels)) }
        return found
    }

    func isFiring(_ fingerprint: Fingerprint) -> Bool {
        slot(of: fingerprint).map { slots[$0].isFiring } ?? false
    }

    /// Whether it ended only because it was not renewed.
    func hasLapsed(_ fingerprint: Fingerprint) -> Bool {
        slot(of: fingerprint).map { !slots[$0].isFiring && slots[$0].hasLapsed } ?? false
    }

    /// When it last ceased to fire, as far as that is remembered.
    func endedAt(_ fingerprint: Fingerprint) -> Timestamp? {
        slot(of: fingerprint).flatMap { slots[$0].endedAt }
    }

    /// A flapping alert of the incident that somebody said has resolved, and that fired after `time`, as signatures saw it.
    func pausing(_ fingerprint: Fingerprint, in incident: Int, since time: Timestamp) -> BoundAlert? {
        guard let slot = slot(of: fingerprint), slots[slot].flap.isDamped, !slots[slot].isFiring,
            !slots[slot].hasLapsed, slots[slot].incident == incident, let endedAt = slots[slot].endedAt, endedAt > time
        else { return nil }
        return BoundAlert(slots[slot], slot: slot)
    }

    private func slot(of fingerprint: Fingerprint) -> Int? {
        byFingerprint.place(of: fingerprint, after: nil).map { byFingerprint.slot(at: $0) }
    }

    /// For a copy in which nothing has to be found: all that is remembered can still be listed.
    mutating func forgetIndex() { byFingerprint = FingerprintIndex() }

    /// Of all that is remembered, by fingerprint.
    var slotsByFingerprint: [Int] {
        isUsed.indices.filter { isUsed[$0] }.map { (slot: $0, fingerprint: slots[$0].labels.fingerprint) }
            .sorted { ($0.fingerprint, $0.slot) < ($1.fingerprint, $1.slot) }.map(\.slot)
    }

    /// All that is remembered, by fingerprint.
    var all: [(slot: Int, alert: TrackedAlert)] { slotsByFingerprint.map { ($0, slots[$0]) } }

    var count: Int { slots.count - free.count }

    mutating func insert(_ alert: TrackedAlert) -> Int {
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
        byFingerprint.insert(slot, alert.labels.fingerprint)
        return slot
    }

    mutating func remove(_ slot: Int) {
        guard isUsed(slot) else { return }
        byFingerprint.remove(slot, slots[slot].labels.fingerprint)
        slots[slot].bound = nil
        isUsed[slot] = false
        free.append(slot)
    }

    /// A copy of the whole alert, which counts a dozen references: `read` what is needed where it matters.
    subscript(slot: Int) -> TrackedAlert? {
        isUsed(slot) ? slots[slot] : nil
    }

    /// A remembered alert where it lies. The slot must not be empty, and whoever changes what signatures see forgets
    /// what they saw, `bound`.
    subscript(inPlace slot: Int) -> TrackedAlert {
        _read { yield slots[slot] }
        _modify { yield &slots[slot] }
    }

    private func isUsed(_ slot: Int) -> Bool { isUsed.indices.contains(slot) && isUsed[slot] }

    /// Looks at a remembered alert where it lies; nil for a slot that is empty.
    @inline(__always)
    func read<Result>(_ slot: Int, _ look: (borrowing TrackedAlert) -> Result) -> Result? {
        guard isUsed(slot) else { return nil }
        return look(slots[slot])
    }

    /// Changes of a remembered alert what signatures do not see: neither labels nor times, and not whether it fires.
    @inline(__always)
    mutating func updateUnseen(_ slot: Int, _ change: (inout TrackedAlert) -> Void) {
        guard isUsed(slot) else { return }
        change(&slots[slot])
    }

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
        guard isUsed(slot) else { return nil }
        // What was made since the last change is still so. This is the only look at most alerts of a large incident.
        if let bound = slots[slot].bound { return bound }
        guard slots[slot].isFiring, slots[slot].muting == nil else { return nil }
        let bound = BoundAlert(slots[slot], slot: slot)
        slots[slot].bound = bound
        return bound
    }

    func isFiring(at slot: Int) -> Bool { isUsed(slot) && slots[slot].isFiring }

    /// The incident that the alert is, or was, a member of.
    func incident(of slot: Int) -> Int? { isUsed(slot) ? slots[slot].incident : nil }
}
