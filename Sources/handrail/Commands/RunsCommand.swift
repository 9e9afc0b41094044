internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine

struct RunsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists runs, the newest first.",
        discussion: """
              handrail runs
              handrail runs --only held
              handrail runs --incident 3 --output json
            """)

    enum Phase: String, CaseIterable, ExpressibleByArgument {
        case pending, running, held, ended, all

        /// Nil for all.
        var phase: CatalogRun.Phase? { CatalogRun.Phase(rawValue: rawValue) }
    }

    @Option(help: "pending, running, held, ended or all.")
    var only: Phase = .all

    @Option(help: "Only those for this incident.")
    var incident: RunNumber?

    @Option(help: "How many at most.")
    var limit = 50

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit takes a number from 1 on") }
    }

    func run() async throws {
        let catalog = try await state.journal().catalog()
        let found = catalog.runs(only.phase, incident: incident?.value)
        let shown = Array(found.prefix(limit))
        list.write(
            table: {
                let more = ListText.omitted(found.count - shown.count, older: catalog.forgottenRuns)
                let table = shown.isEmpty ? "no runs\n" : ListText.runs(shown, now: WallTime.now, palette: list.palette)
                return table + more + ListText.standing(catalog, palette: list.palette)
            },
            document: { RunJSON.list(shown) })
    }
}
