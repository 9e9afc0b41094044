import Testing

@testable import HandrailCore

@Suite struct LimitTests {
    private typealias Sample = PolicySample

    private func check(
        _ limit: Limit, runs: [(start: Int, end: Int?, outcome: RunOutcome)] = [], plan: Plan = Sample.plan(),
        says text: String, isHolding: Bool, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let set = Sample.set(Sample.policy(limits: [limit]))
        let decision = Sample.decide(set, Sample.request(plan), ledger: Sample.ledger(runs, of: set))
        #expect(
            decision.texts(isHolding: isHolding) == [text], "\(decision.guards)", sourceLocation: sourceLocation)
        #expect(decision.texts(isHolding: !isHolding).isEmpty, sourceLocation: sourceLocation)
        #expect(
            decision.verdict == (isHolding ? limit.otherwise : .automatic), "\(decision.reasons)",
            sourceLocation: sourceLocation)
    }

    @Test(arguments: [(-3600, 0), (-3599, 1), (0, 1), (5, 1)])
    func aRateCountsTheStartsInItsHalfOpenWindow(start: Int, count: Int) throws {
        let limit = try Sample.limit(rate: Limit.Rate(runs: 3, window: .seconds(3600)))
        check(limit, runs: [(start, 6, .succeeded)], says: "rate \(count) of 3 per 1h", isHolding: false)
    }

    @Test func aRateRefusesWhenItIsReached() throws {
        let limit = try Sample.limit(rate: Limit.Rate(runs: 2, window: .seconds(3600)))
        let two: [(start: Int, end: Int?, outcome: RunOutcome)] = [(-9, -8, .succeeded), (-7, -6, .failed)]
        check(limit, runs: two, says: "rate 2 of 2 per 1h", isHolding: true)
    }

    @Test func aRateCountsRunsInFlightAndOfUnknownOutcome() throws {
        let limit = try Sample.limit(rate: Limit.Rate(runs: 1, window: .seconds(60)))
        check(limit, runs: [(-59, nil, .failed)], says: "rate 1 of 1 per 1m", isHolding: true)
    }

    @Test func aRateHoldsForPlansWithoutAnEffectToo() throws {
        let limit = try Sample.limit(
            rate: Limit.Rate(runs: 1, window: .seconds(60)), cooldown: .seconds(60), concurrent: 1, percent: 1)
        let note = Sample.plan(steps: [Sample.step("incident.note", effect: .none, rehearsal: .builtIn)])
        check(limit, runs: [(-9, nil, .failed)], plan: note, says: "rate 1 of 1 per 1m", isHolding: true)
    }

    @Test func runsWithoutAnEffectCountInTheRateOnly() throws {
        let limit = try Sample.limit(
            rate: Limit.Rate(runs: 5, window: .seconds(60)), cooldown: .seconds(60), concurrent: 1, percent: 25)
        let set = Sample.set(Sample.policy(limits: [limit]))
        let note = Sample.plan(
            targets: [Sample.target("w9")],
            steps: [Sample.step("incident.note", effect: .none, rehearsal: .builtIn)])
        let decision = Sample.decide(set, ledger: Sample.ledger([(-9, nil, .failed)], of: set, plan: note))
        #expect(
            decision.texts(isHolding: false) == [
                "rate 1 of 5 per 1m", "cooldown clear", "concurrent 0 of 1", "blast radius 1 of 4 (25% of 25%)",
            ])
        #expect(decision.verdict == .automatic)
    }

    @Test(arguments: [
        (-180, true, "cooldown 10m, last run 3m ago"), (-599, true, "cooldown 10m, last run 9m59s ago"),
        (-600, false, "cooldown clear"), (10, true, "cooldown 10m, last run -10s ago"),
    ])
    func aCooldownHoldsUntilItHasPassedSinceTheLastEnd(end: Int, isHolding: Bool, text: String) throws {
        let limit = try Sample.limit(cooldown: .seconds(600))
        check(limit, runs: [(-5000, end, .succeeded)], says: text, isHolding: isHolding)
    }

    @Test func aCooldownHoldsWhileARunIsInFlightHoweverLong() throws {
        let limit = try Sample.limit(cooldown: .seconds(600))
        check(limit, runs: [(-9000, nil, .failed)], says: "cooldown 10m, a run is in flight", isHolding: true)
    }

    @Test func concurrencyCountsWhatHasNotEnded() throws {
        let limit = try Sample.limit(concurrent: 2)
        check(limit, runs: [(-9, nil, .failed), (-8, -7, .failed)], says: "concurrent 1 of 2", isHolding: false)
        check(limit, runs: [(-9, nil, .failed), (-8, nil, .failed)], says: "concurrent 2 of 2", isHolding: true)
    }

    @Test func aRunDoesNotStandInItsOwnWay() throws {
        let set = Sample.set(Sample.policy(limits: [try Sample.limit(cooldown: .seconds(60), concurrent: 1)]))
        let ledger = Sample.ledger([(-9, nil, .failed)], of: set)
        #expect(Sample.decide(set, ledger: ledger).verdict == .approval)
        #expect(Sample.decide(set, ledger: ledger.without(0)).verdict == .automatic)
    }

    @Test(arguments: [
        (4, 25, 1, "blast radius 1 of 4 (25% of 25%)", false), (4, 25, 2, "blast radius 2 of 4 (50% of 25%)", true),
        (3, 34, 1, "blast radius 1 of 3 (33% of 34%)", false), (3, 33, 1, "blast radius 1 of 3 (33% of 33%)", true),
        (7, 30, 2, "blast radius 2 of 7 (28% of 30%)", false), (1, 99, 1, "blast radius 1 of 1 (100% of 99%)", true),
        (1, 100, 1, "blast radius 1 of 1 (100% of 100%)", false),
        (0, 100, 1, "blast radius 1 of 0 (100% of 100%)", true),
        (Int.max, 100, 1, "blast radius 1 of \(Int.max) (0% of 100%)", false),
    ])
    func aBlastRadiusRoundsDown(population: Int, percent: Int, count: Int, text: String, isHolding: Bool) throws {
        let targets = (0..<count).map { Sample.target("w\($0)", population: population) }
        let limit = try Sample.limit(percent: percent)
        check(limit, plan: Sample.plan(targets: targets), says: text, isHolding: isHolding)
    }

    @Test func aBlastRadiusCountsEachTargetInFlightOnce() throws {
        let limit = try Sample.limit(percent: 50)
        check(limit, runs: [(-9, nil, .failed)], says: "blast radius 1 of 4 (25% of 50%)", isHolding: false)
        let other = Sample.plan(targets: [Sample.target("w7")])
        check(
            limit, runs: [(-9, nil, .failed)], plan: other, says: "blast radius 2 of 4 (50% of 50%)", isHolding: false)
        let elsewhere = Sample.plan(targets: [Sample.target("w7", service: "search")])
        check(
            limit, runs: [(-9, nil, .failed)], plan: elsewhere, says: "blast radius 1 of 4 (25% of 50%)",
            isHolding: false)
    }

    @Test func anUnknownPopulationRefuses() throws {
        let limit = try Sample.limit(percent: 100, otherwise: .deny)
        check(
            limit, plan: Sample.plan(targets: [Sample.target("w2", population: nil)]),
            says: "blast radius 1 of an unknown population (at most 100%)", isHolding: true)
    }

    @Test func groupsAreCountedApart() throws {
        let limit = try Sample.limit(per: ["target.id", "runbook.name"], concurrent: 1)
        check(limit, runs: [(-9, nil, .failed)], says: "concurrent 1 of 1", isHolding: true)
        let other = Sample.plan(targets: [Sample.target("w7")])
        check(limit, runs: [(-9, nil, .failed)], plan: other, says: "concurrent 0 of 1", isHolding: false)
    }

    @Test func oneFullGroupHoldsTheWholePlan() throws {
        let limit = try Sample.limit(per: ["target.id"], concurrent: 1, otherwise: .advisory)
        let set = Sample.set(Sample.policy(limits: [limit]))
        let both = Sample.plan(targets: [Sample.target("w2"), Sample.target("w3")])
        let decision = Sample.decide(set, Sample.request(both), ledger: Sample.ledger([(-9, nil, .failed)], of: set))
        #expect(decision.verdict == .advisory)
        #expect(decision.guards.map(\.text) == ["concurrent 0 of 1", "concurrent 1 of 1"])
    }

    @Test(arguments: ["string(1 / 0)", "incident.labels.nobody", "target.id + '\\u0000'"])
    func aLimitThatCannotCountDenies(per: String) throws {
        let limit = try Sample.limit(per: ["target.service", per], concurrent: 5, otherwise: .automatic)
        let decision = Sample.decide(Sample.set(Sample.policy(limits: [limit])))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.first?.source == .limit)
        #expect(decision.reasons.first?.location == limit.location)
    }
}
