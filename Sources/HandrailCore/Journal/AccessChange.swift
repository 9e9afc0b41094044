/// Whose tokens open something, as a server read it. Says nothing to the fold; it is evidence of who could ask for what.
public enum AccessChange: Hashable, Sendable {
    case tokens([TokenStanding])
    /// The tokens cannot be read: none of them opens anything until it is said again which do.
    case unreadable
}

/// What is known of a token; never its secret.
public struct TokenStanding: Hashable, Sendable {
    public enum Standing: String, Hashable, Sendable, CaseIterable {
        /// It opens what its role may. Part of a list, and nothing new.
        case good
        case made
        /// Another secret opens it.
        case secretReplaced = "secret-replaced"
        case revoked
        /// It is no longer revoked, which nothing but an edited file can do.
        case restored
        /// Something else about it.
        case changed
        /// Nothing is known of it any more, so it opens nothing.
        case gone
    }

    public let id: String
    public let standing: Standing
    /// `source`, `viewer` or `responder`.
    public let role: String
    /// In whose name it asks.
    public let person: Person?
    /// The only source that it may deliver for.
    public let source: String?
    /// The same for the same secret, and says nothing about it.
    public let secretMark: String
    public let expiresAt: Timestamp?
    public let revokedAt: Timestamp?

    public init(
        id: String, standing: Standing, role: String, person: Person? = nil, source: String? = nil,
        secretMark: String = "", expiresAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.standing = standing
        self.role = role
        self.person = person
        self.source = source
        self.secretMark = secretMark
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}
