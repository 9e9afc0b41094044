internal import HandrailCore
internal import HandrailFormats

/// Points in time as people read them, always in UTC.
enum MomentText {
    /// `2026-11-23 16:05:19`
    static func dateAndTime(_ time: Timestamp) -> String { "\(date(time)) \(clock(time))" }

    /// `2026-11-23`
    static func date(_ time: Timestamp) -> String { String(time.rfc3339.prefix(10)) }

    /// `16:05:19`
    static func clock(_ time: Timestamp) -> String { String(time.rfc3339.dropFirst(11).prefix(8)) }

    /// `in 12 m 4 s`, `3 m ago`, `now`.
    static func relative(_ time: Timestamp, to now: Timestamp) -> String {
        let span = time - now
        if span.milliseconds.magnitude < 1000 { return "now" }
        return span > .zero ? "in \(rough(span))" : "\(rough(span)) ago"
    }

    /// The two largest units that say something.
    static func rough(_ span: Duration) -> String {
        let words = TimeText.spaced(span).split(separator: " ")
        return words.prefix(4).joined(separator: " ")
    }
}
