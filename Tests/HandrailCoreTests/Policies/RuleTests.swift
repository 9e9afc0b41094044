import CEL
import Testing

@testable import HandrailCore

@Suite struct RuleTests {
    private typealias Sample = PolicySample

    @Test func withoutAPolicyAPersonDecides() {
        let decision = Sample.decide(Sample.set())
        #expect(decision.verdict == .approval)
        #expect(decision.reasons.map(\.source) == [.default])
        #expect(decision.approval == .standard)
    }

    @Test func theStrictestWrittenDefaultCounts() {
        let set = Sample.set(
            Sample.policy(default: .automatic), Sample.policy(default: nil), Sample.policy(default: .advisory))
        #expect(Sample.decide(set).verdict == .advisory)
        #expect(Sample.decide(Sample.set(Sample.policy(default: .automatic))).verdict == .automatic)
    }

    @Test func theLoosestMatchingAllowTakesTheDefaultsPlace() throws {
        let allow = [
            try Sample.rule("target.id == 'w2'", .automatic, line: 2), try Sample.rule("true", .approval, line: 3),
            try Sample.rule("false", .automatic, line: 4),
        ]
        let decision = Sample.decide(Sample.set(Sample.policy(default: .deny, allow: allow)))
        #expect(decision.verdict == .automatic)
        #expect(decision.reasons.map(\.rule) == ["rule 2"])
    }

    @Test func theStrictestOfAllTargetsAndStepsCounts() throws {
        let allow = [try Sample.rule("target.id == 'w2'", .automatic, line: 2)]
        let plan = Sample.plan(targets: [Sample.target("w2"), Sample.target("w3")])
        let decision = Sample.decide(Sample.set(Sample.policy(default: .advisory, allow: allow)), Sample.request(plan))
        #expect(decision.verdict == .advisory)
        #expect(decision.reasons.map(\.source) == [.default, .allow])
    }

