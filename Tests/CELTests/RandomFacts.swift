import CEL

/// Facts of the shape that policies read, with much of it missing or of other types than one would think.
enum RandomFacts {
    static let variables = ["action", "target", "blast", "incident", "storm", "now", "tags", "extra"]

    static let paths = [
        "action.kind", "action.rollback", "action.idempotent", "target.environment", "target.replicas", "target.owner",
        "blast.fraction", "blast.targets", "incident.labels.tier", "incident.labels[\"tier\"]",
        "incident.labels[\"e\u{301}\"]",
        "incident.labels[\"\u{e9}\"]", "incident.alerts", "incident", "storm", "now", "tags", "extra", "missing.field",
        "action.kind.deeper",
    ]
    static let fields = [
        "action.rollback", "action.kind", "target.owner", "incident.labels.tier", "incident.missing.tier", "storm.any",
        "extra.field", "incident.labels.zone",
    ]

    /// All dynamic, so that the checker lets wrong types through to the evaluation.
    static let dynamic = CELEnvironment(
        variables: (variables + ["missing"]).map { CELVariable($0, .dyn, about: "anything") })
    static let unchecked = CELEnvironment(variables: [], container: "some.where", isChecked: false)

    static func make(_ random: inout SplitMix) -> CELFacts {
        var facts = CELFacts([
            "action": record([("kind", .string), ("rollback", .string), ("idempotent", .bool)], &random),
            "target": record([("environment", .string), ("replicas", .int), ("owner", .string)], &random),
            "blast": record([("fraction", .double), ("targets", .int)], &random),
            "storm": random.below(4) > 0 ? .bool(random.below(2) == 0) : value(&random),
            "now": .timestamp(CELTimestamp(unixSeconds: 1_800_000_000)), "tags": .list([value(&random), .string("a")]),
            "extra": value(&random),
        ])
        let names = ["tier", "zone", "e\u{301}", "\u{e9}"]
        let labels = record(names.map { ($0, .string) }, &random)
        let alerts = CELValue.list((0..<random.below(5)).map { _ in record([("name", .string)], &random) })
        facts["incident"] = .map(strings: [("labels", labels), ("alerts", alerts)])
        for name in variables where random.below(40) == 0 { facts[name] = nil }
        return facts
    }

    /// Each field is there nine times out of ten, and of the usual type mostly; now and then the whole is something else.
    private static func record(_ fields: [(String, ExpressionMaker.Kind)], _ random: inout SplitMix) -> CELValue {
        if random.below(30) == 0 { return value(&random) }
        var entries: [(String, CELValue)] = []
        for (field, kind) in fields where random.below(10) > 0 {
            entries.append((field, random.below(4) > 0 ? usual(kind, &random) : value(&random)))
        }
        // More than a map scans for.
        if random.below(20) == 0 { entries += (0..<20).map { ("field\($0)", .int(Int64($0))) } }
        return .map(strings: entries)
    }

    private static func usual(_ kind: ExpressionMaker.Kind, _ random: inout SplitMix) -> CELValue {
        switch kind {
        case .bool: .bool(random.below(2) == 0)
        case .int: .int(Int64(random.below(5)))
        case .double: .double(Double(random.below(30)) / 10)
        case _: .string(strings[random.below(strings.count)])
        }
    }

    private static func value(_ random: inout SplitMix) -> CELValue {
        switch random.below(24) {
        case 0: .null
        case 1: .bool(random.below(2) == 0)
        case 2: .int(Int64(random.below(5)))
        case 3: .int(Int64(bitPattern: random.next()))
        case 4: .uint(UInt64(random.below(3)))
        case 5: .uint(random.next())
        case 6: .double(Double(random.below(30)) / 10)
        case 7: .double([Double.nan, -0.0, .infinity, 0x1p63, 9_007_199_254_740_992][random.below(5)])
        case 8: .string(String(repeating: "long ", count: 150 + random.below(200)))
        case 9: .bytes([0xFF, UInt8(random.below(256))])
        case 10: .list([.string("restart"), .int(1)])
        case 11: .map(strings: [("field", .string("a")), ("deeper", .bool(true))])
        case 12: .optional(random.below(2) == 0 ? nil : .map(strings: [("tier", .string("critical"))]))
        case 13: .duration(CELDuration(seconds: Int64(random.below(4_000))))
        case 14: .bool(true)
        case _: .string(strings[random.below(strings.count)])
        }
    }

    private static let strings = [
        "", "restart", "production", "staging", "critical", "gold", "\u{e9}", "e\u{301}", "\u{1F600}", "a", "\u{0}",
        "b",
        "restart ",
    ]
}
