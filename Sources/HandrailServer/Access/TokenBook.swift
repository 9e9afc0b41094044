internal import Crypto
public import HandrailCore
internal import HandrailFormats
internal import HandrailSigning

/// The tokens of a server: what is known of them, and never the tokens themselves.
///
/// A token is 32 random bytes, so its SHA-256 says nothing about it and needs no salt and no slow hash.
public struct TokenBook: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let holder: Holder
        /// For people: what it is for.
        public let note: String
        public let createdAt: Timestamp
        public let expiresAt: Timestamp?
        public var revokedAt: Timestamp?
        /// SHA-256 of the token's secret part, hexadecimal.
        let digest: String

        /// Why it opens nothing at that time; nil where it is good.
        public func fault(at now: Timestamp) -> String? {
            if revokedAt != nil { return "revoked" }
            if let expiresAt, expiresAt <= now { return "expired" }
            return nil
        }
    }

    public struct Invalid: Error, Hashable, Sendable {
        /// One lowercase sentence without a final stop.
        public let message: String
    }

    public static let mostEntries = 10_000
    /// Of a note, a person's name, a source's.
    public static let mostTextBytes = 200
    static let prefix = "handrail"
    private static let idBytes = 4
    private static let version: Int64 = 1

    /// In the order in which they were made.
    public private(set) var entries: [Entry] = []

    public init() {}

    // MARK: - Making and revoking

    /// - Parameter note: what it is for.
    /// - Returns: the token. It is shown once, and known to nobody afterwards.
    public mutating func add(
        role: Role, person: String?, source: String?, note: String, at now: Timestamp, life: Duration?
    ) throws(Invalid) -> String {
        guard entries.count < Self.mostEntries else { throw Invalid(message: "there are too many tokens") }
        guard (role == .responder) == (person != nil) else {
            throw Invalid(message: "a responder, and nobody else, has a person in whose name it asks")
        }
        guard source == nil || role == .source else { throw Invalid(message: "only a source is bound to one") }
        var random = SystemRandomNumberGenerator()
        let id = (0..<Self.idBytes).map { _ in UInt8.random(in: 0...255, using: &random) }.hexadecimal
        guard !entries.contains(where: { $0.holder.id.hasSameBytes(as: id) }) else {
            throw Invalid(message: "the number of the token is taken; try again")
        }
        let secret = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }.hexadecimal
        let digest = Self.digest(of: secret)
        let holder = Holder(
            id: id, role: role, person: person.map { Person($0) }, source: source, secretMark: Self.mark(of: digest))
        entries.append(
            Entry(
                holder: holder, note: note, createdAt: now, expiresAt: life.map { now + $0 }, revokedAt: nil,
                digest: digest))
        return "\(Self.prefix)_\(id)_\(secret)"
    }

    public mutating func revoke(_ id: String, at now: Timestamp) throws(Invalid) {
        guard let index = entries.firstIndex(where: { $0.holder.id.hasSameBytes(as: id) }) else {
            throw Invalid(message: "there is no such token")
        }
        guard entries[index].revokedAt == nil else { throw Invalid(message: "it is revoked already") }
        entries[index].revokedAt = now
    }

    // MARK: - Asking

    /// Whom a token stands for; nil where it is none of ours, or good no more.
    public func holder(of token: String, at now: Timestamp) -> Holder? {
        let parts = token.utf8.split(separator: UInt8(ascii: "_"), omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].elementsEqual(Self.prefix.utf8) else { return nil }
        let entry = entries.first { $0.holder.id.utf8.elementsEqual(parts[1]) }
        // The same work whether it is known or not.
        let digest = Self.digest(of: String(Substring(parts[2])))
        let known = entry?.digest ?? String(repeating: "-", count: 64)
        guard ConstantTime.areEqual(digest.utf8, known.utf8) else { return nil }
        return entry.flatMap { $0.fault(at: now) == nil ? $0.holder : nil }
    }

    /// Whether the token with this id opens anything.
    public func isGood(id: String, at now: Timestamp) -> Bool {
        entries.contains { $0.holder.id.hasSameBytes(as: id) && $0.fault(at: now) == nil }
    }

    /// Whether a token that was good still is.
    func isGood(_ holder: Holder, at now: Timestamp) -> Bool {
        let entry = entries.first { $0.holder.id.hasSameBytes(as: holder.id) }
        return entry?.holder == holder && entry?.fault(at: now) == nil
    }

    // MARK: - As a file

    public init(_ bytes: [UInt8]) throws(Invalid) {
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, maximumValues: 20 * Self.mostEntries)
        } catch {
            throw Invalid(message: error.description)
        }
        guard document["version"] == .integer(Self.version), case .array(let elements)? = document["tokens"] else {
            throw Invalid(message: "it is no list of tokens that this version knows")
        }
        for element in elements { entries.append(try Self.entry(element)) }
        guard Set(entries.map { ExactText($0.holder.id) }).count == entries.count else {
            throw Invalid(message: "two tokens in it have one id")
        }
    }

    public var bytes: [UInt8] {
        var writer = JSONWriter(style: .pretty)
        writer.object { object in
            object.member("version", Self.version)
            object.member("tokens") { $0.array { list in for entry in entries { Self.write(entry, to: &list) } } }
        }
        return writer.bytes + [0x0A]
    }

    private static func write(_ entry: Entry, to list: inout JSONWriter) {
        list.object { object in
            object.member("id", entry.holder.id)
            object.member("role", entry.holder.role.rawValue)
            if let person = entry.holder.person { object.member("person", person.name.string) }
            if let source = entry.holder.source { object.member("source", source) }
            object.member("note", entry.note)
            object.member("createdAt", entry.createdAt.milliseconds)
            if let expiresAt = entry.expiresAt { object.member("expiresAt", expiresAt.milliseconds) }
            if let revokedAt = entry.revokedAt { object.member("revokedAt", revokedAt.milliseconds) }
            object.member("sha256", entry.digest)
        }
    }

    /// Another one may be a limit that this version does not know.
    private static let memberNames: Set<ExactText> = [
        "id", "role", "person", "source", "note", "createdAt", "expiresAt", "revokedAt", "sha256",
    ]

    private static func entry(_ value: JSONValue) throws(Invalid) -> Entry {
        guard case .object(let members) = value, Set(members.map { ExactText($0.name) }).count == members.count,
            members.allSatisfy({ memberNames.contains(ExactText($0.name)) }),
            case .string(let id)? = value["id"], [UInt8](hexadecimal: id[...], count: idBytes) != nil,
            case .string(let name)? = value["role"],
            let role = Role(rawValue: name), case .integer(let createdAt)? = value["createdAt"],
            case .string(let digest)? = value["sha256"], digest.utf8.count == 64
        else { throw Invalid(message: "a token in it is damaged") }
        let person = try text("person", in: value)
        guard (role == .responder) == (person != nil) else {
            throw Invalid(message: "the token `\(id)` does not say in whose name it asks")
        }
        let (source, note) = (try text("source", in: value), try text("note", in: value))
        // All of it gets into logs, and most of it into the journal.
        guard [person, source, note].allSatisfy({ ($0 ?? "").utf8.count <= mostTextBytes }) else {
            throw Invalid(message: "the token `\(id)` has a text of more than \(mostTextBytes) bytes")
        }
        return Entry(
            holder: Holder(
                id: id, role: role, person: person.map { Person($0) }, source: source, secretMark: mark(of: digest)),
            note: note ?? "", createdAt: Timestamp(milliseconds: createdAt),
            expiresAt: try time("expiresAt", in: value), revokedAt: try time("revokedAt", in: value), digest: digest)
    }

    /// What is left out may be: what is there and cannot be read must not be taken for left out. A token would be good for
    /// every source, or for ever.
    private static func text(_ name: String, in value: JSONValue) throws(Invalid) -> String? {
        guard let found = value[name] else { return nil }
        guard case .string(let text) = found else { throw Invalid(message: "`\(name)` of a token in it is no text") }
        return text
    }

    private static func time(_ name: String, in value: JSONValue) throws(Invalid) -> Timestamp? {
        guard let found = value[name] else { return nil }
        guard case .integer(let time) = found else { throw Invalid(message: "`\(name)` of a token in it is no time") }
        return Timestamp(milliseconds: time)
    }

    // MARK: - Digests

    private static func digest(of secret: String) -> String {
        SHA256.hash(data: Array(secret.utf8)).hexadecimal
    }

    /// A digest of the digest, cut: the journal may be read by more people than the file.
    private static func mark(of digest: String) -> String {
        String(Self.digest(of: digest).prefix(16))
    }
}
