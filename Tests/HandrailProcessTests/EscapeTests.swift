import Foundation
import HandrailEngine
import HandrailProcess
import Testing

extension ProcessTests {
    /// After a timeout, and after a normal end, nothing lives that the child started.
    struct EscapeTests {
        private static let escapes = [
            "live", "fork-twice-and-live", "leave-session", "leave-cgroups", "ignore-signals", "stop", "stop-and-fork",
        ]

        @Test(arguments: Hold.allCases)
        func nothingLivesAfterATimeout(hold: Hold) async throws {
            let executor = hold.executor()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for mode in Self.escapes {
                    group.addTask { try await checkNothingLives(after: mode, on: executor) }
                }
                try await group.waitForAll()
            }
        }

        /// By itself: without control groups nothing but being alone tells whose it was.
        @Test(arguments: Hold.allCases)
        func whatHidesDoesNotLiveAfterATimeout(hold: Hold) async throws {
            try await checkNothingLives(after: "hide-and-live", on: hold.executor())
        }

        private func checkNothingLives(after mode: String, on executor: ProcessExecutor) async throws {
            let child = try TestChild()
            let report = try await child.run([mode, child.mark], on: executor, limits: .short)
            #expect(report.ending == .timedOut, "\(mode)")
            #expect(report.text == "ready\n", "\(mode) did not come as far as it should")
            #expect(child.living == [], "\(mode)")
        }

        @Test(arguments: Hold.allCases, ["fork-twice", "hide"])
        func whatOutlivesItsParentIsKilledAndCounted(hold: Hold, mode: String) async throws {
            let child = try TestChild()
            let report = try await child.run([mode, child.mark], on: hold.executor())
            #expect(report.ending == .exited(code: 0))
            #expect(report.survivors == 1)
            #expect(child.living == [])
        }

        @Test(.enabled(if: ProcessExecutor().countsProcesses), arguments: ["bomb", "bomb-of-sessions"])
        func aForkBombIsBoundedAndEnds(mode: String) async throws {
            let executor = ProcessExecutor()
            let child = try TestChild()
            var limits = ExecutionLimits.short
            limits.processes = 24
            let report = try await child.run([mode, child.mark], on: executor, limits: limits)
            #expect(report.ending == .timedOut)
            #expect(report.lines.contains("refused"), "the bound was never reached")
            #expect(report.survivors < 24)
            #expect(child.living == [])
        }

        /// Without control groups nothing bounds root, but its end comes all the same. The program stops at 300 by itself.
        @Test func aForkBombEndsWithoutControlGroups() async throws {
            let child = try TestChild()
            let report = try await child.run(["bomb", child.mark], on: Hold.sessionsOnly.executor(), limits: .short)
            #expect(report.ending == .timedOut)
            #expect(child.living == [])
        }

        @Test(arguments: Hold.allCases)
        func aChildOfADeadLeaderMayTidyUpWithinTheGrace(hold: Hold) async throws {
            let child = try TestChild()
            let note = child.folder.path + "/note"
            let limits = ExecutionLimits(timeout: .seconds(2), grace: .seconds(20))
            let report = try await child.run(["tidy-up", note, child.mark], on: hold.executor(), limits: limits)
            #expect(report.ending == .timedOut)
            #expect(access(note, F_OK) == 0, "it was killed before it could write its note")
            #expect(report.duration < .seconds(20), "it ended, and the grace was waited for all the same")
            #expect(report.survivors == 0)
        }

        @Test(arguments: Hold.allCases)
        func cancellingEndsAllOfIt(hold: Hold) async throws {
            let child = try TestChild()
            let executor = hold.executor()
            let limits = ExecutionLimits(timeout: .seconds(600), grace: .milliseconds(300))
            let invocation = try await child.invocation(["leave-session", child.mark], on: executor, limits: limits)
            let task = Task { await executor.observe(invocation) }
            try await eventually("two processes") { child.living.count == 2 }
            task.cancel()
            #expect(await task.value.ending == .terminated)
            #expect(child.living == [])
        }

        @Test func whatIsCancelledBeforeItBeganIsNotStarted() async throws {
            let child = try TestChild()
            let executor = ProcessExecutor()
            let invocation = try await child.invocation(["live", child.mark], on: executor)
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await executor.observe(invocation)
            }
            #expect(await task.value.reason == "it was cancelled before it began")
        }

        @Test(arguments: Hold.allCases)
        func executionsAtOnceLeaveEachOtherAlone(hold: Hold) async throws {
            let child = try TestChild()
            let executor = hold.executor()
            let long = try await child.invocation(
                ["leave-session", child.mark], on: executor,
                limits: ExecutionLimits(timeout: .seconds(600), grace: .milliseconds(300)))
            let task = Task { await executor.observe(long) }
            try await eventually("two processes") { child.living.count == 2 }
            let lived = child.living
            let others = try TestChild()
            for mode in ["fork-twice", "hide"] {
                _ = try await others.run([mode, others.mark], on: executor)
            }
            #expect(child.living == lived)
            task.cancel()
            #expect(await task.value.ending == .terminated)
            #expect(child.living + others.living == [])
        }

        @Test(arguments: Hold.allCases)
        func fiftyAtOnceEachGetTheirOwn(hold: Hold) async throws {
            let child = try TestChild()
            let executor = hold.executor()
            let reports = try await withThrowingTaskGroup(of: (Int, ExecutionReport).self) { group in
                for number in 0..<50 {
                    let mode = number % 5 == 0 ? "fork-twice" : "exit"
                    group.addTask {
                        (number, try await child.run([mode, "\(number)", child.mark], on: executor))
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            for number in 0..<50 {
                let doubles = number % 5 == 0
                #expect(reports[number]?.ending == .exited(code: doubles ? 0 : Int32(number)))
                // Of the two that fork away, the one in the middle may not have ended yet.
                #expect((doubles ? 1...2 : 0...0).contains(reports[number]?.survivors ?? -1))
            }
            #expect(child.living == [])
        }
    }
}
