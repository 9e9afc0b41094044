/// A silence to be made at the source of the alerts.
public struct SilenceRequest: Hashable, Sendable {
    /// Selectors as Prometheus writes them, such as `{alertname="HostDown", zone="z2"}`.
    public let matchers: String
    public let duration: Duration
    /// For people, without the mark.
    public let because: String
    /// Tells the silence of this step of this run from all others. It ends the comment, so it can be found again.
    public let mark: String
    /// It was asked for before, and may be there.
    public let isRepeated: Bool

    public var comment: String { "\(because) [\(mark)]" }

    public init(matchers: String, duration: Duration, because: String, mark: String, isRepeated: Bool = false) {
        self.matchers = matchers
        self.duration = duration
        self.because = because
        self.mark = mark
        self.isRepeated = isRepeated
    }
}

/// A silence that was made, and where.
public struct MadeSilence: Hashable, Sendable {
    public let identifier: String
    /// The server's address; nil where nobody wrote it down.
    public let server: String?

    public init(identifier: String, server: String?) {
        self.identifier = identifier
        self.server = server
    }
}

/// Silences at the source of the alerts: Alertmanager's v2 API.
public protocol Silencer: Sendable {
    func silence(_ request: SilenceRequest) async throws -> MadeSilence

    /// Returns only when it is known to be over. Expiring one that is over already is fine.
    func expire(_ silence: MadeSilence) async throws

    /// Ends what was made by a call whose answer nobody has.
    ///
    /// - Returns: what it was. Where nothing is found that is an error: the request may still be under way.
    func expireSilence(marked mark: String) async throws -> MadeSilence
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
