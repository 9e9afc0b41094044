import CEL
import Testing

@testable import HandrailCore

/// Promises about all policies, tried on random ones.
@Suite struct PolicyPropertyTests {
    private typealias Sample = PolicySample

    private static let seeds: ClosedRange<UInt64> = 1...300

    @Test func orderOfRulesAndFilesNeverMatters() throws {
        var verdicts: Set<Verdict> = []
        for seed in Self.seeds {
            var random = Dice(seed: seed)
            let scene = try Scene(&random)
            let shuffled = scene.policies.map { $0.shuffled(&random) }.shuffled(using: &random)
            let first = scene.decide(scene.policies, explains: true)
            let second = scene.decide(shuffled, explains: true)
            #expect(first.transcript == second.transcript, "seed \(seed)")
            #expect(first.verdict == first.reasons.first?.effect, "seed \(seed)")
            verdicts.insert(first.verdict)
        }
        #expect(verdicts.count == Verdict.allCases.count, "the scenes are not varied enough")
    }

    @Test func addingWhatCanOnlyTightenNeverLoosens() throws {
        for seed in Self.seeds {
            var random = Dice(seed: seed)
            let scene = try Scene(&random)
            let before = scene.decide(scene.policies).verdict
            for extra in try Scene.tightening(&random) {
                let after = scene.decide(scene.policies + [extra]).verdict
                #expect(after >= before, "seed \(seed): \(extra)")
            }
        }
    }

    /// Whatever the broken condition would have answered, its failure is at least as strict.
    @Test func noErrorIsLooserThanAnAnswer() throws {
        for seed in Self.seeds {
            var random = Dice(seed: seed)
            let scene = try Scene(&random)
            let verdict = Verdict.allCases.randomElement(using: &random) ?? .deny
            func decide(_ when: String) throws -> [Decision] {
                let rule = try Sample.rule(when, verdict, line: 900)
                let freeze = try Sample.freeze(
                    .between(.distantPast, .distantFuture), when: when, verdict: verdict, line: 901)
                return [
                    Sample.policy(default: nil, allow: [rule]), Sample.policy(default: nil, restrict: [rule]),
                    Sample.policy(default: nil, freezes: [freeze]),
                ].map { scene.decide(scene.policies + [$0]) }
            }
            let (yes, no, broken) = (try decide("true"), try decide("false"), try decide("1 / 0 == 1"))
            for index in broken.indices {
                #expect(broken[index].verdict >= max(yes[index].verdict, no[index].verdict), "seed \(seed), \(index)")
            }
        }
    }

    @Test func noGuardErrorPermits() throws {
        for seed in Self.seeds {
            var random = Dice(seed: seed)
            let scene = try Scene(&random)
            let failing = try #require(["string(1 / 0)", "incident.labels.nobody"].randomElement(using: &random))
            let broken = [
                Sample.policy(limits: [try Sample.limit(per: [failing], concurrent: 99, line: 900)]),
                Sample.policy(breakers: [try Sample.breaker(per: [failing], line: 901)]),
                Sample.policy(freezes: [
                    try Sample.freeze(.between(.distantPast, .distantFuture), when: "1 / 0 == 1", line: 902)
                ]),
            ]
            for policy in broken {
                #expect(scene.decide(scene.policies + [policy]).verdict == .deny, "seed \(seed)")
            }
        }
    }
}

/// Random policies, a plan, and runs that came before.
private struct Scene {
    private typealias Sample = PolicySample

    let policies: [Policy]
    let request: DecisionRequest
    let runs: [(start: Int, end: Int?, outcome: RunOutcome)]

    init(_ random: inout Dice) throws {
        var line = 0
        policies = try (0..<Int.random(in: 1...3, using: &random)).map { file in
            try Self.policy(file, &line, &random)
        }
        let targets = (0..<Int.random(in: 1...3, using: &random)).map { index in
            Sample.target(
                "w\(index)", service: random.pick(["payments", "search", nil]),
                environment: random.pick(["staging", "production", nil]), population: random.pick([1, 4, 20, nil]))
        }
        let steps = targets.indices.flatMap { index in
            [Sample.step(on: index), Sample.step("queue.drain", on: index, effect: random.pick(Effect.allCases))]
        }
        request = Sample.request(Sample.plan(targets: targets, steps: steps))
        runs = (0..<Int.random(in: 0...5, using: &random)).map { index in
            (-100 * (6 - index), random.pick([-50 * (6 - index), nil]), random.pick(RunOutcome.allCases))
        }
    }

