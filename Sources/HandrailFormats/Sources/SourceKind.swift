public import HandrailCore

/// The payloads that Handrail understands, by the names that a recording's `source` may give.
public enum SourceKind: String, Hashable, Sendable, CaseIterable {
    /// Alertmanager's webhook, version 4: `{"version": "4", "alerts": […]}`.
    case alertmanager
    /// The alert list of Alertmanager's API, version 2: what `GET /api/v2/alerts` answers.
    case alertmanagerAPI = "alertmanager-api"
    /// Grafana's unified alerting, its webhook of version 1: `{"version": "1", "alerts": […]}`.
    case grafana
    /// An event of PagerDuty's Events API, version 2: `{"routing_key", "event_action", "dedup_key", "payload": {…}}`.
    case pagerduty
    /// CloudEvents 1.0 in JSON, one event or a batch of them.
    case cloudevents
}

/// Why a whole payload was refused. Single alerts that are wrong are in `DecodedDelivery.rejected`.
public struct SourceError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One lowercase sentence without a final stop; text of the payload in it is bounded and escaped.
    public let message: String

    public init(_ message: String) {
        self.message = message
    }

    init(_ error: JSONError) {
        message = error.description
    }

    public var description: String { message }
}

/// A delivery, and what of it could not be used.
public struct DecodedDelivery: Sendable {
    /// The alerts that are fine, in the order of the source.
    public let delivery: Delivery
    /// The first of the alerts that were left out, each with its reason.
    public let rejected: [RejectedAlert]
    /// How many were left out altogether; `rejected` holds a hundred of them at most.
    public let rejectedCount: Int
    /// How many events were fine and change nothing, such as PagerDuty's acknowledgements.
    public let passedOverCount: Int

    public init(
        delivery: Delivery, rejected: [RejectedAlert] = [], rejectedCount: Int? = nil, passedOverCount: Int = 0
    ) {
        self.delivery = delivery
        self.rejected = rejected
        self.rejectedCount = rejectedCount ?? rejected.count
        self.passedOverCount = passedOverCount
    }
}

/// One alert of a delivery that could not be used.
public struct RejectedAlert: Hashable, Sendable {
    /// Its place in the payload, counted from 0.
    public let index: Int
    /// One lowercase sentence, without a final stop; text of the payload in it is bounded and escaped.
    public let reason: String

    public init(index: Int, reason: String) {
        self.index = index
        self.reason = reason
    }
}
