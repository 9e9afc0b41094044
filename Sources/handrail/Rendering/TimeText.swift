internal import HandrailCore

/// Times and spans as a replay shows them.
enum TimeText {
    /// `0:04`, `12:41`, `1:02:03`: since the recording began, down to whole seconds.
    static func clock(_ span: Duration) -> String {
        let seconds = span.milliseconds.magnitude / 1000
        let sign = span.milliseconds < 0 && seconds > 0 ? "-" : ""
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        let tail = padded(rest)
        return hours > 0 ? "\(sign)\(hours):\(padded(minutes)):\(tail)" : "\(sign)\(minutes):\(tail)"
    }

    /// `2 m 41 s`, `1 h 4 s`, `350 ms`, `0 s`. Milliseconds only where there is nothing else.
    static func spaced(_ span: Duration) -> String {
        let total = span.milliseconds.magnitude
        guard total >= 1000 else { return total == 0 ? "0 s" : "\(total) ms" }
        var rest = total / 1000
        var words: [String] = []
        for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)] as [(String, UInt64)] {
            if rest / length > 0 { words.append("\(rest / length) \(unit)") }
            rest %= length
        }
        return words.joined(separator: " ")
    }

    private static func padded(_ number: UInt64) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}

/// Counts with their noun: `1 incident`, `9 alerts`.
enum CountText {
    static func of(_ count: Int, _ noun: String, plural: String? = nil) -> String {
        "\(count) \(count == 1 ? noun : plural ?? noun + "s")"
    }
}
