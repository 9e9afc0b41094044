import Testing

@testable import HandrailCore

/// Every event in every reachable state, early and late, for every shape of plan that the transitions tell apart.
@Suite struct RunStateTests {
    static let ada = Person("ada")
    static let grace = Person("grace")
    static let author = Person("linus")

    /// What of a plan the transitions look at.
    struct Shape: CustomTestStringConvertible, Hashable, Sendable {
        var isRehearsed = true
        var isIdempotent = false
        var undo: [PlannedUndo] = [.argv([.text("undo")], parameters: []), .argv([.text("undo")], parameters: [])]
        var hasProbe = true
        var otherwise = Verification.Otherwise.rollback
        var approvers = 1

        var testDescription: String {
            "rehearsed \(isRehearsed), idempotent \(isIdempotent), undo \(undo), probe \(hasProbe), \(otherwise)"
        }

        var run: Run {
            let steps = undo.map { undo in
                PlannedStep(
                    action: "a", target: 0, effect: .disruptive, isIdempotent: isIdempotent, argv: ["do"], capture: [],
                    rehearsal: isRehearsed ? .argv(["plan"]) : .none(because: ""), undo: undo, timeout: .seconds(1),
                    location: Sample.place)
            }
            let verification = PlannedVerification(
                probe: hasProbe ? [PlannedProbe(argv: ["probe"], timeout: .seconds(1))] : [], resolved: [],
                within: .seconds(60), stable: .seconds(10),
                otherwise: otherwise)
            let plan = Plan(
                runbook: "r", targets: [Target(kind: "k", id: "i", service: nil)], steps: steps,
                verification: verification)
            return Run(plan: plan, planDigest: "d1")
        }

        var question: Question {
            Question(
                planDigest: "d1", approval: Approval(from: [], count: approvers, expires: .seconds(1800)),
                excluded: [RunStateTests.author], expiresAt: Sample.at(1800))
        }

        static let all: [Shape] = {
            let undos: [[PlannedUndo]] = [
                [.argv([.text("undo")], parameters: []), .argv([.text("undo")], parameters: [])],
                [.notNeeded(because: ""), .notNeeded(because: "")],
                [.argv([.text("undo")], parameters: []), .impossible(because: "")],
                [.notNeeded(because: "")],
            ]
            var shapes: [Shape] = []
            for undo in undos {
                for bits in 0..<16 {
                    shapes.append(
                        Shape(
                            isRehearsed: bits & 1 == 0, isIdempotent: bits & 2 != 0, undo: undo,
                            hasProbe: bits & 4 == 0, otherwise: bits & 8 == 0 ? .rollback : .hold,
                            approvers: bits & 8 == 0 ? 1 : 2))
                }
            }
            return shapes
        }()

        var events: [RunEvent] {
            let endings: [StepEnding] = [
                .succeeded, .failed(because: "f"), .unknown(because: "u"), .notStarted(because: "n"),
                .outOfHand(because: "o"),
            ]
            let steps = undo.indices
            var events: [RunEvent] = [
                .decided(.automatic), .decided(.approval(question)), .decided(.advisory),
                .decided(.deny(because: "no")), .approved(by: ada, digest: "d1"), .approved(by: grace, digest: "d1"),
                .approved(by: ada, digest: "d0"), .approved(by: author, digest: "d1"),
                .rejected(by: ada, because: "no"), .withdrawn(because: "over"), .timePassed, .cancelled(by: ada),
                .resolved(by: ada, .rollBack), .resolved(by: ada, .takeOver), .recovered, .verified(.successful),
                .verified(.failed(because: "f")), .verified(.inconclusive(because: "i")),
            ]
            for step in steps {
                events += endings.flatMap { ending in
                    [.rehearsed(step: step, ending), .undone(step: step, ending)]
                        + (1...Run.mostAttempts).map { .stepEnded(step: step, attempt: $0, ending) }
                }
                events += [
                    .confirmed(step: step), .refused(step: step, because: "r"), .gone(step: step, because: "g"),
                ]
                events += [ProbeAnswer.healthy, .unhealthy, .inconclusive].map { .probed(step: step, $0) }
            }
            return events
        }
    }

    struct Edge: Sendable {
        let from: Run
        let event: RunEvent
        let to: Run
        let effects: [RunEffect]
    }

    private static let edgesByShape = Dictionary(uniqueKeysWithValues: Shape.all.map { ($0, explore($0)) })

    static func edges(of shape: Shape) -> [Edge] { edgesByShape[shape] ?? [] }

