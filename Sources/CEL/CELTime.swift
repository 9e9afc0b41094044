/// A point in time, UTC, to the nanosecond.
public struct CELTimestamp: Sendable, Hashable, Comparable {
    /// From 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z, which CEL enforces on what it computes.
    static let range: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Seconds since 1970-01-01T00:00:00Z, rounded down.
    public let unixSeconds: Int64
    /// 0 to 999,999,999; counts forwards, before 1970 too.
    public let nanoseconds: Int32

    /// Any number of nanoseconds; whole seconds are carried over.
    public init(unixSeconds: Int64, nanoseconds: Int32 = 0) {
        (self.unixSeconds, self.nanoseconds) = normalized(unixSeconds, nanoseconds)
    }

    /// Earlier.
    public static func < (left: CELTimestamp, right: CELTimestamp) -> Bool {
        (left.unixSeconds, left.nanoseconds) < (right.unixSeconds, right.nanoseconds)
    }

    var isInRange: Bool { Self.range.contains(unixSeconds) }

    /// Nil out of range.
    func advanced(by duration: CELDuration) -> CELTimestamp? {
        let (seconds, overflow) = unixSeconds.addingReportingOverflow(duration.wholeSeconds)
        guard !overflow else { return nil }
        let sum = CELTimestamp(unixSeconds: seconds, nanoseconds: nanoseconds + duration.fraction)
        return sum.isInRange ? sum : nil
    }

    /// Nil out of the range of durations.
    func since(_ other: CELTimestamp) -> CELDuration? {
        let (seconds, overflow) = unixSeconds.subtractingReportingOverflow(other.unixSeconds)
        guard !overflow else { return nil }
        let difference = CELDuration(seconds: seconds, nanoseconds: nanoseconds - other.nanoseconds)
        return difference.isInRange ? difference : nil
    }
}

/// A span of time to the nanosecond. CEL enforces the range of 64-bit nanoseconds, about 292 years either way, on what
/// it computes.
public struct CELDuration: Sendable, Hashable, Comparable {
    /// Rounded down; the fraction counts forwards from there.
    let wholeSeconds: Int64
    let fraction: Int32

    /// Any number of nanoseconds; whole seconds are carried over. The two signs may differ.
    public init(seconds: Int64, nanoseconds: Int32 = 0) {
        (wholeSeconds, fraction) = normalized(seconds, nanoseconds)
    }

    /// Nil out of range.
    init?(nanoseconds: Int128) {
        guard let nanoseconds = Int64(exactly: nanoseconds) else { return nil }
        self.init(seconds: nanoseconds / 1_000_000_000, nanoseconds: Int32(nanoseconds % 1_000_000_000))
    }

    /// Whole seconds, rounded towards zero.
    public var seconds: Int64 { wholeSeconds < 0 && fraction > 0 ? wholeSeconds + 1 : wholeSeconds }
    /// What is left after `seconds`, with the same sign.
    public var nanoseconds: Int32 { wholeSeconds < 0 && fraction > 0 ? fraction - 1_000_000_000 : fraction }

    /// Shorter, or further back.
    public static func < (left: CELDuration, right: CELDuration) -> Bool {
        (left.wholeSeconds, left.fraction) < (right.wholeSeconds, right.fraction)
    }

    var totalNanoseconds: Int128 { Int128(wholeSeconds) * 1_000_000_000 + Int128(fraction) }
    var isInRange: Bool { Int64(exactly: totalNanoseconds) != nil }

    func adding(_ other: CELDuration) -> CELDuration? {
        CELDuration(nanoseconds: totalNanoseconds + other.totalNanoseconds)
    }

    func subtracting(_ other: CELDuration) -> CELDuration? {
        CELDuration(nanoseconds: totalNanoseconds - other.totalNanoseconds)
    }
}

private func normalized(_ seconds: Int64, _ nanoseconds: Int32) -> (Int64, Int32) {
    let perSecond: Int32 = 1_000_000_000
    let remainder = nanoseconds % perSecond
    let isNegative = remainder < 0
    let carry = Int64(nanoseconds / perSecond) - (isNegative ? 1 : 0)
    let (sum, overflow) = seconds.addingReportingOverflow(carry)
    guard !overflow else { return (carry < 0 ? .min : .max, 0) }
    return (sum, isNegative ? remainder + perSecond : remainder)
}

