internal import ArgumentParser
internal import HandrailCore
internal import HandrailFormats
internal import HandrailServer

struct TokenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token",
        abstract: "Makes, lists and revokes the tokens of `handrail serve`.",
        discussion: """
            Only the engine's user can: the file is readable for nobody else, and holds digests, never the tokens. A \
            server that is at work notices a change within a second.
            """,
        subcommands: [TokenCreateCommand.self, TokenListCommand.self, TokenRevokeCommand.self])
}

struct TokenCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Makes a token and prints it, once.",
        discussion: """
            A source delivers alerts. A viewer looks. A responder looks, and asks for what its person may: it approves, \
            rejects, cancels, pauses.

              handrail token create --role source --source alertmanager --note "the two Alertmanagers of rack 4"
              handrail token create --role responder --person ada --expires 90d
            """)

    @Option(
        help: "source, viewer or responder.",
        transform: { text in
            guard let role = Role(rawValue: text) else { throw ValidationError("it is source, viewer or responder") }
            return role
        })
    var role: Role

    @Option(help: "In whose name a responder asks: a person of `people:`.")
    var person: String?

    @Option(help: "The only source that it may deliver for.")
    var source: String?

    @Option(help: "What it is for.")
    var note = ""

    @Option(help: "After how long it opens nothing any more; 30d. Never, unless given.")
    var expires: SpanArgument?

    @OptionGroup var state: StateOptions

    func validate() throws {
        if (role == .responder) != (person != nil) {
            throw ValidationError("a responder, and nobody else, takes --person")
        }
        if source != nil, role != .source { throw ValidationError("only a source takes --source") }
        if let source, !DeliveryKeyArgument.isName(source) {
            throw ValidationError("--source takes the name of a source, such as \(SourceKind.alertmanager.rawValue)")
        }
        let most = TokenBook.mostTextBytes
        guard note.utf8.count <= most, (person ?? "").utf8.count <= most else {
            throw ValidationError("--note and --person take at most \(most) bytes")
        }
    }

    func run() throws {
        let directory = try StateDirectory.openedForEngine(option: state.state)
        let token = try TokenFile(directory).change { book in
            try book.add(
                role: role, person: person, source: source, note: note, at: WallTime.now, life: expires?.span)
        }
        Console.error.write("handrail: keep this token; it is shown once, and nobody can read it again\n")
        Console.output.write(token + "\n")
    }
}

struct TokenListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists what is known of the tokens.")

    @OptionGroup var state: StateOptions
    @OptionGroup var list: ListOptions

    func run() throws {
        let entries = try TokenFile(try state.directory()).read().entries
        list.write(table: { Self.table(of: entries, list.palette) }, document: { Self.document(of: entries) })
    }

    private static func table(of entries: [TokenBook.Entry], _ palette: Palette) -> String {
        guard !entries.isEmpty else { return "no tokens\n" }
        var table = TableText(
            ["ID", "ROLE", "FOR", "CREATED", "STATE"].map { .init(title: $0) }
                + [.init(title: "NOTE", isFlexible: true)], palette: palette)
        for entry in entries {
            let subject = entry.holder.person?.name.string ?? entry.holder.source ?? "any"
            table.row(
                [
                    entry.holder.id, entry.holder.role.rawValue, TextEscape.line(subject),
                    MomentText.dateAndTime(entry.createdAt), entry.fault(at: WallTime.now) ?? "good",
                    TextEscape.line(entry.note),
                ].map { .init($0) })
        }
        return table.rendered
    }

    private static func document(of entries: [TokenBook.Entry]) -> Document {
        Document(schema: "handrail.tokens/1") { object in
            object.member("tokens") { tokens in
                tokens.array { array in for entry in entries { array.object { write(entry, to: &$0) } } }
            }
        }
    }

    private static func write(_ entry: TokenBook.Entry, to object: inout JSONWriter) {
        object.member("id", entry.holder.id)
        object.member("role", entry.holder.role.rawValue)
        object.member("person") { $0.optional(entry.holder.person?.name.string) }
        object.member("source") { $0.optional(entry.holder.source) }
        object.member("createdAt", entry.createdAt.rfc3339)
        object.member("expiresAt") { $0.optional(entry.expiresAt?.rfc3339) }
        object.member("revokedAt") { $0.optional(entry.revokedAt?.rfc3339) }
        object.member("note", entry.note)
    }
}

struct TokenRevokeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "Takes a token's rights away, for good.")

    @Argument(help: "The token's id, as `handrail token list` shows it.")
    var id: String

    @OptionGroup var state: StateOptions

    func run() throws {
        try TokenFile(try state.directory()).change { try $0.revoke(id, at: WallTime.now) }
        Console.output.write("the token \(TextEscape.line(id)) opens nothing any more\n")
    }
}
