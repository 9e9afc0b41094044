import Testing

@testable import CrashHarness

/// The checks themselves: each is shown what it must find, and what it must leave alone.
struct InvariantTests {
    private let invariants = Invariants(steps: [
        Scenario.Step(name: "one", isIdempotent: true), Scenario.Step(name: "two"),
    ])

    /// A journal of which only what follows from its entries counts.
    private func journal(_ effects: [(String, Int)], granted: Int = 0) throws -> JournalExport {
        let advances = effects.map { type, step in
            #"{"kind":"run.advanced","payload":{"run":1,"effects":[{"type":"\#(type)","step":\#(step)}]}}"#
        }
        let requests = Array(repeating: #"{"kind":"request.made","payload":{"by":"ada"}}"#, count: granted)
        return try JournalExport((advances + requests).joined(separator: "\n"))
    }

    private func violations(
        _ effects: [String], _ intents: [(String, Int)], answers: Int = 0, granted: Int = 0
    ) throws -> [String] {
        invariants.violations(
            journal: try journal(intents, granted: granted),
            effects: try Effect.all(in: effects.joined(separator: "\n")), answers: answers)
    }

    @Test func whatWasIntendedAndDoneOnceIsFine() throws {
        let intents = [("rehearse", 0), ("decideAgain", 0), ("perform", 0), ("perform", 1), ("undo", 1), ("undo", 0)]
        #expect(try violations(["plan one", "read one", "do one", "do two", "undo two", "undo one"], intents) == [])
        #expect(try violations([], intents) == [])
    }

    @Test(arguments: ["plan one", "read one", "do one", "undo one", "probe all"])
    func anEffectWithoutItsIntentIsFound(effect: String) throws {
        #expect(try violations([effect], []).contains { $0.contains("0 intents") })
    }

    @Test func anIntentCoversItsOwnStepOnly() throws {
        #expect(try violations(["do two"], [("perform", 0)]).contains { $0.contains("0 intents") })
        #expect(try violations(["do one", "do one"], [("perform", 0)]).contains { $0.contains("with 1 intents") })
    }

    @Test func aStepThatIsNotIdempotentIsDoneOnce() throws {
        let twice = [("perform", 0), ("perform", 0), ("perform", 1), ("perform", 1)]
        #expect(try violations(["do one", "do one"], twice) == [])
        #expect(try violations(["do two", "do two"], twice) == ["step two was done 2 times"])
        #expect(
            try violations(["do one", "do one", "do one"], twice + [("perform", 0)]) == ["step one was done 3 times"])
    }

    @Test func anUndoIsDoneOnceAndOnlyOfWhatWasBegun() throws {
        let undone = [("perform", 1), ("undo", 1), ("undo", 1)]
        #expect(try violations(["do two", "undo two", "undo two"], undone) == ["step two was undone 2 times"])
        #expect(try violations(["undo two"], [("undo", 1)]) == ["step two was undone, and never begun"])
    }

    @Test func theOrderIsKept() throws {
        let intents = [("perform", 0), ("perform", 1), ("undo", 0), ("undo", 1)]
        #expect(try violations(["do two", "do one"], intents) == ["steps were done out of order"])
        #expect(
            try violations(["do one", "do two", "undo one", "undo two"], intents) == ["steps were undone out of order"])
        #expect(try violations(["do one", "undo one", "do two"], intents) == ["a step was done after an undo"])
    }

    @Test func anAnswerThatTheJournalDoesNotHoldIsFound() throws {
        #expect(try violations([], [], answers: 1, granted: 1) == [])
        #expect(try violations([], [], answers: 2, granted: 1).count == 1)
    }

    @Test func aRequestThatWasHandledTwiceIsFound() throws {
        let line = #"{"kind":"request.made","payload":{"by":"ada","id":"1-2-a"}}"#
        func found(_ lines: [String]) throws -> [String] {
            invariants.violations(
                journal: try JournalExport(lines.joined(separator: "\n")), effects: [], answers: 0)
        }
        #expect(try found([line, line.replacing("1-2-a", with: "1-2-b")]) == [])
        #expect(try found([line, line]) == ["the request 1-2-a was handled 2 times"])
    }

    @Test func aLostOrChangedEntryIsFound() throws {
        let whole = try journal([("perform", 0), ("perform", 1)])
        #expect(Invariants.losses(from: whole, to: whole) == [])
        #expect(Invariants.losses(from: try journal([("perform", 0)]), to: whole) == [])
        #expect(Invariants.losses(from: whole, to: try journal([("perform", 0)])).count == 1)
        #expect(Invariants.losses(from: whole, to: try journal([("perform", 1), ("perform", 1)])).count == 1)
    }

    @Test func whatWasSaidAndNotKeptIsFound() throws {
        let kept = try journal([("perform", 0)])
        #expect(Invariants.unkept(said: "run 1 running step 1\n", journal: kept) == [])
        #expect(Invariants.unkept(said: "run 1 running step 1\nrun 1 verifying\n", journal: kept).count == 1)
    }
}
