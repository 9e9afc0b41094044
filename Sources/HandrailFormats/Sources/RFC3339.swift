public import HandrailCore

extension Timestamp {
    /// The time that an RFC 3339 text names, for example `2026-11-23T16:00:42.424+01:00`; nil where it names none.
    ///
    /// Years 0000 to 9999, any offset, any number of fraction digits (those after the third are dropped). A leap second,
    /// `:60`, is the first second of the next minute.
    public init?(rfc3339 text: String) {
        var text = text
        guard let time = text.withUTF8({ Timestamp(rfc3339: $0) }) else { return nil }
        self = time
    }

    init?(rfc3339 bytes: UnsafeBufferPointer<UInt8>) {
        var fields = DigitFields(bytes)
        guard let year = fields.number(digits: 4), fields.skip(ASCII.minus),
            let month = fields.number(digits: 2), fields.skip(ASCII.minus),
            let day = fields.number(digits: 2), fields.skip(0x54, or: 0x74),
            let hour = fields.number(digits: 2), fields.skip(ASCII.colon),
            let minute = fields.number(digits: 2), fields.skip(ASCII.colon),
            let second = fields.number(digits: 2),
            let fraction = fields.fractionInMilliseconds(),
            let offset = fields.offsetInMinutes(), fields.isAtEnd
        else { return nil }
        guard 1...12 ~= month, 1...Self.days(inMonth: month, of: year) ~= day, hour < 24, minute < 60, second <= 60
        else { return nil }
        let minutes = (Self.daysSince1970(year, month, day) * 24 + hour) * 60 + minute - offset
        self.init(milliseconds: Int64((minutes * 60 + second) * 1000 + fraction))
    }

    /// `2026-11-23T16:00:42.424Z`, always in UTC and with milliseconds.
    ///
    /// A time outside the years 0000 to 9999 is written as the nearest one inside.
    public var rfc3339: String {
        String(unsafeUninitializedCapacity: Self.rfc3339Bytes) { buffer in
            writeRFC3339(to: buffer)
            return Self.rfc3339Bytes
        }
    }

    /// How long ``rfc3339`` is.
    static let rfc3339Bytes = 24
    private static let firstMillisecond: Int64 = -62_167_219_200_000
    private static let lastMillisecond: Int64 = 253_402_300_799_999

    /// Whether ``rfc3339`` is this time, and not only the nearest that can be written.
    var hasRFC3339: Bool { Self.firstMillisecond...Self.lastMillisecond ~= milliseconds }

    /// - Parameter buffer: of `rfc3339Bytes` bytes, all of which are written.
    func writeRFC3339(to buffer: UnsafeMutableBufferPointer<UInt8>) {
        let clamped = min(max(milliseconds, Self.firstMillisecond), Self.lastMillisecond)
        let day = clamped >= 0 ? clamped / 86_400_000 : (clamped - 86_399_999) / 86_400_000
        let timeOfDay = Int(clamped - day * 86_400_000)
        let (year, month, dayOfMonth) = Self.date(daysSince1970: Int(day))
        var end = 0
        func put(_ number: Int, _ digits: Int, _ separator: UInt8) {
            var number = number
            for place in (end..<end + digits).reversed() {
                buffer[place] = ASCII.zero + UInt8(number % 10)
                number /= 10
            }
            buffer[end + digits] = separator
            end += digits + 1
        }
        put(year, 4, ASCII.minus)
        put(month, 2, ASCII.minus)
        put(dayOfMonth, 2, UInt8(ascii: "T"))
        put(timeOfDay / 3_600_000, 2, ASCII.colon)
        put(timeOfDay / 60_000 % 60, 2, ASCII.colon)
        put(timeOfDay / 1000 % 60, 2, ASCII.dot)
        put(timeOfDay % 1000, 3, UInt8(ascii: "Z"))
    }

    /// The inverse of `daysSince1970`, after Hinnant's `civil_from_days`.
    private static func date(daysSince1970: Int) -> (year: Int, month: Int, day: Int) {
        let days = daysSince1970 + 719_468 + 146_097
        let (era, dayOfEra) = days.quotientAndRemainder(dividingBy: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = era * 400 + yearOfEra - 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// In the Gregorian calendar, also before it was introduced. After Howard Hinnant's `days_from_civil`.
    private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
        // Years begin in March, so that the leap day is the last of its year; 400 keeps every quotient positive.
        let marchYear = (month <= 2 ? year - 1 : year) + 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        let leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400
        return marchYear * 365 + leapDays + dayOfYear - 719_468 - 146_097
    }
}

/// The digits and signs of a time, from left to right.
private struct DigitFields {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { index == bytes.count }

    @inline(__always)
    mutating func number(digits: Int) -> Int? {
        guard bytes.count - index >= digits else { return nil }
        var number = 0
        for byte in bytes[index..<index + digits] {
            guard ASCII.isDigit(byte) else { return nil }
            number = number * 10 + Int(byte &- ASCII.zero)
        }
        index += digits
        return number
    }

    @inline(__always)
    mutating func skip(_ byte: UInt8, or other: UInt8? = nil) -> Bool {
        guard index < bytes.count, bytes[index] == byte || bytes[index] == other else { return false }
        index += 1
        return true
    }

    /// Zero where there is no fraction, nil where there is a dot without a digit.
    mutating func fractionInMilliseconds() -> Int? {
        guard skip(ASCII.dot) else { return 0 }
        var milliseconds = 0
        var weight = 100
        let start = index
        while index < bytes.count, ASCII.isDigit(bytes[index]) {
            milliseconds += Int(bytes[index] &- ASCII.zero) * weight
            weight /= 10
            index += 1
        }
        return index > start ? milliseconds : nil
    }

    mutating func offsetInMinutes() -> Int? {
        if skip(0x5A, or: 0x7A) { return 0 }
        let isWest = skip(ASCII.minus)
        guard isWest || skip(ASCII.plus), let hours = number(digits: 2), skip(ASCII.colon),
            let minutes = number(digits: 2), hours < 24, minutes < 60
        else { return nil }
        return isWest ? -(hours * 60 + minutes) : hours * 60 + minutes
    }
}
