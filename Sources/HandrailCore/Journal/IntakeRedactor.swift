/// Takes secrets out of what comes in, before anything else sees it: what is never known is never shown or kept.
///
/// A label whose value held a secret has another value afterwards, and so the alert another identity: alerts that differ
/// in the secret only become one. Names of labels stay as they are; where a name says that its value is secret, such as
/// `password` or `authorization`, the whole value goes.
public struct IntakeRedactor: Sendable {
    /// At most. A power of two.
    static let rememberedValues = 1 << 17
    /// Longer values are looked at each time.
    static let longestRememberedBytes = 512
    /// There are few names, unless somebody makes them up.
    static let rememberedNames = 10_000

    private static let replacement = ExactText(String(decoding: Redactor.replacement, as: UTF8.self))

    private let redactor: Redactor
    /// What became of values that were looked at, since alerts repeat theirs.
    private var known = RecentTexts(capacity: rememberedValues)
    /// Whether names say that their values are secret.
    private var knownNames: [ExactText: Bool] = [:]

    var rememberedCount: Int { known.count }
    var rememberedNameCount: Int { knownNames.count }

    public init(_ redactor: Redactor) {
        self.redactor = redactor
    }

    public mutating func redact(_ delivery: Delivery) -> Delivery {
        Delivery(
            receivedAt: delivery.receivedAt, source: delivery.source, alerts: delivery.alerts.map { redact($0) },
            truncatedAlerts: delivery.truncatedAlerts, isAuthenticated: delivery.isAuthenticated)
    }

    /// What people write, such as why they reject something, and whatever else they typed. What is known by a name has it
    /// from what was redacted as well, so it is still found.
    public func redact(_ request: PersonRequest) -> PersonRequest {
        request.replacingTexts { redactor.redact($0) }
    }

    private mutating func redact(_ alert: Alert) -> Alert {
        let labels = redacted(alert.labels.labels)
        let annotations = redacted(alert.annotations.entries)
        guard labels != nil || annotations != nil else { return alert }
        return Alert(
            labels: labels.map { alert.labels.replacing($0) } ?? alert.labels,
            annotations: annotations.map { Annotations($0) } ?? alert.annotations,
            status: alert.status, startsAt: alert.startsAt, endsAt: alert.endsAt,
            isSuppressedBySource: alert.isSuppressedBySource)
    }

    /// Nil where there is no secret in them, which is nearly always.
    private mutating func redacted(_ labels: [Label]) -> [Label]? {
        var changed: [Label]?
        for (index, label) in labels.enumerated() {
            let value =
                isSecret(name: label.name) && !label.value.isEmpty ? Self.replacement : redacted(label.value)
            guard value != label.value else { continue }
            changed = changed ?? labels
            changed?[index] = Label(name: label.name, value: value)
        }
        return changed
    }

    private mutating func isSecret(name: ExactText) -> Bool {
        if let found = knownNames[name] { return found }
        let result = Redactor.isSecret(name: name.string)
        guard name.string.utf8.count <= Self.longestRememberedBytes else { return result }
        if knownNames.count >= Self.rememberedNames { knownNames.removeAll(keepingCapacity: true) }
        knownNames[name] = result
        return result
    }

    private mutating func redacted(_ value: ExactText) -> ExactText {
        // Faster than to remember it, and to find it again.
        if redactor.isPlain(value.string) { return value }
        if let found = known.result(of: value) { return found }
        let text = value.string
        let result = ExactText(redactor.redact(text))
        guard text.utf8.count <= Self.longestRememberedBytes else { return result }
        known.remember(result, of: value)
        return result
    }
}
