public import HandrailCore

/// The payloads that Handrail understands, by the names that a recording's `source` may give.
public enum SourceKind: String, Hashable, Sendable, CaseIterable {
    /// Alertmanager's webhook, version 4: `{"version": "4", "alerts": […]}`.
    case alertmanager
    /// The alert list of Alertmanager's API, version 2: what `GET /api/v2/alerts` answers.
    case alertmanagerAPI = "alertmanager-api"
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

    public init(delivery: Delivery, rejected: [RejectedAlert] = [], rejectedCount: Int? = nil) {
        self.delivery = delivery
        self.rejected = rejected
        self.rejectedCount = rejectedCount ?? rejected.count
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
