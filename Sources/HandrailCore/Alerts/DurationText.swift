/// A span of time as the files write it: `500ms`, `30s`, `5m`, `1h30m`, `2d`.
public enum DurationText {
    public enum Parsed {
        case duration(Duration)
        /// The message follows the name of the field.
        case fault(String, suggestion: String?)
    }

    public static let longest = Duration.seconds(366 * 86_400)

    private static let unitsInMilliseconds: [(name: String, length: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
    ]

    public static func parse(_ text: String) -> Parsed {
        var rest = Substring(text)
        var units = unitsInMilliseconds[...]
        var total = Duration.zero
        while !rest.isEmpty {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            let name = rest.dropFirst(digits.count).prefix { ("a"..."z").contains($0) }
            guard let unit = units.firstIndex(where: { $0.name == name }), digits.count <= 12,
                let number = Int64(digits)
            else { return fault(text) }
            let (product, overflow) = number.multipliedReportingOverflow(by: units[unit].length)
            guard !overflow, total + .milliseconds(product) <= longest else {
                return .fault("is longer than 366 days: \(ArgumentRule.excerpt(text))", suggestion: nil)
            }
            total += .milliseconds(product)
            units = units[(unit + 1)...]
            rest = rest.dropFirst(digits.count + name.count)
        }
        return text.isEmpty ? fault(text) : .duration(total)
    }

    private static func fault(_ text: String) -> Parsed {
        let message = "is a span of time such as `30s` or `1h30m`, and \(ArgumentRule.excerpt(text)) is none"
        let bare = !text.isEmpty && text.utf8.count < 8 && text.allSatisfy { ("0"..."9").contains($0) }
        if bare { return .fault(message, suggestion: "\(text)s") }
        let known = [
            "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "m", "mins": "m", "minute": "m",
            "minutes": "m", "hour": "h", "hours": "h", "hr": "h", "day": "d", "days": "d",
        ]
        let digits = text.prefix { ("0"..."9").contains($0) }
        let unit = text.dropFirst(digits.count).drop { $0 == " " }
        let suggestion = known[String(unit)] ?? (unit == text.dropFirst(digits.count) ? nil : String(unit))
        guard !digits.isEmpty, digits.count < 8, let suggestion,
            unitsInMilliseconds.contains(where: { $0.name == suggestion })
        else { return .fault(message, suggestion: nil) }
        return .fault(message, suggestion: "\(digits)\(suggestion)")
    }
}

extension Duration {
    /// A span as the files write it, such as `90s` or `1h30m`. Nil where it is none.
    public init?(inWords text: String) {
        switch DurationText.parse(text) {
        case .duration(let duration): self = duration
        case .fault: return nil
        }
    }
}
