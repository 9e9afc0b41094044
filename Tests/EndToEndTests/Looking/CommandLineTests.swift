import Foundation
import Glibc
import HandrailCore
import HandrailEngine
import Testing

@testable import handrail

/// The built program against a real engine: what people type, what they are told, and the exit code.
@Suite struct CommandLineTests {
    private static let me = SystemUser.name(of: geteuid()) ?? "root"
    private static var isRoot: Bool { geteuid() == 0 }
    /// Other tests may keep the machine, and so the engine, from answering for long.
    private static let patience = ["--wait", "5m"]

    @Test func aPendingRunIsShownAndApprovedByItsDigest() async throws {
        let scratch = try Scratch()
        let engine = try await LiveEngine(scratch.path("state"), people: [Self.me])
        try await engine.raise()
        let state = ["--state", scratch.path("state")]

        let list = try await Program.run(["pending"] + state)
        #expect(list.code == 0 && list.output.contains("restart-redis"), "\(list)")
        let pending = try await Program.run(["pending", "1"] + state)
        #expect(pending.code == 0, "\(pending)")
        for line in [
            "redis-tool restart redis", "redis-tool plan redis", "| would stop redis", "0 of 1", "| \\u{1B}[2Jpid 42",
            LiveEngine.digest, "It holds the queue",
        ] { #expect(pending.output.contains(line), "\(line) is missing in:\n\(pending.output)") }
        #expect(!pending.output.contains("\u{1B}"))

        let blind = try await Program.run(["approve", "1"] + state)
        #expect(blind.code == 2 && blind.errors.contains("--digest"), "\(blind)")
        let stale = try await Program.run(
            ["approve", "1", "--digest", String(repeating: "0", count: 64)] + state + Self.patience)
        #expect(stale.code == 1 && stale.errors.contains("the plan has changed since it was shown"), "\(stale)")
        let approved = try await Program.run(["approve", "1", "--digest", LiveEngine.digest] + state + Self.patience)
        #expect(approved.code == 0, "\(approved)")
        try await engine.wait { if case .verifying = $0.runView(1)?.run?.state { true } else { false } }

        let shown = try await Program.run(["show", "1"] + state)
        #expect(shown.output.contains("approved by \(Self.me)") && shown.output.contains("| restarted"), "\(shown)")
        let explained = try await Program.run(["explain", "1"] + state)
        #expect(explained.output.contains("data stores: It holds the queue"), "\(explained)")
        #expect(explained.output.contains("restrict data stores: approval, applied"), "\(explained)")
        #expect(explained.output.contains("target.id = \"redis\""), "\(explained)")
        let incident = try await Program.run(["explain", "incident:1", "--output", "json"] + state)
        #expect(incident.code == 0 && incident.output.contains("\"handrail.explain/1\""), "\(incident)")
        try await engine.stop()
    }

    /// `script` gives it a terminal.
    @Test func onATerminalThePlanIsShownAndOnlyYesApprovesIt() async throws {
        let scratch = try Scratch()
        let engine = try await LiveEngine(scratch.path("state"), people: [Self.me])
        try await engine.raise()
        let command = "\(try Program.path()) approve 1 --wait 5m --state \(scratch.path("state"))"
        for (answer, code) in [("y", 1), ("", 1), ("YES", 1), ("yes", 0)] as [(String, Int32)] {
            let result = try await Program.run(
                ["-qec", command, "/dev/null"],
                program: "/usr/bin/script", input: answer + "\n")
            #expect(result.code == code, "\(answer): \(result)")
            #expect(
                result.output.contains("redis-tool restart redis") && result.output.contains("Type yes"), "\(result)")
        }
        try await engine.wait { if case .verifying = $0.runView(1)?.run?.state { true } else { false } }
        try await engine.stop()
    }

    @Test func everyRefusalHasItsExitCode() async throws {
        let scratch = try Scratch()
        let nowhere = try await Program.run(["runs", "--state", scratch.path("none")])
        #expect(nowhere.code == 3 && nowhere.errors.contains("No such file"), "\(nowhere)")

        let engine = try await LiveEngine(scratch.path("state"), people: [Self.me])
        try await engine.raise()
        let state = ["--state", scratch.path("state")]
        for (arguments, code) in [
            (["pending", "9"], 1), (["show", "9"], 1), (["explain", "incident:9"], 1), (["pending", "x"], 2),
            (["reject", "1"], 2), (["reject", "9", "--because", "x"], 1), (["resume"], 1),
            (["resume", "--target", "redis", "--because", "x"], 1), (["take-over", "1", "--because", "x"], 1),
            (["rollback", "1", "--because", "x"], 1), (["pause", "--scope", "nothing", "--because", "x"], 2),
            (["pause", "--because", "moving"], 0), (["resume"], 0), (["reject", "1", "--because", "not now"], 0),
            (["audit", "verify"], 0), (["audit", "show", "--kind", "request"], 0), (["audit", "export"], 0),
        ] as [([String], Int32)] {
            let looks = ["pending", "show", "explain", "audit"].contains(arguments[0])
            let result = try await Program.run(arguments + state + (looks ? [] : Self.patience))
            #expect(result.code == code, "\(arguments): \(result)")
        }
        let rejected = try await Program.run(["runs", "--only", "ended", "--output", "json"] + state)
        #expect(rejected.output.contains("\"because\": \"\(Self.me): not now\""), "\(rejected)")
        try await engine.stop()
    }

