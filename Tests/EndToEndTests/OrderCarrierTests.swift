import HandrailEngine
import Testing

@testable import HandrailCore
@testable import handrail

/// What servers and errors say goes through the redactor as well.
@Suite struct OrderCarrierTests {
    private static let secret = "canary-of-the-carrier"
    private static let permit = Permit(authority: .policy, planDigest: "d", step: 0, attempt: 1)

    @Test(arguments: [
        (
            SilencerError.refused(because: "400: canary-of-the-carrier"),
            OrderReport(ending: .exited(code: 1), errorOutput: "400: [redacted]")
        ),
        (
            .unreachable(because: "canary-of-the-carrier"),
            OrderReport(ending: .notStarted(because: "[redacted]"))
        ),
        (
            .unknown(because: "502: canary-of-the-carrier"),
            OrderReport(ending: .unanswered(because: "502: [redacted]"))
        ),
    ])
    func whatAServerSaysIsRidOfSecrets(error: SilencerError, report: OrderReport) async throws {
        let redactor = Redactor(secrets: [.init(name: "s", bytes: Array(Self.secret.utf8))])
        let carrier = OrderCarrier(
            executor: Echo(), secrets: SomeSecrets(), redactor: OutputRedactor(redactor: redactor),
            silencer: Failing(error: error), notifier: Nobody())
        #expect(await carrier.carryOut(.expireMarked("run 1", Self.permit)) == report)
    }

    private func report(_ error: any Error) async -> OrderReport {
        let redactor = Redactor(secrets: [.init(name: "s", bytes: Array(Self.secret.utf8))])
        let carrier = OrderCarrier(
            executor: Echo(), secrets: SomeSecrets(), redactor: OutputRedactor(redactor: redactor), silencer: nil,
            notifier: Refusing(error: error))
        return await carrier.announce(Announcement(text: "", incident: nil, run: nil))
    }

    @Test func whatANotifierSaysIsRidOfSecrets() async {
        #expect(await report(Said(description: "no \(Self.secret)")).errorOutput == "no [redacted]")
    }

    /// Output of a command that was killed, or wrote too much, may end within a secret.
    @Test(arguments: [
        (ExecutionReport(ending: .killed(signal: 9), output: Array("it is canary-of".utf8)), "it is [redacted]"),
        (ExecutionReport(ending: .timedOut, output: Array("it is canary-of".utf8)), "it is [redacted]"),
        (
            ExecutionReport(ending: .exited(code: 0), output: Array("it is canary-of".utf8), droppedBytes: 1),
            "it is [redacted]"
        ),
        (
            ExecutionReport(ending: .exited(code: 0), output: Array("it is canary-of".utf8), survivors: 1),
            "it is [redacted]"
        ),
        (ExecutionReport(ending: .exited(code: 0), output: Array("it is canary-of".utf8)), "it is canary-of"),
    ])
    func theBeginningOfASecretIsNotShownWhereOutputWasCut(report: ExecutionReport, shown: String) async {
        let redactor = Redactor(secrets: [.init(name: "s", bytes: Array(Self.secret.utf8))])
        let carrier = OrderCarrier(
            executor: Echo(report: report), secrets: SomeSecrets(), redactor: OutputRedactor(redactor: redactor),
            silencer: nil, notifier: Nobody())
        let result = await carrier.carryOut(.observe(Echo.command(secrets: [])))
        #expect(result.output == shown)
    }
}

private struct SomeSecrets: SecretStore {
    func values(of names: [String]) throws -> [String: String] { [:] }
}

private struct Said: Error, CustomStringConvertible {
    let description: String
}

private struct Refusing: Notifier {
    let error: any Error

    func announce(_ announcement: Announcement) async throws { throw error }
}

private struct Failing: Silencer {
    let error: SilencerError

    func silence(_ request: SilenceRequest) async throws -> MadeSilence { throw error }
    func expire(_ silence: MadeSilence) async throws { throw error }
    func expireSilence(marked mark: String) async throws -> MadeSilence { throw error }
}
