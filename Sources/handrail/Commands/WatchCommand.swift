internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Shows what happens, as it becomes durable.",
        discussion: """
            Beside a state directory it follows the journal; with --server it listens to its events. It goes on until it \
            is interrupted; where a server goes away it comes back to it.

              handrail watch
              handrail watch --server http://127.0.0.1:9095 --token-file token
            """)

    @Flag(help: "Lines of JSON, for tools.")
    var json = false

    @OptionGroup var state: WhereOptions

    func run() async throws {
        guard let remote = try state.remote() else { return try await follow(try state.journal()) }
        var isFirst = true
        while true {
            do {
                try await remote.listen { show($0) }
                Console.error.write("handrail: the server has ended the stream; listening again\n")
            } catch let failure as Failure where !isFirst && failure.code == Failure.unreachable {
                try await Task.sleep(for: .seconds(2))
            }
            isFirst = false
            try await Task.sleep(for: .seconds(1))
        }
    }

    private func show(_ data: String) {
        guard !json else { return Console.output.write(data + "\n") }
        guard let document = try? JSONValue(parsing: data, maximumValues: 100),
            case .string(let time)? = document["time"], case .string(let message)? = document["message"]
        else { return }
        Console.output.write("\(TextEscape.line(time))  \(TextEscape.line(message, limit: 2000))\n")
    }

    // MARK: - Beside the journal

    private func follow(_ journal: JournalAccess) async throws {
        var sequence = try await journal.lastSequence()
        while true {
            try await journal.scan(after: sequence) { entries in
                for entry in entries { show(entry) }
                sequence = entries.last?.sequence ?? sequence
                return true
            }
            try await Task.sleep(for: .milliseconds(250))
        }
    }

    private func show(_ entry: JournalEntry) {
        guard let event = try? JournalAccess.event(of: entry), let text = RunLog.text(of: event.event, event.incident)
        else { return }
        guard json else { return Console.output.write("\(entry.record.at.rfc3339)  \(text)\n") }
        let line = ServeLog.line(
            at: entry.record.at, level: "info", entry.record.kind, text, incident: event.incident,
            run: event.event.run)
        Console.output.write(line + "\n")
    }
}
