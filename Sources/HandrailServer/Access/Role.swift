public import HandrailCore

/// What a token lets its holder do.
public enum Role: String, Hashable, Sendable, CaseIterable {
    /// Deliver alerts, and nothing else.
    case source
    /// Look at everything, and change nothing.
    case viewer
    /// Look, and ask for what its person may ask for.
    case responder
}

/// Who may use a route. Every route has to say so; there is no other way to make one.
public enum Access: Hashable, Sendable {
    case anybody
    /// The holder of a token of one of these roles.
    case holders(Set<Role>)
    /// A delivery proves by a token or a signature whose it is; see ``DeliveryGate``.
    case deliverers

    static let viewers = Access.holders([.viewer, .responder])
    static let responders = Access.holders([.responder])
}

/// Whom a token stands for.
public struct Holder: Hashable, Sendable {
    /// Of the token; never its secret.
    public let id: String
    public let role: Role
    /// In whose name a responder asks.
    public let person: Person?
    /// The only source that it may deliver for; nil: for any.
    public let source: String?
    /// Tells the token's secret from another one, and says nothing about it.
    public let secretMark: String

    public init(id: String, role: Role, person: Person? = nil, source: String? = nil, secretMark: String = "") {
        self.secretMark = secretMark
        self.id = id
        self.role = role
        self.person = person
        self.source = source
    }
}
