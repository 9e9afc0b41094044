internal import ArgumentParser
internal import HandrailCore

struct RollbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollback",
        abstract: "Undoes what a run has done.",
        discussion: """
            It may be under way, held, stuck, or have ended well: each step that may have run is undone, last first.

              handrail rollback 7 --because "it made things worse"
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @OptionGroup var reason: BecauseOption
    @OptionGroup var asking: AskOptions

    func run() async throws {
        try await asking.ask(
            .rollBack(run: number.value, because: reason.because),
            done: "run \(number.value) is being rolled back")
    }
}
