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

        @Test(arguments: Hold.available)
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
        @Test(arguments: Hold.available)
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

        @Test(arguments: Hold.available, ["fork-twice", "hide"])
        func whatOutlivesItsParentIsKilledAndCounted(hold: Hold, mode: String) async throws {
            let child = try TestChild()
            let report = try await child.run([mode, child.mark], on: hold.executor())
            #expect(report.ending == .exited(code: 0))
            #expect(report.survivors == 1)
            #expect(child.living == [])
        }

        /// Where this is skipped, all others of this file have held children together without groups only.
        @Test(.enabled(if: Hold.canMakeGroups, "no control group can be made here"))
        func whatForksAwayWhileItsLeaderEndsIsFoundInItsGroup() async throws {
            let executor = Hold.controlGroups.executor()
            let other = try TestChild()
            // While another is under way, being an orphan tells nothing.
            let long = try await other.invocation(
                ["live", other.mark], on: executor,
                limits: ExecutionLimits(timeout: .seconds(600), grace: .milliseconds(300)))
            let task = Task { await executor.observe(long) }
            try await eventually("the other one") { other.living.count == 1 }
            let child = try TestChild()
            for round in 0..<150 {
                let report = try await child.run(["daemonise", child.mark], on: executor)
                #expect(report.ending == .exited(code: 0) && report.stillLiving == 0)
                try #require(child.living == [], "round \(round)")
            }
            #expect(other.living.count == 1)
            task.cancel()
            #expect(await task.value.ending == .terminated)
        }

        /// A frozen process (version 1) takes no signal, not even the last one.
        @Test(.enabled(if: Freezer.isUsable, "there is no freezer here"), arguments: [false, true])
        func whatCannotBeKilledIsReported(isLeader: Bool) async throws {
            let freezer = try Freezer()
            let child = try TestChild()
            let executor = ProcessExecutor()
            let mode = isLeader ? "live" : "leave-session"
            let invocation = try await child.invocation(
                [mode, child.mark], on: executor,
                limits: ExecutionLimits(timeout: .seconds(600), grace: .milliseconds(100)))
            let task = Task { await executor.observe(invocation) }
            try await eventually("its processes") { child.living.count == (isLeader ? 1 : 2) }
            let frozen = try #require(child.living.max())
            try freezer.freeze(frozen)
            task.cancel()
            let report = await task.value
            #expect(report.ending == .terminated && report.stillLiving == 1)
            #expect(child.living == [frozen])
            freezer.thaw()
            try await eventually("its end") { child.living == [] }
            // It is an orphan by now, and this takes it off the process table.
            _ = try await child.run(["exit", "0"], on: executor)
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

        @Test(arguments: Hold.available)
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

        @Test(arguments: Hold.available)
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

        @Test(arguments: Hold.available)
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

        @Test(arguments: Hold.available)
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
