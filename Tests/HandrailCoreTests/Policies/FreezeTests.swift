import CEL
import Testing

@testable import HandrailCore

@Suite struct FreezeTests {
    private typealias Sample = PolicySample

    /// 2026-01-05 was a Monday.
    private static func monday(day: Int = 0, _ hour: Int, _ minute: Int = 0, second: Double = 0) -> Timestamp {
        let midnight = 1_767_571_200_000
        let offset = Double(((day * 24 + hour) * 60 + minute) * 60) + second
        return Timestamp(milliseconds: Int64(midnight) + Int64(offset * 1000))
    }

    private static let weekend = Freeze.Window.weekly(fromMinute: 4 * 1440 + 16 * 60, toMinute: 8 * 60)

    @Test(arguments: [
        (monday(7, 59, second: 59.999), true), (monday(8), false), (monday(day: 4, 15, 59, second: 59.999), false),
        (monday(day: 4, 16), true), (monday(day: 6, 23, 59), true), (monday(day: 7, 0), true),
    ])
    func aWeeklyWindowIsHalfOpenAndWraps(at now: Timestamp, isOpen: Bool) throws {
        #expect(try Sample.freeze(Self.weekend).isOpen(at: now) == isOpen)
    }

    @Test func aWeeklyWindowFollowsTheClocksOfItsZone() throws {
        let berlin = try Sample.freeze(.weekly(fromMinute: 480, toMinute: 540), zone: "Europe/Berlin")
        #expect(!berlin.isOpen(at: Self.monday(6, 59)))
        #expect(berlin.isOpen(at: Self.monday(7)))
        #expect(!berlin.isOpen(at: Self.monday(8)))
        let summer = Self.monday(day: 7 * 26, 6)
        #expect(berlin.isOpen(at: summer))
        #expect(!berlin.isOpen(at: summer + .seconds(3600)))
    }

    @Test func aWeeklyWindowKnowsTheDaysBefore1970() throws {
        // 1969-12-29 was a Monday.
        let monday = Timestamp(milliseconds: -3 * 86_400_000)
        let freeze = try Sample.freeze(.weekly(fromMinute: 0, toMinute: 1))
        #expect(freeze.isOpen(at: monday))
        #expect(!freeze.isOpen(at: monday - .milliseconds(1)))
        #expect(freeze.isOpen(at: monday + .milliseconds(59_999)))
    }

    @Test func timesAtTheEndOfTimeTrapNothing() throws {
        for window in [Self.weekend, .weekly(fromMinute: 5, toMinute: 5), .between(.distantPast, .distantFuture)] {
            let freeze = try Sample.freeze(window, zone: "America/New_York")
            for now in [Timestamp.distantPast, .distantFuture] { _ = freeze.isOpen(at: now) }
        }
    }

    @Test func aWindowFromAMinuteToTheSameIsTheWholeWeek() throws {
        let freeze = try Sample.freeze(.weekly(fromMinute: 60, toMinute: 60))
        #expect(freeze.isOpen(at: Self.monday(0)))
        #expect(freeze.isOpen(at: Self.monday(1)))
    }

    @Test(arguments: [(-1, false), (0, true), (999, true), (1000, false)])
    func aWindowBetweenTwoTimesIsHalfOpen(offset: Int, isOpen: Bool) throws {
        let freeze = try Sample.freeze(.between(Sample.now, Sample.now + .milliseconds(1000)))
        #expect(freeze.isOpen(at: Sample.now + .milliseconds(offset)) == isOpen)
    }

    @Test func aFreezeSaysUntilWhen() throws {
        let set = Sample.set(Sample.policy(freezes: [try Sample.freeze(Self.weekend, zone: "Europe/London")]))
        let decision = Sample.decide(set, Sample.request(at: Self.monday(day: 5, 3)))
        #expect(decision.texts(isHolding: true) == ["frozen by weekends until Mon 08:00 Europe/London"])
        #expect(decision.verdict == .approval)
        let between = try Sample.freeze(.between(Sample.now, Self.monday(8)), verdict: .deny)
        let other = Sample.decide(Sample.set(Sample.policy(freezes: [between])))
        #expect(other.texts(isHolding: true) == ["frozen by weekends until 2026-01-05T08:00:00Z"])
        #expect(other.verdict == .deny)
    }

    @Test func freezesThatAreOffSayNotFrozenOnce() throws {
        let off = Freeze.Window.between(.distantPast, Sample.now)
        let freezes = [try Sample.freeze(off), try Sample.freeze(off, line: 21)]
        let decision = Sample.decide(Sample.set(Sample.policy(freezes: freezes)))
        #expect(decision.guards.map(\.text) == ["not frozen"])
        #expect(decision.verdict == .automatic)
    }

    @Test(arguments: [("target.id == 'w2'", Verdict.advisory), ("target.id == 'w3'", .automatic)])
    func aFreezeIsForWhatItsConditionSays(when: String, verdict: Verdict) throws {
        let freeze = try Sample.freeze(.between(.distantPast, .distantFuture), when: when, verdict: .advisory)
        #expect(Sample.decide(Sample.set(Sample.policy(freezes: [freeze]))).verdict == verdict)
    }

    @Test(arguments: PolicySample.failing)
    func aFreezeThatCannotBeEvaluatedDenies(when: String) throws {
        let freeze = try Sample.freeze(.between(.distantPast, .distantFuture), when: when, verdict: .automatic)
        let decision = Sample.decide(Sample.set(Sample.policy(freezes: [freeze])))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.first?.location == freeze.location)
    }
}
