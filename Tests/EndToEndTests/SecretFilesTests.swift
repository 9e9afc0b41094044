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

    @Test func whatIsKnownIsWhatWasThereAtTheStart() throws {
        try put("TOKEN", Array("canary \n".utf8))
        try put(".hook", Array("hidden-secret".utf8))
        try put("KEY", [0xFF, 0xFE, 0x80, 0x81])
        let secrets = try SecretFiles(folder: scratch.path)
        try put("LATER", Array("later-secret".utf8))
        #expect(try secrets.values(of: ["TOKEN"]) == ["TOKEN": "canary"])
        #expect(try secrets.content(of: "KEY") == [0xFF, 0xFE, 0x80, 0x81])
        for name in [".hook", "LATER", "../x", "./TOKEN", "", "a/b"] {
            let because = "the secret `\(name)` was not in the folder of secrets at the start"
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
