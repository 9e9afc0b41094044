internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailProcess

/// What acting costs. The table's alerts are commands here, or KiB of output; the recording is not used.
extension Section {
    static let acting = [spawn, redact]

    /// `true`, one after the other: opened, hashed, started in a control group, waited for, swept behind and reaped.
    ///
    /// Says on standard error how long it is from the call until a program runs: `date` tells when it did.
    static let spawn = Section(name: "spawn") { _ in
        let count = 1000
        let executor = ProcessExecutor()
        let invocation = try wait { try await command("true", on: executor) }
        let date = try wait { try await command("date", "+%s%N", on: executor) }
        let delays = try wait { try await microsecondsUntilItRuns(date, on: executor) }.sorted()
        say("from the call until the program runs: median \(delays[delays.count / 2]) us, worst \(delays.last ?? 0) us")
        return {
            try wait {
                for _ in 0..<count {
                    let report = await executor.observe(invocation)
                    guard report.ending == .exited(code: 0) else { throw BenchError("`true` ended: \(report.ending)") }
                }
            }
            return count
        }
    }

    /// Output as a probe may print it, 64 KiB at a time, with ten secrets declared. Counted in KiB.
    static let redact = Section(name: "redact") { _ in
        let secrets = (0..<10).map { Redactor.Secret(name: "secret \($0)", bytes: Array("correct-horse-\($0)".utf8)) }
        let redactor = Redactor(secrets: secrets)
        let line =
            #"2026-11-25T10:00:00Z level=info msg="worker \"w2\" is 98% idle" path=/run/lab/data pid=4711"# + "\n"
        let output = Array(String(repeating: line, count: (64 << 10) / line.utf8.count).utf8)
        return {
            for _ in 0..<16 where redactor.redact(output) != output { throw BenchError("something was redacted") }
            return 16 * 64
        }
    }

    private static func command(_ argv: String..., on executor: ProcessExecutor) async throws -> Invocation {
        Invocation(
            argv: argv, executable: try await executor.resolve(argv[0]),
            limits: ExecutionLimits(timeout: .seconds(60)))
    }

    private static func microsecondsUntilItRuns(
        _ date: Invocation, on executor: ProcessExecutor
    ) async throws -> [Int] {
        var delays: [Int] = []
        for _ in 0..<200 {
            var before = timespec()
            clock_gettime(CLOCK_REALTIME, &before)
            let text = String(decoding: await executor.observe(date).output.dropLast(), as: UTF8.self)
            guard let ran = Int(text) else { throw BenchError("`date` said `\(text)`") }
            delays.append((ran - before.tv_sec * 1_000_000_000 - before.tv_nsec) / 1000)
        }
        return delays
    }

    private static func say(_ text: String) {
        let line = "handrail-bench: \(text)\n"
        write(STDERR_FILENO, line, line.utf8.count)
    }
}
