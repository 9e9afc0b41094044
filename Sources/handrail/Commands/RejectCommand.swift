internal import ArgumentParser
internal import HandrailCore

struct RejectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reject",
        abstract: "Rejects a run that waits for an approval.",
        discussion: """
            It ends, and nothing of it is carried out.

              handrail reject 7 --because "it would restart the wrong one"
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @OptionGroup var reason: BecauseOption
    @OptionGroup var asking: AskOptions

    func run() async throws {
        try await asking.ask(
            .reject(run: number.value, because: reason.because),
            done: "run \(number.value) is rejected")
    }
}
