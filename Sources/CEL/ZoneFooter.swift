/// A rule for all years in POSIX form, such as `CET-1CEST,M3.5.0,M10.5.0/3`.
struct ZoneFooter: Sendable {
    private let standardOffset: Int
    private let daylight: Daylight?

    private struct Daylight {
        let offset: Int
        let start: Day
        let end: Day
    }

    /// A day of the year and a local time on it.
    private struct Day {
        enum Form {
            /// 1 to 365; the leap day is never counted.
            case julian(Int)
            /// 0 to 365.
            case ofYear(Int)
            /// Week 5 is the last one of the month.
            case ofWeek(month: Int, week: Int, weekday: Int)
        }

        let form: Form
        let secondOfDay: Int

        func unixSeconds(year: Int64, offset: Int) -> Int64 {
            dayNumber(year: year) * 86_400 + Int64(secondOfDay - offset)
        }

        private func dayNumber(year: Int64) -> Int64 {
            let newYear = CivilTime.dayNumber(year: year, month: 1, day: 1)
            switch form {
            case .ofYear(let day): return newYear + Int64(day)
            case .julian(let day):
                let isAfterLeapDay = day >= 60 && CivilTime.length(ofMonth: 2, year: year) == 29
                return newYear + Int64(day) - (isAfterLeapDay ? 0 : 1)
            case .ofWeek(let month, let week, let weekday):
                let first = CivilTime.dayNumber(year: year, month: month, day: 1)
                let firstWeekday = Int(((first + 4) % 7 + 7) % 7)
                var day = (weekday - firstWeekday + 7) % 7 + (week - 1) * 7
                if day >= CivilTime.length(ofMonth: month, year: year) { day -= 7 }
                return first + Int64(day)
            }
        }
    }

    init?(parsing text: String) {
        var reader = Reader(bytes: Array(text.utf8)[...])
        guard reader.name(), let standard = reader.time() else { return nil }
        // POSIX counts hours west of Greenwich.
        standardOffset = -standard
        guard !reader.bytes.isEmpty else {
            daylight = nil
            return
        }
        guard reader.name() else { return nil }
        let isGiven = reader.bytes.first != UInt8(ascii: ",")
        guard let west = isGiven ? reader.time() : standard - 3_600 else { return nil }
        guard reader.take(","), let start = reader.day(), reader.take(","), let end = reader.day(),
            reader.bytes.isEmpty
        else { return nil }
        daylight = Daylight(offset: -west, start: start, end: end)
    }

    func offsetSeconds(at unixSeconds: Int64) -> Int {
        guard let daylight else { return standardOffset }
        let (local, overflow) = unixSeconds.addingReportingOverflow(Int64(standardOffset))
        guard !overflow else { return standardOffset }
        let year = CivilTime(unixSeconds: local).year
        let start = daylight.start.unixSeconds(year: year, offset: standardOffset)
        let end = daylight.end.unixSeconds(year: year, offset: daylight.offset)
        let isDaylight =
            start < end ? (start..<end).contains(unixSeconds) : !(end..<start).contains(unixSeconds)
        return isDaylight ? daylight.offset : standardOffset
    }

    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func take(_ character: Unicode.Scalar) -> Bool {
            guard let first = bytes.first, UInt32(first) == character.value else { return false }
            bytes.removeFirst()
            return true
        }

        mutating func name() -> Bool {
            if take("<") {
                bytes = bytes.drop { $0 != UInt8(ascii: ">") }
                return take(">")
            }
            let letters = bytes.prefix { Lexer.isNameStart($0) && $0 != UInt8(ascii: "_") }
            bytes.removeFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number() -> Int? {
            let digits = bytes.prefix(while: DecimalText.isDigit)
            guard (1...3).contains(digits.count) else { return nil }
            bytes.removeFirst(digits.count)
            return Int(String(decoding: digits, as: UTF8.self))
        }

        /// `[+-]hh[:mm[:ss]]` in seconds.
        mutating func time() -> Int? {
            let isNegative = take("-")
            if !isNegative { _ = take("+") }
            guard var seconds = number().map({ $0 * 3_600 }) else { return nil }
            for unit in [60, 1] where take(":") {
                guard let part = number() else { return nil }
                seconds += part * unit
            }
            return isNegative ? -seconds : seconds
        }

        mutating func day() -> Day? {
            guard let form = form() else { return nil }
            guard take("/") else { return Day(form: form, secondOfDay: 2 * 3_600) }
            return time().map { Day(form: form, secondOfDay: $0) }
        }

        private mutating func form() -> Day.Form? {
            if take("J") { return number().flatMap { (1...365).contains($0) ? .julian($0) : nil } }
            guard take("M") else { return number().flatMap { $0 <= 365 ? .ofYear($0) : nil } }
            guard let month = number(), take("."), let week = number(), take("."), let weekday = number(),
                (1...12).contains(month), (1...5).contains(week), weekday <= 6
            else { return nil }
            return .ofWeek(month: month, week: week, weekday: weekday)
        }
    }
}