extension CELDuration: CustomStringConvertible {
    /// Seconds with as many decimals as it takes: `1.5s`.
    public var description: String {
        let magnitude = totalNanoseconds.magnitude
        let sign = wholeSeconds < 0 ? "-" : ""
        return "\(sign)\(magnitude / 1_000_000_000)\(fractionText(Int32(magnitude % 1_000_000_000)))s"
    }

    /// Reads `1h30m`, `1.5s`, `-10ms`, `2us`, `7ns` and sums of them; nil if malformed or out of range.
    init?(parsing text: String) {
        var bytes = Array(text.utf8)[...]
        let isNegative = bytes.first == UInt8(ascii: "-")
        if isNegative || bytes.first == UInt8(ascii: "+") { bytes.removeFirst() }
        guard !bytes.isEmpty else { return nil }
        var total: Int128 = 0
        if bytes.elementsEqual([UInt8(ascii: "0")]) { bytes = [] }
        while !bytes.isEmpty {
            guard let term = Self.takeTerm(from: &bytes) else { return nil }
            total += term
            guard total <= Int128(Int64.max) + 1 else { return nil }
        }
        self.init(nanoseconds: isNegative ? -total : total)
    }

    private static func takeTerm(from bytes: inout ArraySlice<UInt8>) -> Int128? {
        let whole = takeDigits(from: &bytes)
        var fraction: [UInt8] = []
        if bytes.first == UInt8(ascii: ".") {
            bytes.removeFirst()
            fraction = takeDigits(from: &bytes)
        }
        guard !(whole.isEmpty && fraction.isEmpty), let unit = takeUnit(from: &bytes) else { return nil }
        guard let value = whole.isEmpty ? 0 : Int64(String(decoding: whole, as: UTF8.self)) else { return nil }
        return Int128(value) * unit + fractionOfUnit(fraction, unit)
    }

    /// Digits beyond the nanosecond fall away.
    private static func fractionOfUnit(_ digits: [UInt8], _ unit: Int128) -> Int128 {
        var value: Int128 = 0
        var scale: Int128 = 1
        for digit in digits.prefix(18) {
            value = value * 10 + Int128(digit - UInt8(ascii: "0"))
            scale *= 10
        }
        return value * unit / scale
    }

    private static func takeDigits(from bytes: inout ArraySlice<UInt8>) -> [UInt8] {
        let digits = Array(bytes.prefix(while: DecimalText.isDigit))
        bytes.removeFirst(digits.count)
        return digits
    }

    private static func takeUnit(from bytes: inout ArraySlice<UInt8>) -> Int128? {
        let units: [(String, Int128)] = [
            ("ns", 1), ("us", 1_000), ("\u{B5}s", 1_000), ("\u{3BC}s", 1_000), ("ms", 1_000_000),
            ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
        ]
        for (name, nanoseconds) in units where bytes.starts(with: name.utf8) {
            bytes.removeFirst(name.utf8.count)
            return nanoseconds
        }
        return nil
    }
}

/// `.5` for half a second, nothing for a whole one.
private func fractionText(_ nanoseconds: Int32) -> String {
    guard nanoseconds != 0 else { return "" }
    var digits = Array(DecimalText.padded(Int64(nanoseconds), digits: 9).utf8)
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return "." + String(decoding: digits, as: UTF8.self)
}

extension CELTimestamp: CustomStringConvertible {
    /// RFC 3339 in UTC: `2026-01-02T03:04:05.5Z`.
    public var description: String {
        let date = CivilTime(unixSeconds: unixSeconds)
        func two(_ value: Int) -> String { DecimalText.padded(Int64(value), digits: 2) }
        return DecimalText.padded(date.year, digits: 4) + "-" + two(date.month) + "-" + two(date.day) + "T"
            + two(date.hour) + ":" + two(date.minute) + ":" + two(date.second) + fractionText(nanoseconds) + "Z"
    }

