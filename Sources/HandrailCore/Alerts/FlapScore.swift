/// How much an alert flaps: 1 for each time it fires again after it resolved, halved every half-life.
///
/// The method is that of BGP route flap damping (RFC 2439): suppress above one threshold, release below a lower one.
struct FlapScore: Hashable, Sendable {
    private(set) var isDamped = false
    private var penalty = 0.0
    private var measuredAt = Timestamp.distantPast
    /// While it is damped, what ``releaseDue(rule:)`` says: a logarithm is dear, and every timer asks.
    private(set) var releasesAt = Timestamp.distantPast

    init() {}

    init(_ memory: FlapMemory, rule: Correlation.Flap) {
        isDamped = memory.isDamped
        penalty = memory.penalty
        measuredAt = memory.measuredAt
        if isDamped { releasesAt = releaseDue(rule: rule) }
    }

    var memory: FlapMemory { FlapMemory(isDamped: isDamped, penalty: penalty, measuredAt: measuredAt) }

    /// Returns whether damping begins with this.
    mutating func firedAgain(at now: Timestamp, rule: Correlation.Flap) -> Bool {
        penalty = current(at: now, rule: rule) + 1
        measuredAt = now
        let wasDamped = isDamped
        isDamped = wasDamped || penalty >= rule.dampAt
        if isDamped { releasesAt = releaseDue(rule: rule) }
        return isDamped && !wasDamped
    }

    /// Returns whether damping ends with this.
    mutating func release(at now: Timestamp, rule: Correlation.Flap) -> Bool {
        guard isDamped, current(at: now, rule: rule) <= rule.releaseAt + Self.tolerance else { return false }
        isDamped = false
        return true
    }

    /// When the penalty will have fallen to the release threshold.
    func releaseDue(rule: Correlation.Flap) -> Timestamp {
        due(at: rule.releaseAt, rule: rule)
    }

    private func due(at threshold: Double, rule: Correlation.Flap) -> Timestamp {
        guard penalty > threshold, threshold > 0 else { return measuredAt }
        let halvings = Logarithm.base2(penalty / threshold)
        let milliseconds = (Double(rule.halfLife.milliseconds) * halvings).rounded(.up)
        // Bounded before the conversion: a conversion out of range traps.
        return measuredAt + .milliseconds(milliseconds < 1e15 ? Int64(milliseconds) : 1_000_000_000_000_000)
    }

    /// Whether what happened still weighs anything; a penalty of a tenth is forgotten.
    func isForgotten(at now: Timestamp, rule: Correlation.Flap) -> Bool {
        !isDamped && current(at: now, rule: rule) <= Self.forgottenAt + Self.tolerance
    }

    /// When it will weigh nothing any more. It does not depend on when that is asked, so a fold comes to the same.
    func forgetDue(rule: Correlation.Flap) -> Timestamp {
        let due = due(at: Self.forgottenAt, rule: rule)
        return isDamped ? max(due, releaseDue(rule: rule)) : due
    }

    private static let forgottenAt = 0.1
    /// A penalty of exactly a threshold, after a wait that was rounded to milliseconds, counts as below it.
    private static let tolerance = 1e-6

    private func current(at now: Timestamp, rule: Correlation.Flap) -> Double {
        guard penalty > 0 else { return 0 }
        let elapsed = Double(max(0, (now - measuredAt).milliseconds))
        let halfLife = Double(max(1, rule.halfLife.milliseconds))
        return penalty * Logarithm.twoToMinus(elapsed / halfLife)
    }
}

/// Powers and logarithms of two without a mathematics library: the core imports none, and the same bits come out on
/// every machine.
enum Logarithm {
    /// 2^-x for x >= 0; 0 once it is below 2^-60.
    static func twoToMinus(_ x: Double) -> Double {
        guard x < 60 else { return 0 }
        let whole = Int(x)
        let fraction = (x - Double(whole)) * 0.693_147_180_559_945_3
        // The Taylor series of e^-y for 0 <= y < 0.7 is exact to a double after 18 terms.
        var term = 1.0
        var sum = 1.0
        for index in 1...18 {
            term *= -fraction / Double(index)
            sum += term
        }
        return sum / Double(1 << whole)
    }

    /// log2 for x >= 1, to 40 binary digits.
    static func base2(_ x: Double) -> Double {
        guard x.isFinite, x > 1 else { return 0 }
        var mantissa = x.significand
        var digits: UInt64 = 0
        for _ in 0..<digitCount {
            // A square of 1 up to 2 is 1 up to 4: the lowest bit of its exponent, flipped, is the next digit. Without
            // branches, since nobody can foretell the digits of a logarithm, and the processor would try.
            let square = (mantissa * mantissa).bitPattern
            digits = digits << 1 | ~(square >> 52) & 1
            mantissa = Double(bitPattern: square & significandBits | exponentOfOne)
        }
        return Double(x.exponent) + Double(digits) / Double(1 << digitCount)
    }

    private static let digitCount = 40
    private static let significandBits: UInt64 = 0x000F_FFFF_FFFF_FFFF
    private static let exponentOfOne: UInt64 = 0x3FF0_0000_0000_0000
}
