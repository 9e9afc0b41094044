internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine

struct PendingCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pending",
        abstract: "Shows what waits for a person's approval.",
        discussion: """
            With the number of a run: what would run, why, how wide, what its dry-run printed, what undo would do, who may \
            approve it, when it expires, and the digest of exactly that.

              handrail pending
              handrail pending 7
              handrail pending --output json
            """)

    @Argument(help: "The number of a run.")
    var number: RunNumber?

    @Flag(help: "Show all that the dry-run printed.")
    var full = false

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func run() async throws {
        let catalog = try await state.journal().catalog(pinnedRun: number?.value)
        guard let number else {
            let pending = catalog.pending
            return list.write(
                table: { Self.table(pending, list.palette) }, document: { RunJSON.pending(pending) })
        }
        let found = try catalog.run(number.value)
        let question = try Self.question(of: found)
        list.write(
            table: {
                PendingText(
                    run: found, question: question, incident: catalog.incidents[found.incident], now: WallTime.now,
                    isFull: full, palette: list.palette
                ).rendered + "\n" + Self.hint(found, question)
            },
            document: { RunJSON.pending([(found, question)]) })
    }

    /// - Throws: where nobody is asked.
    static func question(of run: CatalogRun) throws -> Question {
        guard let question = run.question else {
            throw Failure(
                Failure.findings, "run \(run.id) does not wait for an approval: it is \(RunStateText.words(run))")
        }
        return question
    }

    private static func table(_ pending: [(run: CatalogRun, question: Question)], _ palette: Palette) -> String {
        pending.isEmpty
            ? "nothing waits for an approval\n" : ListText.pending(pending, now: WallTime.now, palette: palette)
    }

    private static func hint(_ run: CatalogRun, _ question: Question) -> String {
        """
        approve:  handrail approve \(run.id)
        reject:   handrail reject \(run.id) --because "…"

        """
    }
}