    @Test func everyMatchingRestrictIsAReasonStrictestFirst() throws {
        let restrict = [
            try Sample.rule("true", .approval, line: 2, because: "Customers notice."),
            try Sample.rule("true", .deny, line: 9), try Sample.rule("false", .deny, line: 3),
        ]
        let decision = Sample.decide(Sample.set(Sample.policy(restrict: restrict)))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.map(\.rule) == ["rule 9", "rule 2", "p"])
        #expect(decision.reasons[1].detail == "Customers notice.")
    }

    @Test(arguments: PolicySample.failing)
    func anAllowThatCannotBeEvaluatedAllowsNothingAndIsReported(when: String) throws {
        let set = Sample.set(Sample.policy(default: nil, allow: [try Sample.rule(when, .automatic, line: 7)]))
        let decision = Sample.decide(set, explains: true)
        #expect(decision.verdict == .approval)
        #expect(decision.reasons.map(\.source) == [.default])
        #expect(decision.guards.map(\.isHolding) == [false])
        #expect(decision.guards.first?.text.contains("policies/p.yaml:7") == true)
        guard case .failed = decision.trials.first?.outcome else { return #expect(Bool(false), "no failed trial") }
    }

    @Test(arguments: PolicySample.failing)
    func aRestrictThatCannotBeEvaluatedApplies(when: String) throws {
        let decision = Sample.decide(Sample.set(Sample.policy(restrict: [try Sample.rule(when, .deny, line: 7)])))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.first?.location == Sample.place(7))
        #expect(decision.reasons.first?.detail.hasPrefix("cannot be evaluated, so it applies: ") == true)
    }

    @Test func aConditionThatIsNeitherTrueNorFalseFails() throws {
        let decision = Sample.decide(Sample.set(Sample.policy(restrict: [try Sample.rule("'yes'", .deny)])))
        #expect(decision.verdict == .deny)
    }

    @Test(
        arguments: [
            ([["sre"], []], ["sre"]), ([["ada", "sre"], ["sre", "web"]], ["sre"]), ([[], []], []), ([], []),
        ] as [([[String]], [String])])
    func anApprovalIsTheStrictestOfAllThatApply(roles: [[String]], common: [String]) throws {
        let rules = try roles.enumerated().map { index, from in
            try Sample.rule(
                "true", .approval, line: index + 2,
                approval: Approval(from: from, count: index + 1, expires: .seconds(600 * (index + 1))))
        }
        let decision = Sample.decide(Sample.set(Sample.policy(default: .approval, restrict: rules)))
        let expires = roles.isEmpty ? Approval.standard.expires : .seconds(600)
        #expect(decision.approval == Approval(from: common, count: max(1, roles.count), expires: expires))
        #expect(decision.verdict == .approval)
    }

    /// Whoever says so is right: no rule can let the author in again.
    @Test(arguments: [[true, false], [false, true], [true, true], [false, false]])
    func oneRuleThatExcludesTheAuthorIsEnough(excludes: [Bool]) throws {
        let rules = try excludes.enumerated().map { index, excludesAuthor in
            try Sample.rule(
                "true", .approval, line: index + 2,
                approval: Approval(from: [], count: 1, expires: .seconds(60), excludesAuthor: excludesAuthor))
        }
        let decision = Sample.decide(Sample.set(Sample.policy(default: .approval, restrict: rules)))
        #expect(decision.approval.excludesAuthor == excludes.contains(true))
    }

    @Test func noCommonRoleDenies() throws {
        let rules = try ["sre", "web"].enumerated().map { index, role in
            try Sample.rule(
                "true", .approval, line: index + 2, approval: Approval(from: [role], count: 1, expires: .seconds(60)))
        }
        let decision = Sample.decide(Sample.set(Sample.policy(restrict: rules)))
        #expect(decision.verdict == .deny)
        #expect(decision.reasons.first?.rule == "no-common-role")
    }

    /// Otherwise one more rule, which makes the verdict advisory, would loosen a denial.
    @Test func noCommonRoleDeniesWhatWouldBeAdvisoryToo() throws {
        let rules = try ["sre", "web"].enumerated().map { index, role in
            try Sample.rule(
                "true", .advisory, line: index + 2, approval: Approval(from: [role], count: 1, expires: .seconds(60)))
        }
        #expect(Sample.decide(Sample.set(Sample.policy(restrict: rules))).verdict == .deny)
    }

    @Test func aBrokenAllowStillAsksForItsApprovers() throws {
        let approval = Approval(from: ["sre"], count: 2, expires: .seconds(60))
        let allow = [try Sample.rule("1 / 0 == 1", .approval, approval: approval)]
        #expect(Sample.decide(Sample.set(Sample.policy(default: nil, allow: allow))).approval == approval)
    }

    @Test func explanationsTryEveryRuleOnce() throws {
        let allow = [try Sample.rule("runbook.name == 'restart'", .automatic, line: 2)]
        let restrict = [try Sample.rule("target.id == 'w3'", .deny, line: 3)]
        let plan = Sample.plan(targets: [Sample.target("w2"), Sample.target("w3")])
        let set = Sample.set(Sample.policy(allow: allow, restrict: restrict))
        let decision = Sample.decide(set, Sample.request(plan), explains: true)
        #expect(decision.trials.map(\.rule) == ["rule 2", "rule 3", "rule 3"])
        #expect(decision.trials.map(\.outcome) == [.applied, .didNotApply, .applied])
        #expect(Sample.decide(set, Sample.request(plan)).trials.isEmpty)
    }

    @Test(
        arguments: [
            (nil, "w2", true), (nil, "w3", false), ("worker", "w2", true), ("host", "w2", false),
            ("service", "payments", true), ("service", "search", false),
        ] as [(String?, String, Bool)])
    func whatIsProtectedIsDenied(kind: String?, id: String, isProtected: Bool) {
        let protected = Protected(kind: kind, id: id, location: Sample.place(40))
        let decision = Sample.decide(Sample.set(Sample.policy(protected: [protected])))
        #expect(decision.verdict == (isProtected ? .deny : .automatic))
        #expect(decision.texts(isHolding: true).isEmpty != isProtected)
    }

    @Test func anIdWithAColonIsProtectedAsItIsWritten() {
        let protected = Protected(kind: "workers", id: "w2", location: Sample.place(40))
        let plan = Sample.plan(targets: [Sample.target("workers:w2")])
        let decision = Sample.decide(Sample.set(Sample.policy(protected: [protected])), Sample.request(plan))
        #expect(decision.verdict == .deny)
    }

    @Test func theWorldAsItIsNowDecidesAndNotAsThePlanSawIt() throws {
        let service = Topology.Service(
            name: "payments", environment: "production", replicas: 8, location: Sample.place(1))
        let when = "target.environment == 'production' && has(target.population) && target.population == 8"
        let restrict = [try Sample.rule(when, .deny)]
        let set = PolicySet(
            policies: [Sample.policy(restrict: restrict)], topology: Topology(services: [service]))
        #expect(Sample.decide(set).verdict == .deny)
    }
}
