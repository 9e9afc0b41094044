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
