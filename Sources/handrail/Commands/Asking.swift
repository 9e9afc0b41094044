internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Asks the engine for something, and says what came of it.
struct AskOptions: ParsableArguments {
    @OptionGroup var state: WhereOptions

    @Option(help: "How long an engine that is at work is waited for.")
    var wait = SpanArgument(.seconds(15))

    /// - Parameter done: said where it was done.
    /// - Throws: exit code 1 where the engine refused, with its reason; 3 where no engine answered.
    func ask(_ request: PersonRequest, done: String) async throws {
        if let remote = try state.remote() {
            try await remote.ask(request)
            return Console.output.write(done + "\n")
        }
        let directory = try state.directory()
        switch try RequestSender(directory: directory).ask(request, patience: wait.span) {
        case .answered(.done): Console.output.write(done + "\n")
        case .answered(.refused(let because)), .answered(.notKept(let because)):
            throw Failure(Failure.findings, "refused: \(TerminalText.escaped(because))")
        case .recorded(let name, let hasEngine):
            let path = StateDirectory.shown("\(directory.inbox)/\(name)")
            let why =
                hasEngine
                ? "the engine has not answered in time"
                : "no engine is at work on \(StateDirectory.shown(directory.path))"
            throw Failure(
                Failure.unreachable,
                "\(why): nothing is done yet; the request is recorded in \(path) and taken by the next engine within "
                    + "\(RequestInbox.requestLife.inWords), unless you remove it")
        }
    }
}

/// `90s`, `2m`.
struct SpanArgument: ExpressibleByArgument {
    let span: Duration

    init(_ span: Duration) {
        self.span = span
    }

    init?(argument: String) {
        guard let span = Duration(inWords: argument), span > .zero else { return nil }
        self.span = span
    }

    var defaultValueDescription: String { span.inWords }
}
