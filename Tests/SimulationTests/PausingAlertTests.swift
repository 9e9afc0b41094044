import HandrailCore
import HandrailEngine
import Testing

@testable import Simulation

/// A person answers when an alert that flaps is between two firings.
struct PausingAlertTests {
    private static let approval = PersonRequest.approve(run: 1, digest: "d")

    /// Run 1 of `move-unit` waits for a person; its alert has flapped, and does not fire now.
    private func paused(after firings: Int) throws -> Stage {
        var stage = try Stage()
        for firing in 1...firings {
            if firing > 1 { stage.wait(.seconds(5)) }
            stage.fire("Lost", unit: "alpha-1")
            stage.wait(.seconds(5))
            stage.resolve("Lost", unit: "alpha-1")
        }
        guard case .pending = stage.state(of: 1) else {
            Issue.record("run 1 is \(String(describing: stage.state(of: 1)))")
            return stage
        }
        return stage
    }

    @Test func aFlappingAlertThatPausesIsNotGone() throws {
        var stage = try paused(after: 5)
        stage.wait(.seconds(8))
        stage.ask(Self.approval)
        guard case .running = stage.state(of: 1) else {
            Issue.record("run 1 is \(String(describing: stage.state(of: 1)))")
            return
        }
    }

    @Test func aFlappingAlertThatWasQuietForLongIsGone() throws {
        var stage = try paused(after: 5)
        stage.wait(.seconds(40))
        stage.ask(Self.approval)
        #expect(stage.orders.isEmpty)
        #expect(stage.state(of: 1) == nil)
    }

    /// What was done has perhaps helped: the rest is not needed then, however short the pause is.
    @Test func onceAStepHasActedAPauseIsAnEnd() throws {
        var stage = try Stage()
        for _ in 1...5 {
            // Shorter than `migrate-unit` asks for.
            stage.fire("Outdated", unit: "alpha-1")
            stage.wait(.seconds(1))
            stage.resolve("Outdated", unit: "alpha-1")
            stage.wait(.seconds(1))
        }
        stage.fire("Outdated", unit: "alpha-1")
        stage.wait(.seconds(4))
        while case .rehearsing = stage.state(of: 1) { stage.succeed() }
        stage.ask(Self.approval)
        // What the level was before.
        stage.succeed()
        guard case .running = stage.state(of: 1) else {
            Issue.record("run 1 is \(String(describing: stage.state(of: 1)))")
            return
        }
        stage.resolve("Outdated", unit: "alpha-1")
        stage.succeed()
        // It looks at the level before each step, and then whether that is still needed.
        while case .checking = stage.state(of: 1) { stage.succeed() }
        let performed = stage.orders.count { if case .perform = $0.order { true } else { false } }
        #expect(performed == 1)
        guard case .verifying = stage.state(of: 1) else {
            Issue.record("run 1 is \(String(describing: stage.state(of: 1)))")
            return
        }
    }

    @Test func anAlertThatDoesNotFlapIsGoneAtOnce() throws {
        var stage = try paused(after: 1)
        stage.ask(Self.approval)
        #expect(stage.orders.isEmpty)
        #expect(stage.state(of: 1) == nil)
    }
}
