internal import ArgumentParser
internal import HandrailCore

struct TakeOverCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take-over",
        abstract: "Takes a held or stuck run over, as it is.",
        discussion: """
            Handrail lets go of it, and you see to it by hand.

              handrail take-over 7 --because "I am on the machine"
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @OptionGroup var reason: BecauseOption
    @OptionGroup var asking: AskOptions

    func run() async throws {
        try await asking.ask(
            .takeOver(run: number.value, because: reason.because),
            done: "run \(number.value) is yours")
    }
}
