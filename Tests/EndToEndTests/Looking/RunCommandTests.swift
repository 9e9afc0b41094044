import Foundation
import Glibc
import HandrailFormats
import Testing

@testable import handrail

/// `handrail run --act` as it was built, with an executor that does to its surroundings what a test asks for.
@Suite struct RunCommandTests {
    private let scratch: Scratch
    private var state: [String] { ["--state", scratch.path("state")] }

    init() throws {
        scratch = try Scratch()
        for folder in ["runbooks", "runbooks/bin", "policies"] {
            #expect(mkdir(scratch.path(folder), 0o755) == 0)
        }
        let people = SystemUser.name(of: geteuid()) ?? "root"
        try Self.workspace.replacing("PEOPLE", with: people)
            .write(toFile: scratch.path("runbooks/all.yaml"), atomically: false, encoding: .utf8)
    }

    private static let workspace = """
        action: shop.change
        effect: disruptive
        dry-run: [tool, plan]
        run: [tool, do]
        undo: [tool, undo]
        timeout: 60s
        ---
        runbook: mend
        about: Something in the shop is broken.
        owner: shop-oncall
        signature: { when: { broken: Broken } }
        target: { kind: process, id: shop, service: shop }
        steps: [{ action: shop.change }]
        verify: { resolved: [broken], within: 10m, otherwise: hold }
        ---
        policy: shop
        default: automatic
        ---
        topology: shop
        services: { shop: { environment: production, replicas: 1 } }
        ---
        people: shop
        roles: { sre: [PEOPLE] }

        """

    /// - Parameter does: what the step does, before it says that it is done.
    private func executor(_ does: String) throws {
        let text = """
            #!/bin/sh
            cd '\(scratch.path)'
            echo "$1" >> effects
            [ "$1" = do ] || exit 0
            \(does)
            echo done >> effects

            """
        try text.write(toFile: scratch.path("runbooks/bin/tool"), atomically: false, encoding: .utf8)
        #expect(chmod(scratch.path("runbooks/bin/tool"), 0o755) == 0)
    }

    private var effects: [String] {
        let text = try? String(contentsOfFile: scratch.path("effects"), encoding: .utf8)
        return (text ?? "").split(separator: "\n").map(String.init)
    }

    private func run(firing: Bool = true) async throws -> Program.Result {
        let now = ISO8601DateFormatter().string(from: Date())
        let alerts = """
            [{"status":"firing","labels":{"alertname":"Broken","service":"shop"},"annotations":{},"startsAt":"\(now)",\
            "endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"00"}]
            """
        let payload = """
            {"version":"4","groupKey":"k","status":"firing","receiver":"r","groupLabels":{},"commonLabels":{},\
            "commonAnnotations":{},"externalURL":"","alerts":\(firing ? alerts : "[]")}
            """
        return try await Program.run(
            ["run", "--act", "--workspace", scratch.path, "--source", "alertmanager", "-"] + state, input: payload)
    }

    /// It lay in the inbox before the engine came, and counts for the first step that could begin.
    @Test func aPauseThatLiesInTheInboxIsInForceBeforeAnythingBegins() async throws {
        try executor("true")
        _ = try StateDirectory.openedForEngine(option: scratch.path("state"))
        let paused = try await Program.run(["pause", "--because", "x", "--wait", "1ms"] + state)
        #expect(paused.code == 3, "\(paused)")
        let first = try await run()
        #expect(first.code == 0 && effects == ["plan"], "\(first)")
        // An engine that picks the run up is paused as well.
        #expect(try await run(firing: false).code == 0)
        #expect(!effects.contains("do"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path("state/inbox")) == [])
        #expect(try await Program.run(["resume", "--wait", "1ms"] + state).code == 3)
        let last = try await run(firing: false)
        #expect(last.code == 0 && effects.suffix(2) == ["do", "done"], "\(last), \(effects)")
    }

    @Test func aJournalThatCannotBeWrittenAnyMoreKillsNoStepAndIsSaid() async throws {
        try executor("mv state/journal.sqlite elsewhere; sleep 2")
        let result = try await run()
        #expect(effects == ["plan", "do", "done"])
        #expect(result.code == 3, "\(result)")
        #expect(result.errors.contains("what happened last could not be kept"), "\(result)")
    }

    /// Nobody could pause it.
    @Test func anEngineThatLosesItsInboxEnds() async throws {
        try executor("rm -r state/inbox; sleep 50")
        let result = try await run()
        #expect(effects == ["plan", "do"])
        #expect(result.code == 3 && result.errors.contains("nobody could pause this engine"), "\(result)")
    }

    @Test func anInboxThatCannotBeOpenedStopsTheStart() async throws {
        try executor("true")
        #expect(mkdir(scratch.path("state"), 0o700) == 0)
        #expect(FileManager.default.createFile(atPath: scratch.path("state/inbox"), contents: nil))
        #expect(try await run().code == 3)
        #expect(effects == [])
    }

    @Test func oldEntriesAreTrimmed() async throws {
        try executor("true")
        for _ in 0..<3 { #expect(try await run().code == 0) }
        let none = try await Program.run(["audit", "trim", "--before", "90d"] + state)
        #expect(none.code == 0 && none.output.contains("nothing was removed"), "\(none)")
        // Longer ago than that has all of it been.
        try await Task.sleep(for: .milliseconds(10))
        let trimmed = try await Program.run(["audit", "trim", "--before", "1ms"] + state)
        #expect(trimmed.code == 0 && trimmed.output.contains("removed, up to"), "\(trimmed)")
        let verified = try await Program.run(["audit", "verify"] + state)
        #expect(verified.code == 0 && verified.output.contains("removed by retention"), "\(verified)")
        // An engine goes on from what is left, and while it is at work nothing is trimmed.
        #expect(try await run().code == 0)
        #expect(try await Program.run(["runs"] + state).output.contains("mend"))
        let lock = try StateDirectory.opened(option: scratch.path("state")).lockedForTest()
        #expect(try await Program.run(["audit", "trim", "--before", "90d"] + state).code == 3)
        close(lock)
    }
}

extension StateDirectory {
    fileprivate func lockedForTest() throws -> Int32 {
        let file = open(lock, O_RDWR | O_CLOEXEC)
        #expect(flock(file, LOCK_EX | LOCK_NB) == 0)
        return file
    }
}
