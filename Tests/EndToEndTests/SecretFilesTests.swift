import Foundation
import HandrailCore
import HandrailEngine
import Testing

@testable import handrail

@Suite struct SecretFilesTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func put(_ name: String, _ bytes: [UInt8], mode: Int = 0o600) throws {
        let path = scratch.path(name)
        try Data(bytes).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    private func refusal(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// A step prints what it was given, whatever happened to the file since the engine started.
    @Test func aSecretThatIsRotatedBetweenTwoStepsIsNotShown() async throws {
        try put("TOKEN", Array("canary-before\n".utf8))
        let secrets = try SecretFiles(folder: scratch.path)
        let carrier = OrderCarrier(
            executor: Echo(), secrets: secrets, redactor: OutputRedactor(redactor: secrets.redactor), silencer: nil,
            notifier: Nobody())
        for _ in 0..<2 {
            let report = await carrier.carryOut(.observe(Echo.command(secrets: ["TOKEN"])))
            #expect(report.output == "TOKEN is [redacted]" && report.isRedacted)
            try put("TOKEN", Array("canary-after\n".utf8))
        }
    }

    /// A child may still print what it was given before, and a source may still send it.
    @Test func bothTheOldAndTheNewSecretAreKnownAfterARotation() async throws {
        try put("TOKEN", Array("canary-before".utf8))
        let secrets = try LiveSecrets(folder: scratch.path)
        let carrier = OrderCarrier(
            executor: Echo(), secrets: secrets, redactor: secrets, silencer: nil, notifier: Nobody())
        try put("TOKEN", Array("canary-after".utf8))
        let reading = try secrets.read()
        #expect(try secrets.values(of: ["TOKEN"]) == ["TOKEN": "canary-before"], "nothing counts before it is used")
        secrets.use(reading)
        #expect(try secrets.values(of: ["TOKEN"]) == ["TOKEN": "canary-after"])
        let report = await carrier.carryOut(.observe(Echo.command(secrets: ["TOKEN"])))
        #expect(report.output == "TOKEN is [redacted]")
        #expect(secrets.redactor.redact("canary-before canary-after") == "[redacted] [redacted]")
        // Nor is it forgotten with the next one.
        try put("TOKEN", Array("canary-last".utf8))
        secrets.use(try secrets.read())
        #expect(secrets.redactor.redact("canary-before canary-after canary-last") == "[redacted] [redacted] [redacted]")
    }

    @Test func aReadingThatIsNoGoodChangesNothing() throws {
        try put("KEY", Array("0123456789abcdef".utf8))
        let secrets = try LiveSecrets(folder: scratch.path, signing: ["KEY"])
        #expect(secrets.signingSecret("KEY") != nil && secrets.signingSecret("OTHER") == nil)
        try put("KEY", Array("too short".utf8))
        #expect(refusal { _ = try secrets.read() }?.contains("shorter than 16 bytes") == true)
        try put("KEY", Array("fedcba9876543210".utf8), mode: 0o644)
        #expect(refusal { _ = try secrets.read() }?.contains("chmod 600") == true)
        try FileManager.default.removeItem(atPath: scratch.path("KEY"))
        #expect(refusal { _ = try secrets.read() }?.contains("was not in the folder") == true)
        #expect(try secrets.values(of: ["KEY"]) == ["KEY": "0123456789abcdef"])
        #expect(refusal { _ = try LiveSecrets(folder: scratch.path, signing: ["KEY"]) } != nil)
    }

    @Test func whatIsKnownIsWhatWasThereAtTheStart() throws {
        try put("TOKEN", Array("canary \n".utf8))
        try put(".hook", Array("hidden-secret".utf8))
        try put("KEY", [0xFF, 0xFE, 0x80, 0x81])
        let secrets = try SecretFiles(folder: scratch.path)
        try put("LATER", Array("later-secret".utf8))
        #expect(try secrets.values(of: ["TOKEN"]) == ["TOKEN": "canary"])
        #expect(try secrets.content(of: "KEY") == [0xFF, 0xFE, 0x80, 0x81])
        for name in [".hook", "LATER", "../x", "./TOKEN", "", "a/b"] {
            let because = "the secret `\(name)` was not in the folder of secrets when it was read"
            #expect(refusal { _ = try secrets.content(of: name) } == because)
        }
        #expect(
            refusal { _ = try secrets.values(of: ["KEY"]) }
                == "the secret `KEY` is not UTF-8, and cannot be given to a command unchanged")
        #expect(refusal { _ = try SecretFiles(folder: nil).content(of: "A") }?.contains("no folder") == true)
    }

    @Test func whatIsNoSecretStopsTheStart() throws {
        try put("TOKEN", Array("canary".utf8), mode: 0o640)
        #expect(refusal { _ = try SecretFiles(folder: scratch.path) }?.contains("chmod 600") == true)
        try put("TOKEN", Array("abc\n".utf8))
        #expect(refusal { _ = try SecretFiles(folder: scratch.path) }?.contains("make it longer") == true)
        try put("TOKEN", Array(" \n".utf8))
        #expect(refusal { _ = try SecretFiles(folder: scratch.path) }?.contains("is empty") == true)
        #expect(
            refusal { _ = try SecretFiles(folder: scratch.path("TOKEN")) }?.hasPrefix("the folder of secrets") == true)
    }
}

/// Prints its environment, or what it is told.
struct Echo: StepExecutor {
    var report: ExecutionReport?

    static func command(secrets: [String]) -> CommandOrder {
        CommandOrder(
            argv: ["echo"], executable: ResolvedExecutable(path: "/bin/echo", digest: ""), secrets: secrets,
            timeout: .seconds(1))
    }

    func resolve(_ name: String) async throws -> ResolvedExecutable { ResolvedExecutable(path: name, digest: "") }

    func observe(_ invocation: Invocation) async -> ExecutionReport {
        let text = invocation.environment.map { "\($0.key) is \($0.value)" }.joined()
        return report ?? ExecutionReport(ending: .exited(code: 0), output: Array(text.utf8))
    }

    func perform(_ invocation: Invocation, permit: Permit) async -> ExecutionReport { await observe(invocation) }
}

struct Nobody: Notifier {
    func announce(_ announcement: Announcement) async throws {}
}
