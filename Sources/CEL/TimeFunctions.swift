/// Parts of timestamps and durations: `getHours()`, `getHours("Europe/Berlin")`.
enum TimeFunctions {
    static let all: [Function] =
        onlyOfTimestamps.map { name, part in
            Function(name, timestampSignatures, 1...2) { (arguments, budget) throws(CELError) in
                try timestampPart(name, arguments, &budget, part)
            }
        }
        + ofBoth.map { name, part, ofDuration in
            Function(name, timestampSignatures + [Signature([.duration], .int)], 1...2) {
                (arguments, budget) throws(CELError) in
                guard arguments.count == 1, case .duration(let duration) = arguments[0] else {
                    return try timestampPart(name, arguments, &budget, part)
                }
                return .int(ofDuration(duration))
            }
        }

    typealias Part = @Sendable (CivilTime, CELTimestamp) -> Int

    private static let timestampSignatures = [
        Signature([.timestamp], .int), Signature([.timestamp, .string], .int),
    ]

    private static let onlyOfTimestamps: [(String, Part)] = [
        (".getFullYear", { date, _ in Int(date.year) }),
        (".getMonth", { date, _ in date.month - 1 }),
        (".getDayOfYear", { date, _ in date.dayOfYear }),
        (".getDayOfMonth", { date, _ in date.day - 1 }),
        (".getDate", { date, _ in date.day }),
        (".getDayOfWeek", { date, _ in date.weekday }),
    ]

    private static let ofBoth: [(String, Part, @Sendable (CELDuration) -> Int64)] = [
        (".getHours", { date, _ in date.hour }, { $0.seconds / 3_600 }),
        (".getMinutes", { date, _ in date.minute }, { $0.seconds / 60 }),
        (".getSeconds", { date, _ in date.second }, { $0.seconds }),
        (
            ".getMilliseconds", { _, timestamp in Int(timestamp.nanoseconds / 1_000_000) },
            { Int64($0.nanoseconds / 1_000_000) }
        ),
    ]

    /// The part that a method of this name gives.
    static func part(named name: String) -> Part? {
        let all = onlyOfTimestamps + ofBoth.map { ($0.0, $0.1) }
        return all.first { $0.0 == "." + name }?.1
    }

    static func value(
        of part: Part, of timestamp: CELTimestamp, in zone: ZoneRules
    ) throws(CELError) -> CELValue {
        let offset = Int64(zone.offsetSeconds(atUnixSeconds: timestamp.unixSeconds))
        let (local, overflow) = timestamp.unixSeconds.addingReportingOverflow(offset)
        guard !overflow else { throw CELError("the time is out of range") }
        return .int(Int64(part(CivilTime(unixSeconds: local), timestamp)))
    }

    private static func timestampPart(
        _ name: String, _ arguments: [CELValue], _ budget: inout Budget, _ part: Part
    ) throws(CELError) -> CELValue {
        guard case .timestamp(let timestamp) = arguments[0] else {
            throw .noOverload(String(name.dropFirst()), arguments)
        }
        guard arguments.count == 2 else { return try value(of: part, of: timestamp, in: .utc) }
        guard case .string(let zone) = arguments[1] else { throw .noOverload(String(name.dropFirst()), arguments) }
        // A zone is a file to read.
        try budget.spend(1_000)
        guard let rules = ZoneRules(zone) else { throw CELError("there is no time zone `\(zone)`") }
        return try value(of: part, of: timestamp, in: rules)
    }
}
