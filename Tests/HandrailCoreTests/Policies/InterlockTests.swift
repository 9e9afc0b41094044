import Testing

@testable import HandrailCore

@Suite struct InterlockTests {
    private typealias Sample = PolicySample

    private func check(
        _ request: DecisionRequest, _ policy: Policy = Sample.policy(), gives interlocks: [String],
        verdict: Verdict? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let decision = Sample.decide(Sample.set(policy), request)
        #expect(decision.interlocks == interlocks, "\(decision.reasons)", sourceLocation: sourceLocation)
        let expected = verdict ?? (interlocks.isEmpty ? .automatic : .approval)
        #expect(decision.verdict == expected, sourceLocation: sourceLocation)
    }

    @Test func aPlanWithNothingAgainstItIsAutomatic() {
        check(Sample.request(), gives: [])
    }

    @Test func whatCannotBeUndoneIsNeverAutomatic() {
        let step = Sample.step(undo: .impossible(because: "gone is gone"))
        check(Sample.request(Sample.plan(steps: [step])), gives: ["undo-impossible"])
    }

    @Test func whatChangesSomethingNeedsADryRun() {
        let step = Sample.step(rehearsal: .none(because: "no such mode"))
        check(Sample.request(Sample.plan(steps: [step])), gives: ["no-dry-run"])
        let look = Sample.step(effect: .none, rehearsal: .none(because: "it only looks"))
        check(Sample.request(Sample.plan(steps: [look])), gives: [])
        check(Sample.request(Sample.plan(steps: [Sample.step(rehearsal: .builtIn)])), gives: [])
    }

    @Test func whatChangesSomethingNeedsAVerification() {
        check(Sample.request(Sample.plan(verification: nil)), gives: ["no-verification"])
        let look = Sample.plan(steps: [Sample.step(effect: .none)], verification: nil)
        check(Sample.request(look), gives: [])
    }

    @Test func aPlanOfBuiltInActionsNeedsNoVerification() {
        let name = "alerts.silence"
        let silence = Sample.step(name, effect: .additive, rehearsal: .builtIn, undo: .builtIn)
        let builtIn = [name: Sample.action(name, .builtIn(.alertsSilence)), "supervisor.restart": Sample.action("x")]
        check(Sample.request(Sample.plan(steps: [silence], verification: nil), actions: builtIn), gives: [])
        let mixed = Sample.plan(steps: [silence, Sample.step()], verification: nil)
        check(Sample.request(mixed, actions: builtIn), gives: ["no-verification"])
    }

    @Test func anActionThatIsNotDeclaredIsDenied() {
        check(Sample.request(actions: [:]), gives: ["undeclared-action"], verdict: .deny)
    }

    @Test(arguments: [
        ("stale-alert", Evidence(hasStaleAlert: true, hasFlappingAlert: false, isAuthenticated: true, isStorm: false)),
        (
            "flapping-alert",
            Evidence(hasStaleAlert: false, hasFlappingAlert: true, isAuthenticated: true, isStorm: false)
        ),
        (
            "unauthenticated-source",
            Evidence(hasStaleAlert: false, hasFlappingAlert: false, isAuthenticated: false, isStorm: false)
        ),
        ("storm", Evidence(hasStaleAlert: false, hasFlappingAlert: false, isAuthenticated: true, isStorm: true)),
    ])
    func evidenceInDoubtIsNeverAutomatic(name: String, evidence: Evidence) {
        check(Sample.request(evidence: evidence), gives: [name])
    }

    @Test(arguments: ["target.environment != 'production'", "has(target.environment)", "size([target]) == 1"])
    func anUnknownEnvironmentCountsWhereARuleNeedsIt(when: String) throws {
        let plan = Sample.plan(targets: [Sample.target("w2", environment: nil)])
        check(Sample.request(plan), gives: [])
        let rule = try Sample.rule(when, .automatic)
        check(Sample.request(plan), Sample.policy(allow: [rule]), gives: ["unknown-environment"])
        check(Sample.request(), Sample.policy(allow: [rule]), gives: [])
    }

    @Test(arguments: ["has(target.population) && target.population > 2", "blast.fraction <= 1.0"])
    func anUnknownPopulationCountsWhereARuleNeedsIt(when: String) throws {
        let plan = Sample.plan(targets: [Sample.target("w2", population: nil)])
        check(Sample.request(plan), gives: [])
        let rule = try Sample.rule(when, .automatic)
        check(Sample.request(plan), Sample.policy(allow: [rule]), gives: ["unknown-population"])
        check(Sample.request(), Sample.policy(allow: [rule]), gives: [])
    }

    @Test func anUnknownPopulationCountsForABlastRadiusWhateverItSaysOtherwise() throws {
        let policy = Sample.policy(limits: [try Sample.limit(percent: 100, otherwise: .automatic)])
        let targets = [Sample.target("w2", population: nil)]
        check(Sample.request(Sample.plan(targets: targets)), policy, gives: ["unknown-population"])
        let look = Sample.plan(targets: targets, steps: [Sample.step(effect: .none)])
        check(Sample.request(look), policy, gives: [])
    }

    @Test func aPlanThatNamesNothingIsDenied() {
        check(Sample.request(Sample.plan(steps: [])), gives: [], verdict: .deny)
        check(Sample.request(Sample.plan(steps: [Sample.step(), Sample.step(on: 1)])), gives: [], verdict: .deny)
    }
}
