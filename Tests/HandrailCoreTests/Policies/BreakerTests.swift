import Testing

@testable import HandrailCore

@Suite struct BreakerTests {
    private typealias Sample = PolicySample

    /// `f` failed, `s` succeeded, `r` was refused, `.` is in flight; the last one ended last.
    private func ledger(_ runs: String, of set: PolicySet) -> RunLedger {
        let outcomes: [Character: RunOutcome] = ["f": .failed, "s": .succeeded, "r": .refused]
        let start = -10 * runs.count
        return Sample.ledger(
            runs.enumerated().map { index, letter in
                let outcome = outcomes[letter]
                return (start + 10 * index, outcome.map { _ in start + 10 * index + 5 }, outcome ?? .failed)
            }, of: set)
    }

    @Test(arguments: [
        ("", "closed 0 of 2"), ("f", "closed 1 of 2"), ("ff", "open 2 of 2"), ("fsssf", "open 2 of 2"),
        ("fssssf", "closed 1 of 2"), ("ffsss", "open 2 of 2"), ("ffssss", "closed 1 of 2"), ("f...", "closed 1 of 2"),
        ("ffrrrrrr", "open 2 of 2"), ("fffff", "open 5 of 2"),
    ])
    func aBreakerLooksAtTheLastRunsThatEnded(runs: String, text: String) throws {
        let set = Sample.set(Sample.policy(breakers: [try Sample.breaker()]))
        let decision = Sample.decide(set, ledger: ledger(runs, of: set))
        #expect(decision.guards.map(\.text) == ["breaker \(text)"])
        #expect(decision.verdict == (text.hasPrefix("open") ? .approval : .automatic))
    }

    @Test func aBreakerOfARunbookLeavesOthersAlone() throws {
        let set = Sample.set(Sample.policy(breakers: [try Sample.breaker(verdict: .deny)]))
        let ledger = ledger("ff", of: set)
        #expect(Sample.decide(set, ledger: ledger).verdict == .deny)
        let other = Sample.request(Sample.plan(runbook: "scale-out"))
        #expect(Sample.decide(set, other, ledger: ledger).verdict == .automatic)
    }

    @Test(arguments: ["string(1 / 0)", "incident.labels.nobody", "target", "now", "incident.alerts"])
    func aBreakerThatCannotCountDenies(per: String) throws {
        let breaker = try Sample.breaker(per: [per], verdict: .automatic)
        let decision = Sample.decide(Sample.set(Sample.policy(breakers: [breaker])))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.first?.location == breaker.location)
    }

    @Test func failuresAreRememberedHoweverLongAgoTheyWere() throws {
        let set = Sample.set(Sample.policy(breakers: [try Sample.breaker()]))
        let month = -30 * 86_400
        var ledger = Sample.ledger(
            [(month, month + 1, .failed), (month + 2, month + 3, .failed), (-10, -9, .succeeded)], of: set)
        #expect(Sample.decide(set, ledger: ledger).verdict == .approval)
        for run in 10..<14 {
            ledger.start(
                RunLedger.Entry(
                    run: run, plan: Sample.plan(), startedAt: Sample.now, groups: set.groups(of: Sample.request())))
            ledger.end(run, .succeeded, at: Sample.now)
        }
        #expect(ledger.entries.map(\.run) == [2, 10, 11, 12, 13])
        #expect(Sample.decide(set, ledger: ledger).verdict == .automatic)
    }

    @Test func successesThatAreOldAreForgotten() throws {
        let set = Sample.set(Sample.policy(breakers: [try Sample.breaker()]))
        let month = -30 * 86_400
        let ledger = Sample.ledger(
            [(month, month + 1, .succeeded), (month, nil, .failed), (-10, -9, .succeeded)], of: set)
        #expect(ledger.entries.map(\.run) == [1, 2])
    }
}
