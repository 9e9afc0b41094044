import Foundation
import Synchronization
import Testing

@testable import handrail

/// Whoever reads the log, or does not, an engine goes on.
@Suite(.timeLimit(.minutes(5))) struct EngineLogTests {
    @Test func aReaderThatSleepsIsNotWaitedForAndIsToldWhatItMissed() async throws {
        let pipe = Pipe()
        let log = LogStream(pipe.fileHandleForWriting.fileDescriptor)
        let line = String(repeating: "x", count: 1023) + "\n"
        // More than the pipe and the log hold together; with nobody reading this would never return.
        for _ in 0..<4096 { log.write(line) }
        let text = Task.detached { pipe.fileHandleForReading.readDataToEndOfFile() }
        await log.flush()
        log.write("afterwards\n")
        await log.flush()
        try pipe.fileHandleForWriting.close()
        let lines = String(decoding: await text.value, as: UTF8.self).split(separator: "\n")
        let whole = lines.filter { $0.utf8.count == 1023 }.count
        #expect(whole >= 1024 && whole < 4096)
        // Twice, where the log's thread took a while to begin: what it had taken by then was full already.
        let missed = lines.compactMap { line in
            line.wholeMatch(of: /handrail: messages left out here, since nobody read in time: ([0-9]+)/)
                .flatMap { Int($0.output.1) }
        }
        #expect(1...2 ~= missed.count && missed.reduce(whole, +) == 4096, "\(missed), \(whole)")
        #expect(lines.last == "afterwards" && lines.count == whole + missed.count + 1)
    }

    @Test func whatIsLargerThanTheBoundIsLeftOutAndTheRestGoesOn() async throws {
        let pipe = Pipe()
        let log = LogStream(pipe.fileHandleForWriting.fileDescriptor)
        log.write(String(repeating: "x", count: LogStream.longestWaitingBytes + 1))
        await log.flush()
        log.write("afterwards\n")
        await log.flush()
        try pipe.fileHandleForWriting.close()
        let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(text == "handrail: messages left out here, since nobody read in time: 1\nafterwards\n")
    }

    @Test func aReaderThatGoesAwayIsSaidOnce() async throws {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        let told = Told()
        let log = LogStream(pipe.fileHandleForWriting.fileDescriptor) { told.times.withLock { $0 += 1 } }
        for _ in 0..<3 {
            log.write("line\n")
            await log.flush()
        }
        #expect(told.times.withLock { $0 } == 1)
    }

    private final class Told: Sendable {
        let times = Mutex(0)
    }

    /// `handrail run | head`: the journal is written all the same, and the program ends well.
    @Test func aPipeThatBreaksEndsNoEngine() async throws {
        let scratch = try Scratch()
        try FileManager.default.createDirectory(
            atPath: scratch.path("workspace/policies"), withIntermediateDirectories: true)
        try "policy: all\ndefault: deny\n".write(
            toFile: scratch.path("workspace/policies/all.yaml"), atomically: false, encoding: .utf8)
        let now = ISO8601DateFormatter().string(from: Date())
        let payload = """
            {"version":"4","status":"firing","alerts":[{"status":"firing","startsAt":"\(now)","labels":{"alertname":"A"}}]}
            """
        // Its reader is gone for certain before it begins.
        let script = """
            exec 3> >(exit); wait $!
            '\(try Program.path())' run --act --source alertmanager --state '\(scratch.path("state"))' \
            --workspace '\(scratch.path("workspace"))' - 2>'\(scratch.path("errors"))' >&3
            echo "$?"
            """
        let result = try await Program.run(["-c", script], program: "/bin/bash", input: payload)
        #expect(result.output == "0\n", "\(result)")
        let errors = try String(contentsOfFile: scratch.path("errors"), encoding: .utf8)
        #expect(errors.split(separator: "\n").count { $0.contains("nobody reads what is written here") } == 1)
        let incidents = try await Program.run(["incidents", "--state", scratch.path("state")])
        #expect(incidents.output.contains("A"), "\(incidents)")
        let kept = try await Program.run(["audit", "export", "--state", scratch.path("state")])
        #expect(kept.output.contains("engine.stopped"))
    }
}
