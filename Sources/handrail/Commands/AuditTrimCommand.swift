internal import ArgumentParser
internal import Glibc
internal import HandrailCore
internal import HandrailFormats
internal import HandrailSQLite

struct AuditTrimCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trim",
        abstract: "Removes old entries from the journal, in a way that stays provable.",
        discussion: """
            Only while no engine is at work. Entries are verified before they go, and go as far as the older of the two \
            snapshots and a checkpoint allow: what an engine needs to start with stays. The journal keeps an entry that says \
            what was removed, with a checkpoint on it. Where checkpoints are signed the key is needed.

              handrail audit export > kept-elsewhere.jsonl
              handrail audit trim --before 90d
            """)

    @Option(help: "Remove what is older than this, such as 90d.")
    var before: SpanArgument

    @Option(help: "A file with the Ed25519 key that checkpoints of the journal are signed with.")
    var signingKey: String?

    @OptionGroup var state: StateOptions

    func run() async throws {
        let directory = try state.directory()
        do {
            // Not made here: there would be nothing to remove.
            guard access(directory.journal, F_OK) == 0 else {
                throw Failure(Failure.unreachable, "there is no journal in \(StateDirectory.shown(directory.path))")
            }
            let lock = try StateDirectoryLock(directory: directory.path)
            defer { withExtendedLifetime(lock) {} }
            try await trim(directory)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
        }
    }

    private func trim(_ directory: StateDirectory) async throws {
        var options = SQLiteJournal.Options()
        options.signingKey = try signingKey.map { try SigningKey(contentsOf: $0) }
        let journal = try SQLiteJournal(directory: directory.path, options: options)
        let earlier = try await journal.removedThrough()
        let now = WallTime.now
        let removed = try await journal.trim(before: now - before.span, at: now)
        try await journal.close()
        guard removed > earlier else {
            Console.output.write("nothing was removed: no older entry can be spared\n")
            return
        }
        let count = CountText.of(Int(removed - earlier), "entry", plural: "entries")
        Console.output.write("\(count) removed, up to \(removed)\n")
    }
}