    /// Reads RFC 3339; nil if malformed or out of range.
    init?(parsing text: String) {
        var reader = TimestampReader(bytes: Array(text.utf8)[...])
        guard let timestamp = reader.read(), timestamp.isInRange else { return nil }
        self = timestamp
    }
}

/// Reads `2026-01-02T03:04:05.5+01:00` piece by piece.
private struct TimestampReader {
    var bytes: ArraySlice<UInt8>

    mutating func read() -> CELTimestamp? {
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            take("T") || take("t"),
            let hour = number(2), take(":"), let minute = number(2), take(":"), let second = number(2),
            let nanoseconds = fraction(), let offsetSeconds = offset(), bytes.isEmpty,
            hour < 24, minute < 60, second < 60,
            let days = CivilTime.days(year: Int64(year), month: month, day: day)
        else { return nil }
        let secondOfDay = Int64(hour * 3_600 + minute * 60 + second)
        return CELTimestamp(
            unixSeconds: days * 86_400 + secondOfDay - Int64(offsetSeconds), nanoseconds: nanoseconds)
    }

    private mutating func number(_ digits: Int) -> Int? {
        let taken = bytes.prefix(digits)
        guard taken.count == digits, taken.allSatisfy(DecimalText.isDigit) else { return nil }
        bytes.removeFirst(digits)
        return taken.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = bytes.first, UInt32(first) == character.value else { return false }
        bytes.removeFirst()
        return true
    }

    private mutating func fraction() -> Int32? {
        guard take(".") else { return 0 }
        let digits = bytes.prefix(while: DecimalText.isDigit)
        guard !digits.isEmpty else { return nil }
        bytes.removeFirst(digits.count)
        var value: Int32 = 0
        for offset in 0..<9 {
            let digit = digits.dropFirst(offset).first ?? UInt8(ascii: "0")
            value = value * 10 + Int32(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private mutating func offset() -> Int? {
        if take("Z") || take("z") { return 0 }
        let isNegative = take("-")
        guard isNegative || take("+"), let hours = number(2), take(":"), let minutes = number(2) else { return nil }
        guard hours < 24, minutes < 60 else { return nil }
        return (isNegative ? -1 : 1) * (hours * 3_600 + minutes * 60)
    }
}

/// Date and time of day in the Gregorian calendar.
struct CivilTime {
    let year: Int64
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int
    let hour: Int
    let minute: Int
    let second: Int
    /// 0 is Sunday.
    let weekday: Int
    /// 0 is the first of January.
    let dayOfYear: Int

    init(unixSeconds: Int64) {
        let secondsPerDay: Int64 = 86_400
        var days = unixSeconds / secondsPerDay
        var secondOfDay = Int(unixSeconds % secondsPerDay)
        if secondOfDay < 0 {
            days -= 1
            secondOfDay += Int(secondsPerDay)
        }
        hour = secondOfDay / 3_600
        minute = secondOfDay / 60 % 60
        second = secondOfDay % 60
        weekday = Int(((days + 4) % 7 + 7) % 7)
        (year, month, day) = Self.date(days: days)
        dayOfYear = Int(days - Self.dayNumber(year: year, month: 1, day: 1))
    }

    /// Days since 1970-01-01; nil if there is no such day.
    static func days(year: Int64, month: Int, day: Int) -> Int64? {
        guard (1...12).contains(month), day >= 1, day <= length(ofMonth: month, year: year) else { return nil }
        return dayNumber(year: year, month: month, day: day)
    }

    static func length(ofMonth month: Int, year: Int64) -> Int {
        let isLeap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths[(month - 1) % 12]
    }

    /// Howard Hinnant's `days_from_civil`: years begin in March, so that the leap day comes last.
    static func dayNumber(year: Int64, month: Int, day: Int) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = Int64((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1)
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// Howard Hinnant's `civil_from_days`.
    private static func date(days: Int64) -> (year: Int64, month: Int, day: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let day = Int(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
        let month = Int(monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
