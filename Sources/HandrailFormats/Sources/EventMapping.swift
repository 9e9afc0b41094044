internal import CEL
internal import HandrailCore

/// Makes alerts of the events of one payload, by the expressions of a mapped source.
struct EventMapping {
    typealias Refusal = AlertFields.Refusal

    /// What one payload may cost altogether, in steps: a few seconds.
    private static let payloadCostLimit = 200_000_000
    /// What each expression may cost however many events there are: to read a few fields.
    private static let leastCostLimit = 100

    private let name: String
    private let alert: AlertMapping
    private let body: CELValue
    private let receivedAt: Timestamp
    private let identity: AlertIdentity
    private let costLimit: Int

    init(
        _ source: MappedSource, body: CELValue, eventCount: Int, receivedAt: Timestamp, identity: AlertIdentity
    ) {
        name = source.name
        alert = source.alert
        self.body = body
        self.receivedAt = receivedAt
        self.identity = identity
        let evaluations = max(1, eventCount) * source.alert.expressionCount
        costLimit = min(CELCost.usualLimit, max(Self.leastCostLimit, Self.payloadCostLimit / evaluations))
    }

    func alert(of event: CELValue) throws(Refusal) -> Alert {
        let facts = CELFacts(["body": body, "event": event])
        let labels = try texts(alert.labels, "label", facts)
        guard !labels.entries.isEmpty else { throw Refusal(reason: "no label has a value") }
        let annotations = try texts(alert.annotations, "annotation", facts).annotations
        return Alert(
            labels: try identified(labels, facts).labels(identity), annotations: annotations,
            status: try status(facts), startsAt: try time(alert.optional.startsAt, "`startsAt`", facts) ?? receivedAt,
            endsAt: try time(alert.optional.endsAt, "`endsAt`", facts))
    }

    // MARK: - Parts

    private func texts(
        _ entries: [AlertMapping.Entry], _ what: String, _ facts: CELFacts
    ) throws(Refusal) -> LabelDraft {
        var draft = LabelDraft()
        for entry in entries {
            let place = "\(what) `\(entry.name)`"
            draft.add(entry.name, try text(entry.value, place, facts))
        }
        return draft
    }

    /// Identities of two sources never meet.
    private func identified(_ labels: LabelDraft, _ facts: CELFacts) throws(Refusal) -> LabelDraft {
        guard let expression = alert.optional.identity else { return labels }
        guard let text = try text(expression, "`identity`", facts), !text.utf8.isEmpty else {
            throw Refusal(reason: "`identity` has no value")
        }
        var labels = labels
        labels.add(AlertIdentity.keyLabel, "\(name)/\(text)")
        return labels
    }

    private func status(_ facts: CELFacts) throws(Refusal) -> Alert.Status {
        guard let text = try text(alert.status, "`status`", facts) else {
            throw Refusal(reason: "`status` has no value")
        }
        guard let status = Alert.Status(rawValue: text) else {
            throw Refusal(reason: "`status` is `\(EscapedExcerpt.of(text))`, neither `firing` nor `resolved`")
        }
        return status
    }

    private func text(_ expression: MappedExpression, _ what: String, _ facts: CELFacts) throws(Refusal) -> String? {
        guard let value = try value(expression, what, facts) else { return nil }
        switch value {
        case .string(let string): return string
        case .bool(let bool): return String(bool)
        case .int(let number): return String(number)
        case .uint(let number): return String(number)
        case .double(let number): return Int64(exactly: number).map { String($0) } ?? String(number)
        case .null, .bytes, .list, .map, .timestamp, .duration, .type, .optional:
            throw Refusal(reason: "\(what) is a value of type \(value.typeName.name), and not a text")
        }
    }

    private func time(
        _ expression: MappedExpression?, _ what: String, _ facts: CELFacts
    ) throws(Refusal) -> Timestamp? {
        guard let expression, let value = try value(expression, what, facts) else { return nil }
        switch MappedTime(value) {
        case .time(let time): return time
        case .unknown: return nil
        case .wrong:
            let shown = EscapedExcerpt.of(value.rendered(limit: 200))
            throw Refusal(
                reason: "\(what) is `\(shown)`, neither a timestamp, nor an RFC 3339 text, nor seconds since 1970")
        }
    }

    // MARK: - Evaluation

    /// Nil where the expression failed for want of a fact, and where its value is none.
    private func value(_ expression: MappedExpression, _ what: String, _ facts: CELFacts) throws(Refusal) -> CELValue? {
        let value: CELValue
        do throws(CELError) {
            value = try expression.program.evaluate(facts, costLimit: costLimit)
        } catch {
            if !error.isExcessiveCost, expression.paths.contains(where: { isMissing($0, in: facts) }) { return nil }
            throw Refusal(reason: "\(what): \(EscapedExcerpt.of(error.message, limit: 200))")
        }
        return Self.present(value)
    }

    private static func present(_ value: CELValue) -> CELValue? {
        switch value {
        case .null, .optional(nil): nil
        case .optional(let wrapped?): present(wrapped)
        case .bool, .int, .uint, .double, .string, .bytes, .list, .map, .timestamp, .duration, .type: value
        }
    }

    private func isMissing(_ path: [String], in facts: CELFacts) -> Bool {
        var value = path.first.flatMap { facts[$0] }
        for name in path.dropFirst() {
            guard case .map(let map)? = value else { break }
            value = map[name]
        }
        switch value {
        case nil, .null?: return true
        case .some: return false
        }
    }
}

/// What a source writes where it means a time.
private enum MappedTime {
    case time(Timestamp)
    /// Nothing, the year 1, or the second 0: it does not know.
    case unknown
    case wrong

    /// The years 1970 to 9999: a number outside of it counts something else, such as milliseconds.
    private static let seconds: ClosedRange<Double> = 0...253_402_300_799

    init(_ value: CELValue) {
        switch value {
        case .timestamp(let time): self = Self.of(Double(time.unixSeconds), Int64(time.nanoseconds / 1_000_000))
        case .int(let number): self = Self.of(Double(number), 0)
        case .uint(let number): self = Self.of(Double(number), 0)
        case .double(let number): self = Self.of(number, 0)
        case .string(let text): self = Self.of(text)
        case .null, .bool, .bytes, .list, .map, .duration, .type, .optional: self = .wrong
        }
    }

    private static func of(_ text: String) -> MappedTime {
        if text.utf8.isEmpty { return .unknown }
        if let time = EventTime.parse(text) { return time == AlertFields.zeroTime ? .unknown : .time(time) }
        let isPlain = text.utf8.count <= 32 && text.utf8.allSatisfy { ASCII.isDigit($0) || $0 == ASCII.dot }
        guard isPlain, let number = Double(text) else { return .wrong }
        return of(number, 0)
    }

    /// Not a number is in no range.
    private static func of(_ seconds: Double, _ milliseconds: Int64) -> MappedTime {
        guard Self.seconds.contains(seconds) else { return .wrong }
        guard seconds > 0 || milliseconds > 0 else { return .unknown }
        return .time(Timestamp(milliseconds: Int64((seconds * 1000).rounded()) + milliseconds))
    }
}
