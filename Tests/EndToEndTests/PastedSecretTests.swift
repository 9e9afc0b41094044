import HandrailCore
import HandrailEngine
import Testing

@testable import handrail

/// A name that would be kept otherwise than it was typed would pause something else.
@Test func aPauseOfWhatLooksLikeASecretIsRefused() async throws {
    let scratch = try Scratch()
    let engine = try await LiveEngine(scratch.path("state"), people: ["ada"])
    let scope = PauseScope.runbook("password=hunter2canary")
    let answer = await engine.conductor.handle(.pause(scope, because: "it burns"), by: Person("ada"))
    #expect(
        answer == .refused(because: "the name of what is to be paused looks like a secret; everything can be paused"))
    let fine = await engine.conductor.handle(.pause(.everything, because: "it burns"), by: Person("ada"))
    #expect(fine == .done)
    // Of others the answer is the engine's own, and what was typed is not kept.
    _ = await engine.conductor.handle(.release(target: "password=hunter2canary", because: "x"), by: Person("ada"))
    _ = await engine.conductor.handle(.approve(run: 1, digest: "password=hunter2canary"), by: Person("ada"))
    try await engine.stop()
    let kept = try await Program.run(["audit", "export", "--state", scratch.path("state")])
    #expect(kept.output.contains("password=[redacted]") && !kept.output.contains("hunter2canary"), "\(kept)")
}
