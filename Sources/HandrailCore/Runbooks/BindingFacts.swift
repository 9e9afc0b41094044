internal import CEL

/// Values of the facts that come from alerts: what ``FactDeclarations`` calls alert, group and incident.
enum BindingFacts {
    static func facts(of binding: Binding) -> CELFacts {
        var facts = CELFacts()
        for (pattern, alerts) in binding.groups {
            facts[pattern] = group(alerts)
        }
        return facts
    }

    static func group(_ alerts: [BoundAlert]) -> CELValue {
        if alerts.count == 1, let alert = alerts.first { return group(of: alert) }
        return record([
            ("labels", text(shared(alerts.map(\.labels.labels)))),
            ("annotations", text(shared(alerts.map(\.annotations.entries)))),
            ("alerts", .list(alerts.map { Self.alert($0) })),
        ])
    }

    /// What one alert shares with itself is all that it carries: worked out once for both.
    private static func group(of single: BoundAlert) -> CELValue {
        let (labels, annotations) = (text(single.labels.labels), text(single.annotations.entries))
        return record([
            ("labels", labels), ("annotations", annotations),
            ("alerts", .list([alert(single, labels: labels, annotations: annotations)])),
        ])
    }

    static func incident(id: Int, openedAt: Timestamp, alerts: [BoundAlert]) -> CELValue {
        record([
            ("id", .int(Int64(id))),
            ("labels", text(shared(alerts.map(\.labels.labels)))),
            ("alerts", .list(alerts.map { Self.alert($0) })),
            ("openedAt", .timestamp(time(openedAt))),
        ])
    }

    static func time(_ timestamp: Timestamp) -> CELTimestamp {
        let (quotient, remainder) = timestamp.milliseconds.quotientAndRemainder(dividingBy: 1000)
        let isBefore = remainder < 0
        return CELTimestamp(
            unixSeconds: isBefore ? quotient - 1 : quotient,
            nanoseconds: Int32((isBefore ? remainder + 1000 : remainder) * 1_000_000))
    }

    static func record(_ fields: [(String, CELValue)]) -> CELValue {
        .map(CELMap(fields.map { (key: CELValue.string($0.0), value: $0.1) }))
    }

    private static func alert(_ alert: BoundAlert) -> CELValue {
        Self.alert(alert, labels: text(alert.labels.labels), annotations: text(alert.annotations.entries))
    }

    private static func alert(_ alert: BoundAlert, labels: CELValue, annotations: CELValue) -> CELValue {
        record([
            ("name", .string(alert.labels.alertname.string)),
            ("labels", labels),
            ("annotations", annotations),
            ("startsAt", .timestamp(time(alert.startsAt))),
            ("flapping", .bool(alert.isFlapping)),
            ("episodes", .int(Int64(alert.episodes))),
        ])
    }

    private static func text(_ labels: [Label]) -> CELValue {
        .map(CELMap(strings: labels.map { ($0.name.string, CELValue.string($0.value.string)) }))
    }

    /// What all of them carry with the same value, in the order of the first.
    private static func shared(_ sets: [[Label]]) -> [Label] {
        guard let first = sets.first else { return [] }
        guard sets.count > 1 else { return first }
        return sets.dropFirst().reduce(first) { common, set in
            let others = Set(set)
            return common.filter { others.contains($0) }
        }
    }
}
