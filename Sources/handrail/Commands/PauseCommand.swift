internal import ArgumentParser
internal import HandrailCore

struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Stops new steps, until somebody resumes.",
        discussion: """
            A step that has begun is not torn off. Alerts are still taken in, and decisions still made.

              handrail pause --because "we are moving racks"
              handrail pause --scope service:checkout --because "the deploy is under way"
            """)

    @Option(help: "everything, runbook:NAME or service:NAME.")
    var scope = ScopeArgument(.everything)

    @OptionGroup var reason: BecauseOption
    @OptionGroup var asking: AskOptions

    func run() async throws {
        try await asking.ask(
            .pause(scope.scope, because: reason.because),
            done: "\(TextEscape.line(scope.scope.description)) is paused: no step begins until `handrail resume`")
    }
}
