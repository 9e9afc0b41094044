internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine

struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says why something was, or was not, done: with the reasons that were recorded.",
        discussion: """
            Nothing is worked out again: what is shown is what the engine wrote down when it decided, also where the files \
            have changed since.

              handrail explain 7
              handrail explain incident:3
              handrail explain 7 --output json
            """)

    @Argument(help: "The number of a run, or incident:N.")
    var thing: ExplainedThing

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func run() async throws {
        let journal = try state.journal()
        switch thing {
        case .run(let id): try await explainRun(id, journal)
        case .incident(let id): try await explainIncident(id, journal)
        }
    }

    private func explainRun(_ id: Int, _ journal: JournalAccess) async throws {
        let catalog = try await journal.catalog(pinnedRun: id)
        let run = try catalog.run(id)
        let tried = try await journal.trials(of: [CatalogDecision(record: run.record, sequence: run.sequence)])
        let incident = catalog.incidents[run.incident]
        list.write(
            table: {
                ExplainText(now: WallTime.now, palette: list.palette)
                    .run(run, trials: tried.first?.trials ?? [], in: incident)
            },
            document: { IncidentJSON.explanation(incident, run: run, tried) })
    }

    private func explainIncident(_ id: Int, _ journal: JournalAccess) async throws {
        let catalog = try await journal.catalog(pinnedIncident: id)
        let incident = try catalog.incident(id)
        let tried = try await journal.trials(of: incident.decisions)
        list.write(
            table: {
                ExplainText(now: WallTime.now, palette: list.palette)
                    .incident(incident, runs: incident.runs.compactMap { catalog.runs[$0] }, tried)
            },
            document: { IncidentJSON.explanation(incident, run: nil, tried) })
    }
}
