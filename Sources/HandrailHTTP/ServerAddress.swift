/// Where a server is: `http` or `https`, a host, perhaps a port and a prefix. Nothing else may be in it.
public struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Without a slash at its end.
    public let text: String

    public var description: String { text }
    /// Then no path can be put behind it.
    public var hasQuery: Bool { text.utf8.contains(UInt8(ascii: "?")) }

    /// - Throws: ``Invalid``, which says what is wrong and shows nothing of a password.
    public init(_ text: String) throws(Invalid) {
        var rest = text[...]
        guard let scheme = ["http://", "https://"].first(where: { rest.hasPrefix($0) }) else {
            throw Invalid("it has to begin with `http://` or `https://`")
        }
        rest = rest.dropFirst(scheme.count)
        let bytes = Array(text.utf8)
        guard bytes.allSatisfy({ $0 > UInt8(ascii: " ") && $0 < 0x7f }) else {
            throw Invalid("it has a blank, a control character or a letter that is not ASCII")
        }
        guard !bytes.contains(UInt8(ascii: "#")) else { throw Invalid("a fragment (`#`) means nothing to a server") }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard !authority.contains("@") else { throw Invalid("a user or password must not stand in an address") }
        let (host, port) = Self.split(authority)
        guard !host.isEmpty else { throw Invalid("it names no host") }
        guard port.map({ UInt16($0) ?? 0 > 0 }) ?? true else { throw Invalid("its port is not within 1 to 65535") }
        self.text = text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// What an address cannot be.
    public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// An IPv6 address stands in brackets, since it has colons itself.
    private static func split(_ authority: Substring) -> (host: Substring, port: Substring?) {
        let start = authority.lastIndex(of: "]").map { authority.index(after: $0) } ?? authority.startIndex
        guard let colon = authority[start...].firstIndex(of: ":") else { return (authority, nil) }
        return (authority[..<colon], authority[authority.index(after: colon)...])
    }
}
