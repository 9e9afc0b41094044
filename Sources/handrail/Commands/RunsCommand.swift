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

        func contains(_ run: CatalogRun) -> Bool {
            self == .all || run.phase.rawValue.hasSameBytes(as: rawValue)
        }
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
        let found = catalog.runs.values.sorted { $0.id > $1.id }
            .filter { only.contains($0) && (incident == nil || $0.incident == incident?.value) }
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
