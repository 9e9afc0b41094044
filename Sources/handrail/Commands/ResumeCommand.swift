internal import ArgumentParser
internal import HandrailCore

struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Ends a pause, or the quarantine of a target.",
        discussion: """
            A target is quarantined when an undo failed on it: look at it first.

              handrail resume
              handrail resume --scope service:checkout
              handrail resume --target w2 --because "restarted by hand"
            """)

    @Option(help: "everything, runbook:NAME or service:NAME.")
    var scope: ScopeArgument?

    @Option(help: "A quarantined target: its id, or kind:id.")
    var target: String?

    @Option(help: "Why the target is fine again. It is kept in the journal.")
    var because: String?

    @OptionGroup var asking: AskOptions

    func validate() throws {
        guard target != nil else {
            if because != nil { throw ValidationError("--because belongs to --target") }
            return
        }
        if scope != nil { throw ValidationError("--scope and --target are two different things: resume one at a time") }
        if because?.utf8.isEmpty ?? true { throw ValidationError("--target takes a --because as well") }
    }

    func run() async throws {
        if let target, let because {
            return try await asking.ask(
                .release(target: target, because: because),
                done: "\(ShellWord.word(target)) is released")
        }
        let scope = scope?.scope ?? .everything
        try await asking.ask(
            .resume(scope), done: "\(TextEscape.line(scope.description)) goes on")
    }
}
