/// What people on call are told.
public struct Announcement: Hashable, Sendable {
    /// A role or a person of `people:`; nil for whoever is on call.
    public let to: String?
    /// One or more lines, redacted.
    public let text: String
    public let incident: Int?
    public let run: Int?

    public init(to: String? = nil, text: String, incident: Int?, run: Int?) {
        self.to = to
        self.text = text
        self.incident = incident
        self.run = run
    }
}

/// Tells people. Never stands in the way of a run: what could not be delivered is reported and journaled.
public protocol Notifier: Sendable {
    func announce(_ announcement: Announcement) async throws
}

/// A silence to be made at the source of the alerts.
public struct SilenceRequest: Hashable, Sendable {
    /// Selectors as Prometheus writes them, such as `{alertname="HostDown", zone="z2"}`.
    public let matchers: String
    public let duration: Duration
    public let comment: String

    public init(matchers: String, duration: Duration, comment: String) {
        self.matchers = matchers
        self.duration = duration
        self.comment = comment
    }
}

/// Silences at the source of the alerts: Alertmanager's v2 API.
public protocol Silencer: Sendable {
    /// - Returns: the identifier by which the silence can be expired.
    func silence(_ request: SilenceRequest) async throws -> String
    /// Expiring one that is over already is fine.
    func expire(_ identifier: String) async throws
}

/// Why a silence could not be made or ended.
public enum SilencerError: Error, Hashable, Sendable {
    /// It answered, and said no.
    case refused(because: String)
    /// It was not reached, for certain.
    case unreachable(because: String)
    /// It may have done it.
    case unknown(because: String)
}
