import CEL
import Testing

@testable import HandrailCore

@Suite struct SignatureMatcherTests {
    private func alert(_ pairs: KeyValuePairs<String, String>, _ seconds: Double) -> BoundAlert {
        let index = PatternIndex(workspace: Workspace())
        let alert = Sample.firing(pairs, since: seconds)
        let tracked = TrackedAlert(alert, traits: index.traits(of: alert.labels), at: Sample.at(seconds))
        return BoundAlert(tracked)
    }

    private func attempts(
        _ signature: Signature, _ candidates: [String: [BoundAlert]], blockers: [[LabelSet]] = []
    ) -> [MatchAttempt] {
        SignatureMatcher(
            signature: signature, candidates: candidates,
            blockers: blockers.isEmpty ? signature.unless.map { _ in [] } : blockers,
            incidentFact: { .null }, now: Sample.at(1000)
        ).attempts()
    }

    private func isComplete(_ attempt: MatchAttempt) -> Bool {
        if case .complete = attempt.outcome { true } else { false }
    }

    private func reason(_ attempt: MatchAttempt) -> String? {
        switch attempt.outcome {
        case .complete: nil
        case .incomplete(let reason), .blocked(let reason): reason
        }
    }

    @Test func allPatternsOfWhenMustFire() throws {
        let signature = Signature(when: [try Sample.pattern("a", "A"), try Sample.pattern("b", "B")])
        #expect(attempts(signature, ["a": [alert(["alertname": "A"], 0)]]).map(reason) == ["no firing alert for `b`"])
        let both = attempts(
            signature, ["a": [alert(["alertname": "A"], 0)], "b": [alert(["alertname": "B"], 0)]])
        #expect(both.map(isComplete) == [true])
    }

    @Test func sameMakesOneMatchForEachCombination() throws {
        let signature = Signature(
            when: [try Sample.pattern("stuck", "S"), try Sample.pattern("queue", "Q")], same: [.label("queue")])
        let result = attempts(
            signature,
            [
                "stuck": [alert(["queue": "x"], 0), alert(["queue": "y"], 1), alert(["queue": "z"], 2)],
                "queue": [alert(["queue": "y"], 0), alert(["queue": "x"], 1)],
            ])
        #expect(result.filter(isComplete).map { $0.key.map { $0?.string } } == [["x"], ["y"]])
    }

    @Test func renamedLabelsJoin() throws {
        let signature = Signature(
            when: [try Sample.pattern("stuck", "S"), try Sample.pattern("crash", "C")],
            same: [.renamed(["stuck": "worker", "crash": "process"])])
        let result = attempts(
            signature,
            ["stuck": [alert(["worker": "1"], 0), alert(["worker": "2"], 0)], "crash": [alert(["process": "2"], 0)]])
        #expect(result.filter(isComplete).map { $0.key.map { $0?.string } } == [["2"]])
    }

    @Test func aBlockerCountsIfItAgreesOnWhatItCarries() throws {
        let signature = Signature(
            when: [try Sample.pattern("queue", "Q")], unless: [try Sample.blocker("Down")], same: [.label("queue")])
        let candidates = ["queue": [alert(["queue": "x"], 0), alert(["queue": "y"], 0)]]
        let without = attempts(signature, candidates, blockers: [[Sample.labels(["alertname": "Down"])]])
        #expect(without.allSatisfy { reason($0) == "unless Down fires" })
        let other = attempts(
            signature, candidates, blockers: [[Sample.labels(["alertname": "Down", "queue": "x"])]])
        #expect(other.filter(isComplete).map { $0.key.map { $0?.string } } == [["y"]])
    }

    @Test func withinTakesTheLatestWindowThatHoldsAll() throws {
        let signature = Signature(
            when: [try Sample.pattern("a", "A"), try Sample.pattern("b", "B")], within: .seconds(60))
        let near = attempts(
            signature, ["a": [alert(["n": "old"], 0), alert(["n": "new"], 500)], "b": [alert([:], 520)]])
        guard case .complete(let binding, _) = try #require(near.first).outcome else {
            Issue.record("no match")
            return
        }
        #expect(binding.alerts(of: "a").map { $0.labels["n"]?.string } == ["new"])
        #expect(
            attempts(signature, ["a": [alert([:], 0)], "b": [alert([:], 61)]]).contains(where: isComplete) == false)
        #expect(attempts(signature, ["a": [alert([:], 0)], "b": [alert([:], 60)]]).contains(where: isComplete))
    }

    @Test func countAsksForThatManyAlerts() throws {
        let signature = Signature(when: [try Sample.pattern("a", "A")], counts: ["a": 2])
        #expect(attempts(signature, ["a": [alert([:], 0)]]).map(reason) == ["1 of 2 alerts for `a`"])
        let two = attempts(signature, ["a": [alert(["n": "1"], 0), alert(["n": "2"], 7)]])
        guard case .complete(_, let completedAt) = try #require(two.first).outcome else {
            Issue.record("no match")
            return
        }
        #expect(completedAt == Sample.at(7))
    }

    @Test func orderIsTheOrderOfTheFirstStarts() throws {
        let signature = Signature(
            when: [try Sample.pattern("a", "A"), try Sample.pattern("b", "B")], order: ["a", "b"])
        #expect(
            attempts(signature, ["a": [alert([:], 5)], "b": [alert([:], 1)]]).map(reason)
                == ["`b` began before `a`"])
        #expect(attempts(signature, ["a": [alert([:], 1)], "b": [alert([:], 5)]]).map(isComplete) == [true])
    }

    @Test func anyNeedsOneOfItsPatterns() throws {
        let signature = Signature(
            when: [try Sample.pattern("a", "A")], any: [try Sample.pattern("b", "B"), try Sample.pattern("c", "C")])
        #expect(
            attempts(signature, ["a": [alert([:], 0)]]).map(reason) == ["no firing alert for any of `b`, `c`"])
        #expect(attempts(signature, ["a": [alert([:], 0)], "c": [alert([:], 9)]]).map(isComplete) == [true])
    }

    @Test func aHostileSpreadOfValuesIsBounded() throws {
        let signature = Signature(
            when: [try Sample.pattern("a", "A"), try Sample.pattern("b", "B")],
            same: [.renamed(["a": "x"]), .renamed(["b": "y"])])
        let many = (0..<200).map { alert(["x": "\($0)", "y": "\($0)"], 0) }
        #expect(attempts(signature, ["a": many, "b": many]).count == SignatureMatcher.mostCombinations)
    }
}
