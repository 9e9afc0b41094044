internal import HandrailCore
internal import HandrailFormats

/// Escape sequences of a terminal.
enum Style {
    static let red = "\u{1B}[31m"
    static let green = "\u{1B}[32m"
    static let yellow = "\u{1B}[33m"
    static let bold = "\u{1B}[1m"
    static let dim = "\u{1B}[2m"
    static let reset = "\u{1B}[0m"
}

/// How numbers, times, alerts and argv read.
enum Words {
    static func count(_ number: Int, _ noun: String) -> String {
        let plural = noun.hasSuffix("y") ? noun.dropLast() + "ies" : noun + "s"
        return "\(number) \(number == 1 ? noun : String(plural))"
    }

    /// `0:04`, `1:02:03`.
    static func clock(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds / 1000)
        let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60)
        return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
    }

    /// `2 m 41 s`.
    static func span(_ duration: Duration) -> String {
        let seconds = max(0, duration.milliseconds / 1000)
        let parts = [(seconds / 3600, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")].filter { $0.0 > 0 }
        return parts.isEmpty ? "0 s" : parts.map { "\($0.0) \($0.1)" }.joined(separator: " ")
    }

    private static func two(_ number: Int64) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }

    /// The name and the labels that tell most about which thing it is, four at most.
    static func alert(_ labels: LabelSet) -> String {
        let telling: [ExactText] = [
            "service", "queue", "worker", "server", "group", "process", "zone", "host", "mountpoint",
        ]
        // Exporters put their own address there; it is better than nothing, and only than that.
        let vague: [ExactText] = ["job", "instance"]
        let shown = pairs(telling, of: labels)
        return ([text(labels.alertname.string)] + (shown.isEmpty ? pairs(vague, of: labels) : shown).prefix(4))
            .joined(separator: " ")
    }

    private static func pairs(_ names: [ExactText], of labels: LabelSet) -> [String] {
        names.compactMap { name in labels[name].map { "\(name)=\(text($0.string))" } }
    }

    /// Text from outside: escaped, and 60 characters at most.
    static func text(_ text: String, limit: Int = 60) -> String {
        let scalars = text.unicodeScalars
        let isLong = scalars.prefix(limit + 1).count > limit
        return TerminalText.escaped(String(String.UnicodeScalarView(scalars.prefix(limit)))) + (isLong ? "…" : "")
    }

    /// Quoted where an argument is more than a plain word, so that the number of arguments can be seen.
    static func argv(_ argv: [String]) -> String {
        argv.map(argument).joined(separator: " ")
    }

    private static func argument(_ argument: String) -> String {
        let isPlain = !argument.isEmpty && argument.utf8.allSatisfy(isPlain)
        return isPlain ? text(argument, limit: 200) : "'" + text(argument, limit: 200) + "'"
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "+"),
            UInt8(ascii: ","), UInt8(ascii: "%"):
            true
        default: false
        }
    }

    static func reason(_ reason: MembershipReason) -> String {
        switch reason {
        case .opened: "the first"
        case .sharesLabel(let name, let value): "same \(name) \(text(value))"
        case .sameService(let service): "same service \(text(service))"
        case .dependency(let from, let to, let hops):
            hops == 1
                ? "\(text(from)) and \(text(to)) depend on each other"
                : "\(text(from)) is \(hops) steps from \(text(to))"
        case .memberBefore: "it was in it before"
        }
    }

    static func muting(_ muting: Muting) -> String {
        switch muting {
        case .silencedBySource: "silenced where it comes from"
        case .silenced(let because, let place): "silenced: \(text(because)), \(place)"
        case .inhibited(let source, let place): "inhibited by \(alert(source)), \(place)"
        }
    }
}
