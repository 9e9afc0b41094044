internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine

struct IncidentsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "incidents",
        abstract: "Lists incidents, the newest first.",
        discussion: """
              handrail incidents --open
              handrail incidents --output yaml
            """)

    @Flag(help: "Only those in which an alert still fires.")
    var open = false

    @Option(help: "How many at most.")
    var limit = 50

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit takes a number from 1 on") }
    }

    func run() async throws {
        let catalog = try await state.journal().catalog()
        let found = catalog.incidents(isOpen: open)
        let shown = Array(found.prefix(limit))
        list.write(
            table: {
                let more = ListText.omitted(found.count - shown.count, older: catalog.forgottenIncidents)
                let table =
                    shown.isEmpty
                    ? "no incidents\n" : ListText.incidents(shown, now: WallTime.now, palette: list.palette)
                return table + more + ListText.standing(catalog, palette: list.palette)
            },
            document: { IncidentJSON.list(shown, standing: catalog) })
    }
}
