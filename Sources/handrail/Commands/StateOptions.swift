internal import ArgumentParser
internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Where the journal is.
struct StateOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The state directory; else HANDRAIL_STATE, else /var/lib/handrail for root and ~/.local/state/handrail.",
            valueName: "dir"))
    var state: String?

    func directory() throws -> StateDirectory { try StateDirectory.opened(option: state) }
}

/// Where the state is: in a directory here, or behind a server.
struct WhereOptions: ParsableArguments {
    @OptionGroup var state: StateOptions

    @Option(
        help: ArgumentHelp(
            "The address of a `handrail serve` to ask instead; else HANDRAIL_SERVER, if no state directory is named.",
            valueName: "url"))
    var server: String?

    @Option(help: ArgumentHelp("A file with the server's token; else HANDRAIL_TOKEN.", valueName: "file"))
    var tokenFile: String?

    func validate() throws {
        if server != nil, state.state != nil { throw ValidationError("--server and --state are two different things") }
    }

    /// Nil where the state is here.
    func remote() throws -> RemoteState? {
        if let server { return try RemoteState(server: server, tokenFile: tokenFile) }
        guard state.state == nil, getenv("HANDRAIL_STATE") == nil, let server = getenv("HANDRAIL_SERVER") else {
            return nil
        }
        return try RemoteState(server: String(cString: server), tokenFile: tokenFile)
    }

    func directory() throws -> StateDirectory { try state.directory() }

    func journal() throws -> JournalAccess {
        if let remote = try remote() { return JournalAccess(remote) }
        return try JournalAccess(directory())
    }
}

/// How what was found is written.
struct ListOptions: ParsableArguments {
    @Option(help: "table, or json or yaml for tools.")
    var output: ListOutput = .table

    @Option(help: "Colour: auto, always or never.")
    var color: ColourChoice = .auto

    var palette: Palette { Palette(isColoured: color.isOn(for: .output)) }

    func write(table: () -> String, document: () -> Document) {
        switch output {
        case .table: Console.output.write(table())
        case .json: Console.output.write(document().json)
        case .yaml: Console.output.write(document().yaml)
        }
    }
}

/// A run, by its number.
struct RunNumber: ExpressibleByArgument {
    let value: Int

    init?(argument: String) {
        guard let number = Int(argument), number > 0, String(number).hasSameBytes(as: argument) else { return nil }
        value = number
    }
}

/// A run by its number, or an incident as `incident:N`.
enum ExplainedThing: ExpressibleByArgument {
    case run(Int)
    case incident(Int)

    private static let prefix = "incident:"

    init?(argument: String) {
        if let number = RunNumber(argument: argument) {
            self = .run(number.value)
        } else if argument.hasPrefix(Self.prefix),
            let number = RunNumber(argument: String(argument.dropFirst(Self.prefix.utf8.count)))
        {
            self = .incident(number.value)
        } else {
            return nil
        }
    }
}

/// `everything`, `runbook:NAME` or `service:NAME`.
struct ScopeArgument: ExpressibleByArgument {
    let scope: PauseScope

    init(_ scope: PauseScope) {
        self.scope = scope
    }

    init?(argument: String) {
        guard let scope = PauseScope(argument) else { return nil }
        self.scope = scope
    }

    var defaultValueDescription: String { scope.description }
}

/// Why a person asks for something; it is journaled, so it has to say something.
struct BecauseOption: ParsableArguments {
    @Option(help: "Why. It is kept in the journal.")
    var because: String

    func validate() throws {
        guard 1...RequestFile.mostTextBytes ~= because.utf8.count else {
            throw ValidationError("--because takes 1 to \(RequestFile.mostTextBytes) bytes")
        }
    }
}

extension Catalog {
    /// - Throws: where there is none, or it is forgotten.
    func run(_ id: Int) throws -> CatalogRun {
        guard let run = runs[id] else { throw Failure(Failure.findings, "there is no run \(id) in this journal") }
        return run
    }

    func incident(_ id: Int) throws -> CatalogIncident {
        guard let incident = incidents[id] else {
            throw Failure(Failure.findings, "there is no incident \(id) in this journal")
        }
        return incident
    }

    /// The newest first.
    func runs(_ phase: CatalogRun.Phase?, incident: Int?) -> [CatalogRun] {
        runs.values.sorted { $0.id > $1.id }.filter { run in
            (phase == nil || run.phase == phase) && (incident == nil || run.incident == incident)
        }
    }

    /// The newest first.
    func incidents(isOpen: Bool) -> [CatalogIncident] {
        incidents.values.sorted { $0.id > $1.id }.filter { !isOpen || $0.phase == .open }
    }

    /// Those that wait for a person's approval, the first to expire first.
    var pending: [(run: CatalogRun, question: Question)] {
        runs.values.compactMap { run in run.question.map { (run, $0) } }
            .sorted { ($0.question.expiresAt, $0.run.id) < ($1.question.expiresAt, $1.run.id) }
    }
}
