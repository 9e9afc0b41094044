internal import ArgumentParser
internal import Glibc
internal import HandrailCore

/// The command line. Exit codes: 0 fine, 1 findings or a refused action, 2 wrong usage, 3 could not open something.
struct Handrail: ParsableCommand {
    static let versionNumber = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "handrail",
        abstract: "Decides which known incidents may be fixed automatically, and says why.",
        discussion: """
            Write runbooks and policies in YAML, check them, and replay recorded incidents through them:

              handrail check
              handrail replay incidents/worker-hang.jsonl
              handrail replay --explain incidents/redis-hang.jsonl

            Nothing is executed by these. Only `handrail run --act` and `handrail serve --act` act.
            """,
        version: "handrail \(versionNumber)",
        subcommands: [
            CheckCommand.self, FactsCommand.self, ReplayCommand.self, RunCommand.self, ServeCommand.self,
            TokenCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Looking",
                subcommands: [
                    RunsCommand.self, ShowCommand.self, IncidentsCommand.self, ExplainCommand.self, WatchCommand.self,
                    AuditCommand.self,
                ]),
            CommandGroup(
                name: "Deciding",
                subcommands: [
                    PendingCommand.self, ApproveCommand.self, RejectCommand.self, CancelCommand.self,
                    RollbackCommand.self, TakeOverCommand.self, PauseCommand.self, ResumeCommand.self,
                ]),
        ])
}

@main
enum Main {
    static func main() async {
        // A reader that goes away, such as `head`, is no error of ours.
        signal(SIGPIPE, SIG_DFL)
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments.first?.hasSameBytes(as: "serve") == true { ReloadSignal.remember() }
        do {
            var command = try Handrail.parseAsRoot(try ServeConfiguration.expanded(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            await EngineLog.flush()
        } catch {
            await EngineLog.flush()
            exit(report(error))
        }
    }

    private static func report(_ error: any Error) -> Int32 {
        if let failure = error as? Failure {
            if let message = failure.message { Console.error.write("handrail: \(message)\n") }
            return failure.code
        }
        let message = Handrail.fullMessage(for: error, columns: 100)
        guard Handrail.exitCode(for: error) == .success else {
            Console.error.write(message + "\n")
            return Failure.wrongUsage
        }
        Console.output.write(message + "\n")
        return 0
    }
}

/// Ends the program with a code, and one sentence where there is more to say than was said already.
struct Failure: Error {
    static let findings: Int32 = 1
    static let wrongUsage: Int32 = 2
    static let unreachable: Int32 = 3

    let code: Int32
    let message: String?

    init(_ code: Int32, _ message: String? = nil) {
        self.code = code
        self.message = message
    }
}
