import CEL
import Testing

@testable import HandrailCore

@Suite struct PolicyFactsTests {
    private typealias Sample = PolicySample

    private static let full = Sample.request(
        Sample.plan(steps: [Sample.step(undo: .argv([.text("undo"), .text("it")], parameters: []))]))
    private static let sparse = Sample.request(
        Sample.plan(
            targets: [Target(kind: "host", id: "a", service: nil)],
            steps: [Sample.step(rehearsal: .none(because: ""), undo: .impossible(because: ""))], verification: nil))

    private func facts(_ request: DecisionRequest, ledger: RunLedger = RunLedger(memory: .zero)) throws -> CELFacts {
        let built = PolicyFacts(request, topology: Topology(services: []), ledger: ledger)
        return try #require(built.subjects.first).facts
    }

    @Test func everyDeclaredFactIsBuiltWithItsType() throws {
        for (request, isFull) in [(Self.full, true), (Self.sparse, false)] {
            let facts = try facts(request)
            for variable in FactDeclarations.policy().variables {
                let value = try #require(facts[variable.name], "\(variable.name) is not built")
                check(value, is: variable.type, variable.name, wantsOptional: isFull)
            }
        }
    }

    @Test func nothingIsBuiltThatIsNotDeclared() throws {
        let facts = try facts(Self.full)
        for variable in FactDeclarations.policy().variables {
            guard case .object(let type) = variable.type, let value = facts[variable.name],
                case .map(let map) = value
            else { continue }
            #expect(map.count == type.fields.count, "\(variable.name)")
        }
    }

    private func check(_ value: CELValue, is type: CELType, _ path: String, wantsOptional: Bool) {
        switch (type, value) {
        case (.object(let object), .map(let map)):
            for field in object.fields {
                let path = "\(path).\(field.name)"
                guard let value = map[field.name] else {
                    #expect(field.isOptional && !wantsOptional, "\(path) is not built")
                    continue
                }
                check(value, is: field.type, path, wantsOptional: wantsOptional)
            }
        case (.enumeration(let enumeration), .string(let text)): #expect(enumeration.values.contains(text), "\(path)")
        case (.string, .string), (.int, .int), (.bool, .bool), (.double, .double), (.timestamp, .timestamp),
            (.list, .list), (.map, .map):
            break
        case (_, let value): Issue.record("\(path) is \(value), declared as \(type)")
        }
    }

    @Test(arguments: [
        "has(action.rollback) && action.rollback == 'undo it'", "has(action.rehearsal)", "action.kind == 'restart'",
        "has(target.population) && target.population == 4", "target.tier == 'critical'",
        "plan.verified && plan.undoable && plan.steps == 1",
        "blast.targets == 1 && blast.fraction == 0.25", "source.authenticated && !storm",
        "runbook.name == 'restart' && runbook.owner == 'payments-oncall'", "now == timestamp('2023-11-14T22:13:20Z')",
    ])
    func rulesSeeThePlan(when: String) throws {
        #expect(try Sample.program(when).outcome(facts(Self.full)) == .applied)
    }

    @Test(arguments: [
        "!has(action.rollback) && !has(action.rehearsal) && !has(target.population)", "blast.fraction == 1.0",
        "target.service == '' && target.environment == '' && target.tier == ''", "!plan.verified && !plan.undoable",
    ])
    func whatIsUnknownReadsAsDeclared(when: String) throws {
        #expect(try Sample.program(when).outcome(facts(Self.sparse)) == .applied)
    }

    @Test func theBlastCountsTargetsOfRunsInFlight() throws {
        let set = Sample.set()
        let other = Sample.plan(targets: [Sample.target("w7"), Sample.target("w2")])
        let ledger = Sample.ledger([(-9, nil, .failed), (-9, -8, .failed)], of: set, plan: other)
        let facts = try facts(Self.full, ledger: ledger)
        #expect(try Sample.program("blast.targets == 2 && blast.fraction == 0.5").outcome(facts) == .applied)
    }

    @Test func groupsAreThoseOfEveryStepOnEveryTarget() throws {
        let set = Sample.set(
            Sample.policy(
                limits: [try Sample.limit(per: ["target.id", "action.kind"], concurrent: 1)],
                breakers: [try Sample.breaker()]))
        let plan = Sample.plan(targets: [Sample.target("w2"), Sample.target("w3")])
        #expect(
            set.groups(of: Sample.request(plan)) == [
                Sample.place(10): ["w2\u{0}restart", "w3\u{0}restart"], Sample.place(30): ["restart"],
            ])
    }

    @Test func theLedgerRemembersForAsLongAsAnythingCounts() throws {
        #expect(Sample.set().longestWindow == .seconds(86_400))
        let limits = [
            try Sample.limit(rate: Limit.Rate(runs: 1, window: .seconds(90_000)), cooldown: .seconds(100_000)),
            try Sample.limit(rate: Limit.Rate(runs: 1, window: .seconds(95_000))),
        ]
        let set = Sample.set(Sample.policy(limits: limits, breakers: [try Sample.breaker(of: 7)]))
        #expect(set.longestWindow == .seconds(100_000))
        #expect(set.longestHistory == 7)
    }
}
