internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine

struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows a run: what was decided, all that happened since, and what its commands printed.",
        discussion: """
              handrail show 7
              handrail show 7 --full
              handrail show 7 --output json
            """)

    @Argument(help: "The number of the run.")
    var number: RunNumber

    @Flag(help: "Show all that its commands printed.")
    var full = false

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func run() async throws {
        let found = try await state.journal().catalog(pinnedRun: number.value).run(number.value)
        list.write(
            table: { RunText(run: found, now: WallTime.now, isFull: full, palette: list.palette).rendered },
            document: { RunJSON.one(found) })
    }
}