    @Test func withoutAnEngineTheRequestIsRecordedAndTheNextEngineTakesIt() async throws {
        let scratch = try Scratch()
        let path = scratch.path("state")
        let first = try await LiveEngine(path, people: [Self.me])
        try await first.raise()
        try await first.stop()

        let asked = try await Program.run(["pause", "--because", "later", "--state", path])
        #expect(asked.code == 3, "\(asked)")
        #expect(asked.errors.contains("no engine is at work") && asked.errors.contains("is recorded"), "\(asked)")

        let second = try await LiveEngine(path, people: [Self.me])
        try await second.wait { !$0.pausedScopes.isEmpty }
        let standing = try await Program.run(["runs", "--state", path])
        #expect(standing.output.contains("paused: everything, by \(Self.me)"), "\(standing)")
        try await second.stop()
    }

    @Test func aFlippedByteIsNamed() async throws {
        let scratch = try Scratch()
        let engine = try await LiveEngine(scratch.path("state"), people: [Self.me])
        try await engine.raise()
        try await engine.stop()
        let file = URL(filePath: scratch.path("state/journal.sqlite"))
        var bytes = try Data(contentsOf: file)
        var isFlipped = false
        // It stands in a snapshot as well, which is no evidence.
        while let place = bytes.range(of: Data("It holds the queue".utf8)) {
            bytes[place.lowerBound] = UInt8(ascii: "i")
            isFlipped = true
        }
        try #require(isFlipped)
        try bytes.write(to: file)
        let verified = try await Program.run(["audit", "verify", "--state", scratch.path("state")])
        #expect(verified.code == 1 && verified.output.contains("NOT intact"), "\(verified)")
        #expect(verified.output.contains("entry "), "\(verified)")
        // Nothing is shown that was not recorded.
        let shown = try await Program.run(["runs", "--state", scratch.path("state")])
        #expect(shown.code == 3 && shown.errors.contains("damaged at entry"), "\(shown)")
    }

    @Test func ofTwoProcessesThatRaceOneWinsAndTheOtherIsTold() async throws {
        let scratch = try Scratch()
        let engine = try await LiveEngine(scratch.path("state"), people: [Self.me])
        try await engine.raise()
        let arguments =
            ["approve", "1", "--digest", LiveEngine.digest, "--state", scratch.path("state")] + Self.patience
        async let one = Program.run(arguments)
        async let other = Program.run(arguments)
        let results = try await [one, other]
        #expect(results.map(\.code).sorted() == [0, 1], "\(results)")
        #expect(results.contains { $0.errors.contains("run 1 does not wait for an approval") }, "\(results)")
        try await engine.stop()
    }

    /// `daemon` and `bin` are two accounts that every Debian has.
    @Test(.enabled(if: isRoot)) func whoApprovesIsTheUserThatTheKernelKnows() async throws {
        let scratch = try Scratch()
        let path = scratch.path("state")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
        #expect(chown(path, 0, 1) == 0 && chmod(path, 0o2750) == 0)
        // Elsewhere than in the checkout, where others may not look.
        let program = scratch.path("handrail")
        try FileManager.default.copyItem(atPath: try Program.path(), toPath: program)
        let engine = try await LiveEngine(path, people: ["daemon", "bin"], count: 2)
        try await engine.raise()
        let approve = ["approve", "1", "--digest", LiveEngine.digest, "--state", path] + Self.patience

        let root = try await Program.run(approve, program: program)
        #expect(root.code == 1 && root.errors.contains("root has no role"), "\(root)")
        let first = try await Program.run(approve, as: "daemon", group: "daemon", program: program)
        #expect(first.code == 0, "\(first)")
        let again = try await Program.run(
            approve, as: "daemon", group: "daemon", program: program, environment: ["USER": "bin", "LOGNAME": "bin"])
        #expect(again.code == 1 && again.errors.contains("approved already"), "\(again)")
        let stranger = try await Program.run(approve, as: "games", group: "games", program: program)
        #expect(stranger.code == 3, "\(stranger)")
        let looked = try await Program.run(
            ["pending", "1", "--state", path], as: "bin", group: "daemon", program: program)
        #expect(looked.code == 0 && looked.output.contains("1 of 2: daemon"), "\(looked)")
        let second = try await Program.run(approve, as: "bin", group: "daemon", program: program)
        #expect(second.code == 0, "\(second)")
        try await engine.wait { if case .verifying = $0.runView(1)?.run?.state { true } else { false } }
        try await engine.stop()
        // Who may not write to the journal can read it also when nobody holds it open.
        let later = try await Program.run(["runs", "--state", path], as: "bin", group: "daemon", program: program)
        #expect(later.code == 0 && later.output.contains("verifying"), "\(later)")
    }
}
