import Foundation
import HandrailEngine
import HandrailProcess
import Testing

extension ProcessTests {
    /// What a child is given, and what not.
    struct SurroundingsTests {
        @Test func theEnvironmentIsScrubbed() async throws {
            let canary = "CANARY_\(UInt32.random(in: 0...UInt32.max))"
            setenv(canary, "sings", 1)
            defer { unsetenv(canary) }
            let child = try TestChild()
            let report = try await child.run(
                ["environment"], on: ProcessExecutor(), environment: ["TOKEN": "a=b\nc", "LANG": "de_DE.UTF-8"])
            let lines = report.lines
            #expect(lines.count == 6)
            #expect(lines.contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"))
            #expect(lines.contains("LANG=de_DE.UTF-8") && lines.contains("HOME=/"))
            #expect(report.text.contains("TOKEN=a=b\nc\n"))
            #expect(lines.contains { $0.hasPrefix("HANDRAIL_EXECUTION=") })
            #expect(!report.text.contains("sings"))
        }

        @Test func openDescriptorsStayHere() async throws {
            let leaks = (0..<20).map { _ in open("/dev/null", O_RDONLY) }
            defer { for leak in leaks { close(leak) } }
            let child = try TestChild()
            let executor = ProcessExecutor()
            #expect(try await child.run(["descriptors"], on: executor).text == "0 1 2 ")
            // A script is read by its interpreter through descriptor 3.
            let script = try child.folder.write("#!/bin/sh\nexec '\(child.path)' descriptors\n", to: "script")
            let invocation = Invocation(
                argv: ["script"], executable: try await executor.resolve(script), limits: .short)
            #expect(await executor.observe(invocation).text == "0 1 2 3 ")
        }

        @Test func signalsLimitsMaskAndFolderAreFixed() async throws {
            signal(SIGUSR2, SIG_IGN)
            defer { signal(SIGUSR2, SIG_DFL) }
            let child = try TestChild()
            var options = ProcessExecutor.Options()
            options.workingDirectory = "/usr"
            options.fileBytes = 4096
            let limits = ExecutionLimits(timeout: .seconds(30), openFiles: 77, memoryBytes: 1 << 28)
            let report = try await child.run(["state"], on: ProcessExecutor(options), limits: limits)
            #expect(
                report.lines == [
                    "signals 0", "umask 77", "folder /usr", "leads 1 1", "files 77 77",
                    "memory 268435456 268435456", "core 0 0", "size 4096 4096",
                ])
        }

        @Test func memoryIsBounded() async throws {
            let child = try TestChild()
            let limits = ExecutionLimits(timeout: .seconds(30), memoryBytes: 64 << 20)
            let executor = ProcessExecutor()
            #expect(try await child.run(["memory", "\(128 << 20)"], on: executor, limits: limits).text == "refused\n")
            #expect(try await child.run(["memory", "\(16 << 20)"], on: executor, limits: limits).text == "taken\n")
        }

        @Test func standardInputIsAtItsEnd() async throws {
            let child = try TestChild()
            #expect(try await child.run(["input"], on: ProcessExecutor()).text == "0")
        }

        @Test func aChildMayCloseItsOutputAndGoOn() async throws {
            let child = try TestChild()
            let note = child.folder.path + "/note"
            let report = try await child.run(["no-output", note], on: ProcessExecutor())
            #expect(report.ending == .exited(code: 7))
            #expect(access(note, F_OK) == 0)
        }

        @Test(arguments: [SIGKILL, SIGSEGV, SIGTERM])
        func aSignalIsToldFromAnExit(signal: Int32) async throws {
            let child = try TestChild()
            let report = try await child.run(["die", "\(signal)"], on: ProcessExecutor())
            #expect(report.ending == .killed(signal: signal))
        }

        @Test func aGibibyteOfOutputIsCountedAndNotKept() async throws {
            let child = try TestChild()
            let bytes = 1 << 30
            let before = try peakKibibytes()
            let limits = ExecutionLimits(timeout: .seconds(300), outputBytes: 1000)
            let report = try await child.run(["flood", "\(bytes)"], on: ProcessExecutor(), limits: limits)
            #expect(report.ending == .exited(code: 0))
            #expect(report.output == [UInt8](repeating: UInt8(ascii: "x"), count: 1000))
            #expect(report.droppedBytes == bytes - 1000)
            #expect(try peakKibibytes() - before < 32 << 10)
        }

        private func peakKibibytes() throws -> Int {
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") })
            return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
        }

        /// The child says what it got, length first; that is compared with what was sent, byte for byte.
        @Test(arguments: [
            ["$(reboot)", "`id`", "{{7*7}}", "-oProxyCommand=touch /tmp/x", "; rm -rf /", "a\nb", "tab\tand space "],
            ["", "", "x", ""],
            ["\u{202E}gnp.exe", "\u{200B}", "e\u{301}", "é", "\u{FEFF}", "\u{10FFFF}", "\u{1}\u{1B}[31m\u{7F}"],
            [String(repeating: "x", count: 100 << 10), "after"],
            Array(repeating: "many", count: 3000),
            ["'", "\"", "\\", "\\n", "*", "?", "~", "#!", "%s%n", "=", "--", "-"],
        ])
        func argumentsArriveAsTheyWereSent(arguments: [String]) async throws {
            let child = try TestChild()
            var limits = ExecutionLimits(timeout: .seconds(30))
            limits.outputBytes = 1 << 20
            let sent = ["argv"] + arguments
            let report = try await child.run(sent, on: ProcessExecutor(), limits: limits)
            let all = ["child"] + sent
            let expected = "\(all.count)\n" + all.map { "\($0.utf8.count):\($0)\n" }.joined()
            #expect(report.output == Array(expected.utf8))
        }

        @Test func randomArgumentsArriveAsTheyWereSent() async throws {
            let child = try TestChild()
            let executor = ProcessExecutor()
            for _ in 0..<40 {
                let sent = (0..<Int.random(in: 0...12)).map { _ in
                    String(String.UnicodeScalarView((0..<Int.random(in: 0...40)).compactMap { _ in randomScalar() }))
                }
                let report = try await child.run(["argv"] + sent, on: executor)
                let all = ["child", "argv"] + sent
                let expected = "\(all.count)\n" + all.map { "\($0.utf8.count):\($0)\n" }.joined()
                #expect(report.output == Array(expected.utf8), "sent \(sent)")
            }
        }

        private func randomScalar() -> Unicode.Scalar? {
            Bool.random()
                ? Unicode.Scalar(UInt32.random(in: 1...0x7F)) : Unicode.Scalar(UInt32.random(in: 0x80...0x10FFFF))
        }

        @Test(
            arguments: [
                (["a\0b"], [:], "an argument holds a NUL byte"),
                ([], ["": "x"], "`` is no name, or holds no value, for an environment variable"),
                ([], ["A=B": "x"], "`A=B` is no name, or holds no value, for an environment variable"),
                ([], ["A": "x\0y"], "`A` is no name, or holds no value, for an environment variable"),
                (
                    [String(repeating: "x", count: 3 << 20)], [:],
                    "the arguments and the environment are longer than the system takes"
                ),
            ] as [([String], [String: String], String)])
        func whatCannotBePassedOnIsNotStarted(
            arguments: [String], environment: [String: String], reason: String
        ) async throws {
            let child = try TestChild()
            let report = try await child.run(arguments, on: ProcessExecutor(), environment: environment)
            #expect(report.reason == reason)
        }
    }
}
