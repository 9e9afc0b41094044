import Foundation
import HandrailEngine
import HandrailProcess
import Testing

extension ProcessTests {
    struct LeftoverTests {
        /// Another process stands for the engine that died: it has the mark, and nobody waits for it.
        @Test func whatAnEngineLeftIsKilledByTheNextOnTheSameState() async throws {
            let state = try Folder()
            let child = try TestChild()
            let executor = ProcessExecutor(.init(stateDirectory: state.path))
            let report = try await child.run(["environment"], on: executor)
            let mark = try #require(report.lines.first { $0.hasPrefix("HANDRAIL_EXECUTION=") })

            let left = Process()
            left.executableURL = URL(filePath: child.path)
            left.arguments = ["live", child.mark]
            let parts = mark.split(separator: "=", maxSplits: 1).map(String.init)
            left.environment = [parts[0]: parts[1]]
            left.standardOutput = FileHandle.nullDevice
            try left.run()
            try await eventually("the leftover") { child.living.count == 1 }

            #expect(try await ProcessExecutor().reapLeftovers() == 0, "another engine's are not touched")
            #expect(child.living.count == 1)
            let next = ProcessExecutor(.init(stateDirectory: state.path + "/"))
            #expect(try await next.reapLeftovers() == 1)
            left.waitUntilExit()
            #expect(child.living == [])
            #expect(try await next.reapLeftovers() == 0)
        }
    }
}
