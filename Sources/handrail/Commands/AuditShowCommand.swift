internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

struct AuditShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows entries of the journal.",
        discussion: """
              handrail audit show --kind request
              handrail audit show --run 7 --since 2026-11-23T16:00:00Z
              handrail audit show --last 20 --output json
            """)

    @Option(
        help: "Only this kind, such as run.advanced, or all that begin so, such as run; may be given several times.")
    var kind: [String] = []

    @Option(name: .customLong("run"), help: "Only what is about this run.")
    var number: RunNumber?

    @Option(help: "From this time on.")
    var since: TimeArgument?

    @Option(help: "Up to this time, exclusive.")
    var until: TimeArgument?

    @Option(help: "Only the last so many of them.")
    var last = 1000

    @OptionGroup var state: WhereOptions
    @OptionGroup var list: ListOptions

    func validate() throws {
        if last < 1 { throw ValidationError("--last takes a number from 1 on") }
    }

    func run() async throws {
        var found: [JournalEntry] = []
        try await state.journal().scan { entries in
            found += entries.filter(isWanted)
            if found.count > 2 * last { found.removeFirst(found.count - last) }
            return true
        }
        let shown = Array(found.suffix(last))
        list.write(
            table: { shown.map { EntryText.line($0, list.palette) }.joined() },
            document: { EntryJSON.list(shown, schema: "handrail.journal/1") })
    }

    private func isWanted(_ entry: JournalEntry) -> Bool {
        let record = entry.record
        if let since, record.at < since.time { return false }
        if let until, record.at >= until.time { return false }
        let isOfKind = kind.contains { record.kind.hasSameBytes(as: $0) || record.kind.hasPrefix($0 + ".") }
        guard kind.isEmpty || isOfKind else { return false }
        return number.map { EntryJSON.run(of: record) == Int64($0.value) } ?? true
    }
}

/// A time such as `2026-11-23T16:05:19Z`.
struct TimeArgument: ExpressibleByArgument {
    let time: Timestamp

    init?(argument: String) {
        guard let time = Timestamp(rfc3339: argument) else { return nil }
        self.time = time
    }
}
