internal import ArgumentParser
internal import HandrailCore

struct CancelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Stops a run that is under way.",
        discussion: """
            Before its first step it ends; afterwards what it has done is undone.

              handrail cancel 7 --because "the deploy explains it"
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @OptionGroup var reason: BecauseOption
    @OptionGroup var asking: AskOptions

    func run() async throws {
        try await asking.ask(
            .cancel(run: number.value, because: reason.because),
            done: "run \(number.value) is cancelled")
    }
}
