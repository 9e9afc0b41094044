internal import ArgumentParser
internal import HandrailSQLite

struct AuditExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes the journal as JSON lines, or its checkpoints to be kept elsewhere.",
        discussion: """
            A line is {"sequence", "at", "kind", "payload", "hash"}, with the hash in hexadecimal.

              handrail audit export > journal.jsonl
              handrail audit export --after 4096
              handrail audit export --checkpoints
            """)

    @Option(help: "Leave out entries up to this one.")
    var after: Int64 = 0

    @Flag(help: "Only the checkpoints, one a line, for `handrail audit verify --checkpoints`.")
    var checkpoints = false

    @OptionGroup var state: WhereOptions

    func validate() throws {
        if after < 0 { throw ValidationError("--after takes the number of an entry") }
    }

    func run() async throws {
        let journal = try state.journal()
        if checkpoints {
            for checkpoint in try await journal.checkpoints() { Console.output.write("\(checkpoint)\n") }
            return
        }
        try await journal.scan(after: after) { entries in
            Console.output.write(entries.map { EntryJSON.line($0) + "\n" }.joined())
            return true
        }
    }
}
