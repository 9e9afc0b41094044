internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// How people are told: a command, and always the standard error.
enum Notifiers {
    static func make(_ options: ActingOptions, executor: any StepExecutor) -> any Notifier {
        var notifiers: [any Notifier] = [ConsoleNotifier()]
        if let command = options.notifyCommand {
            notifiers.append(CommandNotifier(command: command, executor: executor))
        }
        return AllNotifiers(notifiers: notifiers)
    }
}

/// Each is tried, whatever becomes of the others.
struct AllNotifiers: Notifier {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let notifiers: [any Notifier]

    func announce(_ announcement: Announcement) async throws {
        var failures: [String] = []
        for notifier in notifiers {
            do {
                try await notifier.announce(announcement)
            } catch {
                failures.append("\(error)")
            }
        }
        guard failures.isEmpty else { throw Failure(description: failures.joined(separator: "; ")) }
    }
}

struct ConsoleNotifier: Notifier {
    func announce(_ announcement: Announcement) async throws {
        let to = announcement.to.map { "to \(TerminalText.escaped($0)): " } ?? ""
        for line in announcement.text.split(separator: "\n") {
            Console.error.write("handrail: \(to)\(TerminalText.escaped(String(line)))\n")
        }
    }
}

/// Runs `COMMAND TO TEXT`, each one argument; TO is empty where nobody in particular is meant.
struct CommandNotifier: Notifier {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    private static let timeout = Duration.seconds(10)

    let command: String
    let executor: any StepExecutor

    func announce(_ announcement: Announcement) async throws {
        let executable = try await executor.resolve(command)
        let report = await executor.observe(
            Invocation(
                argv: [command, announcement.to ?? "", announcement.text], executable: executable,
                limits: ExecutionLimits(timeout: Self.timeout)))
        guard report.ending == .exited(code: 0) else {
            throw Failure(description: "`\(command)` \(report.ending.inWords(timeout: Self.timeout))")
        }
    }
}
