/// One normalised notice from a source: this alert fires, or it has resolved.
public struct Alert: Sendable {
    public enum Status: String, Hashable, Sendable { case firing, resolved }

    public let labels: LabelSet
    /// For people and evidence only; never part of identity, and never trusted in an argv without a pattern.
    public let annotations: Annotations
    public let status: Status
    /// When the condition began, by the source's clock.
    public let startsAt: Timestamp
    /// When it ended or, for a firing alert of the alert list, when it lapses unless it is renewed. Nil where unknown.
    public let endsAt: Timestamp?
    /// The source itself has silenced or inhibited it (`status.state: suppressed` of Alertmanager's alert list).
    public let isSuppressedBySource: Bool

    public init(
        labels: LabelSet, annotations: Annotations = .none, status: Status, startsAt: Timestamp,
        endsAt: Timestamp? = nil, isSuppressedBySource: Bool = false
    ) {
        self.labels = labels
        self.annotations = annotations
        self.status = status
        self.startsAt = startsAt
        self.endsAt = endsAt
        self.isSuppressedBySource = isSuppressedBySource
    }
}

/// An alert's annotations, shared between the deliveries that repeat them.
public final class Annotations: Sendable {
    /// In the order of the source.
    public let entries: [Label]

    public static let none = Annotations([])

    public init(_ entries: [Label]) {
        self.entries = entries
    }

    public subscript(name: ExactText) -> ExactText? {
        entries.first { $0.name == name }?.value
    }
}

/// One payload as a source sent it, decoded.
public struct Delivery: Sendable {
    public let receivedAt: Timestamp
    public let source: String
    public let alerts: [Alert]
    /// How many alerts the source says it left out (`truncatedAlerts`). Counted, so that nothing is lost unseen.
    public let truncatedAlerts: Int
    /// Whether the source proved who it is. What is not authenticated never leads to an automatic action.
    public let isAuthenticated: Bool

    public init(
        receivedAt: Timestamp, source: String, alerts: [Alert], truncatedAlerts: Int = 0, isAuthenticated: Bool = true
    ) {
        self.receivedAt = receivedAt
        self.source = source
        self.alerts = alerts
        self.truncatedAlerts = truncatedAlerts
        self.isAuthenticated = isAuthenticated
    }
}
