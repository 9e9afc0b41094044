/// Milliseconds since 1970-01-01T00:00:00Z, for facts that replicas and recordings share.
///
/// Arithmetic saturates: a hostile date far away stays far away and traps nothing.
public struct Timestamp: Hashable, Comparable, Sendable {
    public let milliseconds: Int64

    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    public static let distantPast = Timestamp(milliseconds: .min)
    public static let distantFuture = Timestamp(milliseconds: .max)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }

    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(milliseconds: left.milliseconds.addingSaturated(right.milliseconds))
    }

    public static func - (left: Timestamp, right: Duration) -> Timestamp {
        Timestamp(milliseconds: left.milliseconds.subtractingSaturated(right.milliseconds))
    }

    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .milliseconds(left.milliseconds.subtractingSaturated(right.milliseconds))
    }
}

extension Duration {
    /// Whole milliseconds, rounded towards zero and saturated.
    public var milliseconds: Int64 {
        let (isNegative, attoseconds) = (attoseconds < 0, attoseconds.magnitude)
        // One division of the processor: `components` divides 128 bits by 128 bits, and every timer asks for this.
        let perMillisecond: UInt64 = 1_000_000_000_000_000
        let (high, low) = (UInt64(truncatingIfNeeded: attoseconds >> 64), UInt64(truncatingIfNeeded: attoseconds))
        guard high < perMillisecond else { return isNegative ? .min : .max }
        let milliseconds = perMillisecond.dividingFullWidth((high, low)).quotient
        guard let result = Int64(exactly: milliseconds) else { return isNegative ? .min : .max }
        return isNegative ? -result : result
    }
}

extension Int64 {
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }

    func subtractingSaturated(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other < 0 ? .max : .min) : difference
    }
}
