internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailHTTP

/// How people are told, beside the standard error.
struct NotifyingOptions: Sendable {
    /// Gets whom and what as arguments.
    var command: String?
    var webhook: String?
    /// The secret that what goes to the webhook is signed with.
    var webhookKey: String?
    /// How the log says it.
    var log: @Sendable (Announcement) -> Void = { announcement in
        let to = announcement.to.map { "to \(TerminalText.escaped($0)): " } ?? ""
        for line in announcement.text.split(separator: "\n") {
            EngineLog.error.write("handrail: \(to)\(TerminalText.escaped(String(line)))\n")
        }
    }
}

enum Notifiers {
    static func make(
        _ options: NotifyingOptions, executor: any StepExecutor, secrets: LiveSecrets, clock: SystemClock
    ) throws -> any Notifier {
        var notifiers: [any Notifier] = [LogNotifier(log: options.log)]
        if let command = options.command {
            notifiers.append(CommandNotifier(command: command, executor: executor))
        }
        if let webhook = options.webhook {
            let key = options.webhookKey
            notifiers.append(
                WebhookNotifier(try address(webhook, of: "--notify-webhook"), clock: clock) {
                    key.flatMap { secrets.signingSecret($0) }
                })
        } else if options.webhookKey != nil {
            throw Failure(
                Failure.wrongUsage, "--notify-key signs what goes to a webhook, and there is no --notify-webhook")
        }
        return AllNotifiers(notifiers: notifiers)
    }

    static func address(_ text: String, of option: String) throws -> ServerAddress {
        do {
            return try ServerAddress(text)
        } catch {
            throw Failure(Failure.wrongUsage, "\(option): \(error)")
        }
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

struct LogNotifier: Notifier {
    let log: @Sendable (Announcement) -> Void

    func announce(_ announcement: Announcement) async throws {
        log(announcement)
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
