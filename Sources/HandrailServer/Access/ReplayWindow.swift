internal import HandrailCore
internal import HandrailSigning

/// Signatures that were seen while they counted, so that nobody sends a delivery of somebody else again.
struct ReplayWindow {
    enum Verdict { case first, seen, full }

    /// Of one source. No other source has to wait for room.
    static let mostSignatures = 200_000

    /// By its code, whether its delivery was taken. One that was not may come again.
    private var known: [[UInt8]: Bool] = [:]
    /// In order of the time at which they stop to count. Each code is in it once.
    private var order: [(until: Timestamp, code: [UInt8])] = []
    private var oldest = 0

    /// How many are remembered.
    var count: Int { order.count - oldest }

    func hasTaken(_ signature: MessageSignature) -> Bool { known[signature.code] == true }

    mutating func note(_ signature: MessageSignature, at now: Timestamp) -> Verdict {
        forget(at: now)
        if let isTaken = known[signature.code] {
            known[signature.code] = true
            return isTaken ? .seen : .first
        }
        guard known.count < Self.mostSignatures else { return .full }
        known[signature.code] = true
        // By our clock: it may have been made ahead of it, and counts for the window behind its own time.
        order.append((now + MessageSignature.window * 2 + .seconds(1), signature.code))
        return .first
    }

    /// Its delivery was not taken after all.
    mutating func release(_ signature: MessageSignature) {
        if known[signature.code] != nil { known[signature.code] = false }
    }

    private mutating func forget(at now: Timestamp) {
        while oldest < order.count, order[oldest].until <= now {
            known[order[oldest].code] = nil
            oldest += 1
        }
        if oldest > 1024, oldest * 2 > order.count {
            order.removeFirst(oldest)
            oldest = 0
        }
    }
}