    func decide(_ policies: [Policy], explains: Bool = false) -> Decision {
        let set = PolicySet(policies: policies, topology: Topology(services: []))
        return set.decide(request, ledger: Sample.ledger(runs, of: set, plan: request.plan), explains: explains)
    }

    /// One policy for each thing that can only tighten.
    static func tightening(_ random: inout Dice) throws -> [Policy] {
        var line = 500
        let source = try policy(9, &line, &random)
        return [
            Sample.policy(default: nil, restrict: source.restrict), Sample.policy(default: nil, limits: source.limits),
            Sample.policy(default: nil, freezes: source.freezes),
            Sample.policy(default: nil, breakers: source.breakers),
            Sample.policy(default: nil, protected: source.protected),
        ]
    }

    /// Strict ones are rare: two policies with many would deny everything, and prove nothing.
    private static let verdicts: [Verdict] =
        Array(repeating: .automatic, count: 5) + Array(repeating: .approval, count: 3) + [.advisory, .deny]

    private static let conditions = [
        "true", "false", "false", "storm", "plan.steps > 5",
        "target.id == 'w0'", "target.environment == 'production'", "action.kind == 'restart'",
        "incident.labels.nobody == ''", "blast.fraction > 0.3", "int(target.id) > 0", "plan.targets > 1",
        "action.effect == 'destructive'", "has(target.population) && target.population > 3",
    ]

    private static func policy(_ file: Int, _ line: inout Int, _ random: inout Dice) throws -> Policy {
        Policy(
            name: "policy \(file)", defaultVerdict: random.pick(verdicts + [nil]),
            allow: try rules(&line, &random), restrict: try rules(&line, &random),
            limits: try some(&line, &random) { line, random in
                try Sample.limit(
                    per: random.pick([[], ["target.service"], ["target.id", "runbook"], ["runbook"]]),
                    rate: random.pick([nil, Limit.Rate(runs: 2, window: .seconds(300))]),
                    cooldown: random.pick([nil, .seconds(60)]), concurrent: random.pick([nil, 2]),
                    percent: random.pick([nil, 25]), otherwise: random.pick(verdicts), line: line)
            },
            freezes: try some(&line, &random) { line, random in
                try Sample.freeze(
                    .weekly(fromMinute: Int.random(in: 0..<10080, using: &random), toMinute: 600),
                    when: random.pick(conditions + [nil]), verdict: random.pick(verdicts), line: line)
            },
            breakers: try some(&line, &random) { line, random in
                try Sample.breaker(
                    per: random.pick([["runbook"], ["target.id"]]), failures: 1, of: 3,
                    verdict: random.pick(verdicts), line: line)
            },
            protected: try some(&line, &random) { line, random in
                Protected(
                    kind: random.pick([nil, "service"]), id: random.pick(["w7", "search"]),
                    location: Sample.place(line))
            },
            location: Sample.place(line, file: "policies/\(file).yaml"))
    }

    private static func rules(_ line: inout Int, _ random: inout Dice) throws -> [Rule] {
        try some(&line, &random) { line, random in
            let approval = Approval(
                from: random.pick([[], ["sre"], ["sre", "web"], ["sre", "web"], ["web"]]), count: 1,
                expires: .seconds(line * 60))
            return try Sample.rule(
                random.pick(conditions), random.pick(verdicts), line: line,
                approval: random.pick([nil, approval]))
        }
    }

    private static func some<Element>(
        _ line: inout Int, _ random: inout Dice, _ make: (Int, inout Dice) throws -> Element
    ) throws -> [Element] {
        var made: [Element] = []
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            line += 1
            made.append(try make(line, &random))
        }
        return made
    }
}

extension Policy {
    fileprivate func shuffled(_ random: inout Dice) -> Policy {
        Policy(
            name: name, defaultVerdict: defaultVerdict, allow: allow.shuffled(using: &random),
            restrict: restrict.shuffled(using: &random), limits: limits.shuffled(using: &random),
            freezes: freezes.shuffled(using: &random), breakers: breakers.shuffled(using: &random),
            protected: protected.shuffled(using: &random), location: location)
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
private struct Dice: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func pick<Element>(_ choices: [Element]) -> Element {
        choices[Int.random(in: choices.indices, using: &self)]
    }
}