    /// All edges from the proposal on; time is before or after every deadline.
    private static func explore(_ shape: Shape) -> [Edge] {
        var edges: [Edge] = []
        var known: Set<Run> = [shape.run]
        var open = [shape.run]
        while let run = open.popLast() {
            for now in [Sample.at(1), Sample.at(400), Sample.at(2000)] {
                for event in shape.events {
                    guard let (next, effects) = try? run.after(event, at: now) else { continue }
                    edges.append(Edge(from: run, event: event, to: next, effects: effects))
                    if known.insert(next).inserted { open.append(next) }
                }
            }
        }
        return edges
    }

    @Test func everyStateIsReachedByTheShapesTogether() {
        let names = Set(Shape.all.flatMap { Self.edges(of: $0) }.map { Self.name($0.to.state) })
        #expect(
            names.sorted() == [
                "checking", "finished", "held", "pending", "probing", "proposed", "rehearsing", "rollingBack",
                "running", "stuck", "verifying",
            ])
    }

    private static func name(_ state: RunState) -> String {
        switch state {
        case .proposed: "proposed"
        case .rehearsing: "rehearsing"
        case .pending: "pending"
        case .checking: "checking"
        case .running: "running"
        case .probing: "probing"
        case .verifying: "verifying"
        case .rollingBack: "rollingBack"
        case .held: "held"
        case .stuck: "stuck"
        case .finished: "finished"
        }
    }

    @Test(arguments: Shape.all) func nothingActsWithoutAPermitForExactlyThatStep(shape: Shape) {
        for edge in Self.edges(of: shape) {
            for case .perform(let step, let permit) in edge.effects {
                #expect(permit.step == step && permit.planDigest == "d1")
                guard case .running(let progress, nil) = edge.to.state else {
                    Issue.record("\(edge.event) performs in \(edge.to.state)")
                    continue
                }
                #expect(progress.step == step && progress.attempt == permit.attempt)
            }
        }
    }

    @Test(arguments: Shape.all) func noStepIsTriedTwiceUnlessItIsIdempotent(shape: Shape) {
        for edge in Self.edges(of: shape) {
            guard case .running(let progress, _) = edge.to.state, progress.attempt > 1 else { continue }
            #expect(shape.isIdempotent && progress.attempt <= Run.mostAttempts)
        }
    }

    @Test(arguments: Shape.all) func whatNeedsPeopleActsOnlyWithAsManyAsWereAsked(shape: Shape) {
        for edge in Self.edges(of: shape) {
            for case .perform(_, let permit) in edge.effects {
                guard case .people(let people) = permit.authority else { continue }
                #expect(Set(people).count >= shape.approvers)
                #expect(!people.contains(Self.author))
            }
        }
    }

    @Test(arguments: Shape.all) func everyRunCanEndOrWaitsForANamedPerson(shape: Shape) {
        let edges = Self.edges(of: shape)
        var ends = Set(edges.map(\.to).filter { $0.state.isFinished })
        var isGrowing = true
        while isGrowing {
            let more = edges.filter { ends.contains($0.to) && !ends.contains($0.from) }.map(\.from)
            ends.formUnion(more)
            isGrowing = !more.isEmpty
        }
        #expect(Set(edges.map(\.from)).subtracting(ends).isEmpty)
    }

    @Test(arguments: Shape.all) func whatHasEndedStaysAsItIsUnlessAPersonWantsItUndone(shape: Shape) {
        for edge in Self.edges(of: shape) where edge.from.state.isFinished {
            #expect(edge.from.state == .finished(.succeeded) && edge.event == .resolved(by: Self.ada, .rollBack))
        }
    }

    @Test(arguments: Shape.all) func whatWasLeftOutIsNotUndone(shape: Shape) {
        for edge in Self.edges(of: shape) {
            for case .undo(let step, _) in edge.effects { #expect(!edge.from.leftOut.contains(step)) }
        }
    }

    @Test(arguments: Shape.all) func everyAttemptIsDecidedOnFreshFacts(shape: Shape) {
        for edge in Self.edges(of: shape) {
            for case .perform(let step, _) in edge.effects { #expect(edge.event == .confirmed(step: step)) }
        }
    }

    @Test(arguments: Shape.all) func aRestartRepeatsNothingThatMayHaveTakenEffect(shape: Shape) {
        for edge in Self.edges(of: shape) where edge.event == .recovered {
            for effect in edge.effects {
                switch effect {
                case .perform, .terminate: Issue.record("recovering from \(edge.from.state) does \(effect)")
                case .undo(let step, _):
                    // Another step's undo, or the first undo of a step whose run was cancelled.
                    if case .rollingBack(step, _, _) = edge.from.state { Issue.record("an undo is repeated") }
                case .rehearse, .ask, .decideAgain, .probe, .verify, .notify, .quarantine: continue
                }
            }
        }
    }

    @Test(arguments: Shape.all) func aRestartTellsAgainWhatWaitsForAPerson(shape: Shape) {
        for edge in Self.edges(of: shape) where edge.event == .recovered {
            switch edge.from.state {
            case .pending: #expect(edge.effects.contains { if case .ask = $0 { true } else { false } })
            case .held, .stuck: #expect(edge.effects.contains { if case .notify = $0 { true } else { false } })
            case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack, .finished: continue
            }
        }
    }

    @Test(arguments: Shape.all) func aStepThatMayHaveRunIsNeverLeftOut(shape: Shape) {
        for edge in Self.edges(of: shape) {
            guard case .gone = edge.event, case .checking(let progress) = edge.from.state else { continue }
            #expect(edge.to.leftOut.contains(progress.step) == (progress.attempt == 1))
        }
    }

    @Test(arguments: Shape.all) func whatIsHeldOrStuckTellsSomebody(shape: Shape) {
        for edge in Self.edges(of: shape) where edge.from.state != edge.to.state {
            switch edge.to.state {
            case .held, .stuck:
                #expect(edge.effects.contains { if case .notify = $0 { true } else { false } })
            case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack, .finished:
                continue
            }
        }
    }

    @Test func whatWasCapturedIsKeptAndChangesNothingElse() throws {
        for edge in Self.edges(of: Shape(approvers: 1)) {
            guard case .checking(let progress) = edge.from.state else { continue }
            let (next, effects) = try edge.from.after(
                .captured(step: progress.step, ["before": "4"]), at: Sample.at(1))
            #expect(next.state == edge.from.state && effects.isEmpty)
            #expect(next.captured[progress.step] == ["before": "4"])
            #expect(throws: IllegalRunEvent.self) {
                try edge.from.after(.captured(step: progress.step + 1, [:]), at: Sample.at(1))
            }
        }
    }

    @Test func anApprovalOfAnotherPlanIsRefusedWithAReason() throws {
        var run = Shape(isRehearsed: false).run
        run = try run.after(.decided(.approval(Shape().question)), at: Sample.at(0)).run
        let error = #expect(throws: IllegalRunEvent.self) {
            try run.after(.approved(by: Self.ada, digest: "d0"), at: Sample.at(1))
        }
        #expect(error?.message == "the plan has changed since it was shown; look at it again")
    }

    @Test func anApprovalAfterItsDeadlineDoesNotStartTheRun() throws {
        var run = Shape(isRehearsed: false).run
        run = try run.after(.decided(.approval(Shape().question)), at: Sample.at(0)).run
        #expect(throws: IllegalRunEvent.self) {
            try run.after(.approved(by: Self.ada, digest: "d1"), at: Sample.at(1800))
        }
        #expect(try run.after(.timePassed, at: Sample.at(1800)).run.state == .finished(.expired))
    }

    @Test func aLateApprovalIsRehearsedAgainBeforeItActs() throws {
        var run = Shape().run
        let events: [RunEvent] = [
            .decided(.approval(Shape().question)), .rehearsed(step: 0, .succeeded), .rehearsed(step: 1, .succeeded),
        ]
        for event in events { run = try run.after(event, at: Sample.at(0)).run }
        let early = try run.after(.approved(by: Self.ada, digest: "d1"), at: Sample.at(300))
        #expect(early.effects == [.decideAgain(step: 0)])
        let late = try run.after(.approved(by: Self.ada, digest: "d1"), at: Sample.at(301))
        #expect(late.effects == [.rehearse(step: 0)])
    }

    @Test func rollbackUndoesEveryStepThatMayHaveRunLastFirst() throws {
        var run = Shape().run
        let events: [RunEvent] = [
            .decided(.automatic), .rehearsed(step: 0, .succeeded), .rehearsed(step: 1, .succeeded), .confirmed(step: 0),
            .stepEnded(step: 0, attempt: 1, .succeeded), .confirmed(step: 1),
            .stepEnded(step: 1, attempt: 1, .failed(because: "exit 1")), .undone(step: 1, .succeeded),
            .undone(step: 0, .succeeded),
        ]
        var undone: [Int] = []
        for event in events {
            let (next, effects) = try run.after(event, at: Sample.at(1))
            for case .undo(let step, _) in effects { undone.append(step) }
            run = next
        }
        #expect(undone == [1, 0])
        #expect(run.state == .finished(.rolledBack(because: "step 2 failed: exit 1")))
    }
}
