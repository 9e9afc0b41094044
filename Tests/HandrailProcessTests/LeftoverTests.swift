import Foundation
import HandrailEngine
import Testing

@testable import HandrailProcess

extension ProcessTests {
    struct LeftoverTests {
        /// Another process stands for the engine that died: it has the mark, and nobody waits for it.
        @Test func whatAnEngineLeftIsKilledByTheNextOnTheSameState() async throws {
            let state = try Folder()
            let child = try TestChild()
            let executor = ProcessExecutor(.init(stateDirectory: state.path))
            let report = try await child.run(["environment"], on: executor)
            let mark = try #require(report.lines.first { $0.hasPrefix("HANDRAIL_EXECUTION=") })

            let parts = mark.split(separator: "=", maxSplits: 1).map(String.init)
            let left = try Self.start(child, environment: [parts[0]: parts[1]])
            try await eventually("the leftover") { child.living.count == 1 }

            #expect(try await ProcessExecutor().reapLeftovers() == .init(), "another engine's are not touched")
            #expect(child.living.count == 1)
            let next = ProcessExecutor(.init(stateDirectory: state.path + "/"))
            #expect(try await next.reapLeftovers() == .init(killed: 1))
            left.waitUntilExit()
            #expect(child.living == [])
            #expect(try await next.reapLeftovers() == .init())
        }

        /// It has cleared its environment, so only its control group tells whose it was.
        @Test(.enabled(if: Hold.canMakeGroups, "no control group can be made here"))
        func whatHasNoMarkIsFoundInItsGroup() async throws {
            let state = try Folder()
            let child = try TestChild()
            let site = CgroupSite(instance: ProcessExecutor.instance(for: state.path))
            let group = try #require(ExecutionCgroup("left-behind", in: site))
            let left = try Self.start(child)
            try await eventually("the leftover") { child.living.count == 1 }
            for entrance in try group.entrances() {
                let number = "\(left.processIdentifier)"
                #expect(Glibc.write(entrance.descriptor.number, number, number.utf8.count) == number.utf8.count)
            }
            #expect(group.members == [left.processIdentifier])

            let other = try Folder()
            #expect(try await ProcessExecutor(.init(stateDirectory: other.path)).reapLeftovers() == .init())
            #expect(child.living.count == 1)
            let next = ProcessExecutor(.init(stateDirectory: state.path))
            #expect(try await next.reapLeftovers() == .init(killed: 1))
            left.waitUntilExit()
            #expect(child.living == [])
            #expect(site.executions == [], "the group is gone as well")
        }

        @Test(.enabled(if: Freezer.isUsable, "there is no freezer here"))
        func whatCannotBeKilledIsReported() async throws {
            let state = try Folder()
            let child = try TestChild()
            let freezer = try Freezer()
            let executor = ProcessExecutor(.init(stateDirectory: state.path))
            let mark = try #require(
                try await child.run(["environment"], on: executor).lines.first {
                    $0.hasPrefix("HANDRAIL_EXECUTION=")
                })
            let parts = mark.split(separator: "=", maxSplits: 1).map(String.init)
            let left = try Self.start(child, environment: [parts[0]: parts[1]])
            try await eventually("the leftover") { child.living.count == 1 }
            try freezer.freeze(left.processIdentifier)
            #expect(try await executor.reapLeftovers() == .init(stillLiving: 1))
            freezer.thaw()
            left.waitUntilExit()
            #expect(try await executor.reapLeftovers() == .init())
        }

        private static func start(_ child: TestChild, environment: [String: String] = [:]) throws -> Process {
            let left = Process()
            left.executableURL = URL(filePath: child.path)
            left.arguments = ["live", child.mark]
            left.environment = environment
            left.standardOutput = FileHandle.nullDevice
            try left.run()
            return left
        }
    }
}
