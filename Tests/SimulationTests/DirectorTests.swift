import HandrailCore
import HandrailEngine
import Testing

@testable import Simulation

/// What the simulation has found in the director, each as a short story.
struct DirectorTests {
    /// A run of `move-unit` whose step has run, and whose probe is under way.
    private func verifying() throws -> Stage {
        var stage = try Stage()
        stage.fire("Lost", unit: "alpha-1")
        // It has no dry-run, so a person must say yes.
        stage.ask(.approve(run: 1, digest: "d"))
        stage.succeed()
        let state = try #require(stage.state(of: 1))
        guard case .verifying = state else { throw Unexpected(state: state) }
        return stage
    }

    private struct Unexpected: Error { let state: RunState }

    @Test func theAnswerOfAProbeIsNotTakenForThatOfAnUndo() throws {
        var stage = try verifying()
        let probe = stage.orders.count - 1
        stage.ask(.cancel(run: 1, because: "no"))
        #expect(stage.terminated == [1])
        stage.succeed(probe)
        guard case .rollingBack(undoing: 0, _, _) = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        stage.succeed()
        #expect(stage.state(of: 1) == nil)
    }

    /// Whose incident is over already, so that the alert is taken for the run's own doing when it fires again.
    @Test func anAlertThatFiresOnceMoreIsWaitedForAnew() throws {
        var stage = try Stage()
        stage.fire("Stuck", unit: "alpha-1")
        stage.wait(.seconds(5))
        stage.succeed()
        stage.succeed()
        stage.resolve("Stuck", unit: "alpha-1")
        stage.wait(.seconds(62))
        stage.succeed()
        guard case .verifying = stage.state(of: 1) else { throw Unexpected(state: stage.state(of: 1) ?? .proposed) }
        stage.wait(.seconds(10))
        stage.fire("Stuck", unit: "alpha-1")
        stage.wait(.seconds(5))
        stage.resolve("Stuck", unit: "alpha-1")
        stage.wait(.seconds(19))
        guard case .verifying = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        stage.wait(.seconds(1))
        #expect(stage.state(of: 1) == .finished(.succeeded))
    }

    @Test func aRequestThatComesAgainChangesNothing() throws {
        var stage = try Stage()
        stage.ask(.pause(.everything, because: "x"), id: "a")
        stage.ask(.resume(.everything), id: "b")
        stage.ask(.resume(.everything), id: "c")
        stage.ask(.pause(.everything, because: "y"), id: "d")
        let kept = stage.sequence
        stage.ask(.resume(.everything), id: "b")
        stage.ask(.resume(.everything), id: "c")
        let refused = Director.Answer.refused(because: "everything is not paused")
        #expect(stage.answers == [.done, .done, refused, .done, .done, refused])
        #expect(stage.director.engine.pausedScopes.map(\.because) == ["y"])
        #expect(stage.sequence == kept, "it is in the journal once")
        // After two days nobody has a file of it that would be taken.
        stage.wait(.seconds(49 * 60 * 60))
        stage.ask(.pause(.everything, because: "z"), id: "e")
        stage.ask(.resume(.everything), id: "b")
        #expect(stage.director.engine.pausedScopes.isEmpty)
    }

    /// What cannot be ended may act at any time: neither a probe nor an undo would settle anything.
    @Test func aStepWhoseProcessCannotBeKilledIsHeld() throws {
        var stage = try Stage()
        stage.fire("Lost", unit: "alpha-1")
        stage.ask(.approve(run: 1, digest: "d"))
        stage.end(OrderReport(ending: .exited(code: 0), stillLiving: 2))
        guard case .held(mayHaveRun: 0, _, let because) = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        #expect(because == "step 1 is out of hand: it exited 0, and 2 processes of it cannot be killed")
    }

    @Test func peopleAreToldOfARollback() throws {
        var stage = try Stage()
        stage.fire("Lost", unit: "alpha-1")
        stage.ask(.approve(run: 1, digest: "d"))
        let before = stage.told.count
        stage.fail()
        stage.succeed()
        #expect(stage.state(of: 1) == nil)
        let told = "run 1 of move-unit on unit `alpha-1` was rolled back: step 1 failed: it exited 1"
        #expect(stage.told.dropFirst(before) == [told])
    }

    @Test func peopleAreToldOfADryRunThatFails() throws {
        var stage = try Stage()
        stage.fire("Outdated", unit: "alpha-1")
        stage.wait(.seconds(5))
        stage.fail()
        #expect(stage.state(of: 1) == nil)
        #expect(stage.told.count == 1 && stage.told.first?.contains("was refused: the dry-run of step 1") == true)
    }

    @Test func aRunThatIsUndoneLaterHoldsItsTargetMeanwhile() throws {
        var stage = try verifying()
        stage.succeed()
        stage.wait(.seconds(16))
        stage.succeed()
        #expect(stage.state(of: 1) == .finished(.succeeded))
        stage.ask(.rollBack(run: 1, because: "it was fine"))
        guard case .rollingBack = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        stage.fire("Outdated", unit: "alpha-1")
        stage.wait(.seconds(5))
        #expect(stage.director.engine.runViews.map(\.id) == [1])
    }

    @Test func aRunThatAnotherOneHasFollowedIsNotUndoneBesideIt() throws {
        var stage = try verifying()
        stage.succeed()
        stage.wait(.seconds(16))
        stage.succeed()
        // Until then it would be taken for the run's doing.
        stage.wait(.seconds(31))
        stage.fire("Outdated", unit: "alpha-1")
        stage.wait(.seconds(5))
        #expect(stage.director.engine.runViews.map(\.id) == [1, 2])
        stage.ask(.rollBack(run: 1, because: "it was fine"))
        #expect(stage.state(of: 1) == .finished(.succeeded))
        #expect(stage.answers.last != .done)
    }

    /// Of a restart there is nothing to undo, so the run ends anew in the same moment.
    @Test func aRunThatIsUndoneByNothingIsRememberedAsItIs() throws {
        var stage = try Stage()
        stage.fire("Stuck", unit: "alpha-1")
        stage.wait(.seconds(5))
        // The dry-run, the step and the probe.
        for _ in 1...3 { stage.succeed() }
        stage.resolve("Stuck", unit: "alpha-1")
        stage.wait(.seconds(20))
        #expect(stage.state(of: 1) == .finished(.succeeded))
        stage.wait(.seconds(60))
        stage.ask(.rollBack(run: 1, because: "it was fine"))
        #expect(stage.state(of: 1) == nil)
        var folded = try stage.folded()
        stage.fire("Lost", unit: "alpha-2")
        folded.receive(stage.delivery("Lost", unit: "alpha-2"), into: { _ in })
        #expect(StateText.of(stage.director.engine) == StateText.of(folded))
    }

    @Test func aRunThatIsCancelledInItsDryRunLeavesNothingBusy() throws {
        var stage = try Stage()
        stage.fire("Outdated", unit: "alpha-1")
        stage.wait(.seconds(5))
        guard case .rehearsing = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        stage.ask(.cancel(run: 1, because: "no"))
        #expect(stage.terminated == [1])
        #expect(!stage.director.isBusy)
    }
}
