internal import HandrailCore

/// Carries one order out through the ports. Decides nothing.
public struct OrderCarrier: Sendable {
    private let executor: any StepExecutor
    private let secrets: any SecretStore
    private let redactor: any Redacting
    private let silencer: (any Silencer)?
    private let notifier: any Notifier
    private let environment: [String: String]

    /// - Parameters:
    ///   - silencer: nil where no Alertmanager is known; steps that need one are then not started.
    ///   - environment: what every command gets beside its secrets, such as where a socket is.
    public init(
        executor: any StepExecutor, secrets: any SecretStore, redactor: any Redacting, silencer: (any Silencer)?,
        notifier: any Notifier, environment: [String: String] = [:]
    ) {
        self.environment = environment
        self.executor = executor
        self.secrets = secrets
        self.redactor = redactor
        self.silencer = silencer
        self.notifier = notifier
    }

    public func carryOut(_ order: Order) async -> OrderReport {
        switch order {
        case .observe(let command): await run(command) { await executor.observe($0) }
        case .perform(let command, let permit): await run(command) { await executor.perform($0, permit: permit) }
        case .silence(let request, _):
            await silence { BuiltInSteps.output(try await $0.silence(request)) }
        case .expire(let made, _):
            await silence { silencer in
                try await silencer.expire(made)
                return ""
            }
        case .expireMarked(let mark, _):
            await silence { BuiltInSteps.output(try await $0.expireSilence(marked: mark)) }
        case .announce(let announcement, _): await announce(announcement)
        }
    }

    public func announce(_ announcement: Announcement) async -> OrderReport {
        do {
            try await notifier.announce(announcement)
            return OrderReport(ending: .exited(code: 0))
        } catch {
            return OrderReport(ending: .exited(code: 1), errorOutput: text(of: error))
        }
    }

    private func run(
        _ command: CommandOrder, _ execute: (Invocation) async -> ExecutionReport
    ) async -> OrderReport {
        let values: [String: String]
        do {
            values = try secrets.values(of: command.secrets)
        } catch {
            return OrderReport(ending: .notStarted(because: text(of: error)))
        }
        let report = await execute(
            Invocation(
                argv: command.argv, executable: command.executable,
                environment: environment.merging(values) { _, secret in secret },
                limits: ExecutionLimits(timeout: command.timeout)))
        let known = values.values.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let output = redactor.redact(report.output, secrets: known, isCut: report.mayBeCut)
        let errorOutput = redactor.redact(report.errorOutput, secrets: known, isCut: report.mayBeCut)
        return OrderReport(
            ending: report.ending, output: output.text, errorOutput: errorOutput.text,
            droppedBytes: report.droppedBytes, duration: report.duration, survivors: report.survivors,
            stillLiving: report.stillLiving, isRedacted: output.isRedacted || errorOutput.isRedacted)
    }

    /// A failed call says nothing about its effect: the request may have arrived.
    private func silence(_ call: (any Silencer) async throws -> String) async -> OrderReport {
        guard let silencer else {
            return OrderReport(ending: .notStarted(because: "no Alertmanager is configured"))
        }
        do {
            return OrderReport(ending: .exited(code: 0), output: try await call(silencer))
        } catch let error as SilencerError {
            switch error {
            case .refused(let because):
                return OrderReport(ending: .exited(code: 1), errorOutput: redacted(because))
            case .unreachable(let because): return OrderReport(ending: .notStarted(because: redacted(because)))
            case .unknown(let because): return OrderReport(ending: .unanswered(because: redacted(because)))
            }
        } catch {
            return OrderReport(ending: .unanswered(because: text(of: error)))
        }
    }

    private func text(of error: any Error) -> String { redacted("\(error)") }

    private func redacted(_ text: String) -> String {
        redactor.redact(Array(text.utf8), secrets: [], isCut: false).text
    }
}

extension ExecutionReport {
    /// Output may end in the middle of what was being written.
    fileprivate var mayBeCut: Bool {
        switch ending {
        case .exited: droppedBytes > 0 || survivors > 0
        case .killed, .timedOut, .terminated, .unanswered, .notStarted: true
        }
    }
}
