import CEL
import CELVectors
import Foundation
import Testing

/// The tree walker, the closures and the lowered form give the same: value, or error with its place.
///
/// More than the short run by hand: `HANDRAIL_CEL_EXPRESSIONS=1000000`, and another `HANDRAIL_CEL_SEED`.
@Suite struct OracleTests {
    static let seed = number("HANDRAIL_CEL_SEED") ?? 20_261_125
    static let count = number("HANDRAIL_CEL_EXPRESSIONS") ?? 10_000

    private static func number(_ name: String) -> Int? {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) }
    }

    @Test func allFormsAgreeOnRandomExpressionsAndFacts() {
        var random = SplitMix(state: UInt64(Self.seed))
        var maker = ExpressionMaker(random: SplitMix(state: UInt64(Self.seed) &+ 1))
        var tally = OracleTally()
        while tally.expressions < Self.count, tally.disagreements.count < 10 {
            let environment = random.below(5) == 0 ? RandomFacts.unchecked : RandomFacts.dynamic
            var programs: [CELProgram] = []
            while programs.count < 16 {
                if case .program(let program) = environment.compile(maker.expression()) { programs.append(program) }
            }
            let group = CELProgramGroup(programs)
            for _ in 0..<2 { tally.compare(programs, group, RandomFacts.make(&random), &random) }
            tally.expressions += programs.count
            tally.lowered += group.loweredCount
        }
        print("CEL forms: seed \(Self.seed), \(tally.report)")
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.joined(separator: "\n"))")
        // The run would show nothing if one kind of outcome, or of form, hardly occurred.
        let enough = tally.comparisons / 20
        #expect(min(tally.values, tally.errors, tally.spent, tally.lowered) > enough, "\(tally.report)")
    }

    /// What random facts seldom hit.
    @Test(arguments: [
        "[1, 2][5] == 1 || true", "true || 1 / 0 == 1", "(missing.a || storm) && false", "1 / 0 > 0 ? true : true",
        "[1].exists(x, x / 0 == 1 || x == 1)", "{'a': 1 / 0}['a'] == 1 && false", "!(missing.a) || !missing.b",
        "has(action.rollback) && action.rollback == ''", "incident.labels.tier in ['critical', 1, true, 2.0]",
        "9007199254740993 == blast.targets || blast.targets < 9007199254740992.5",
        "size(tags) == 2 && tags.size() >= 2u",
        "storm", "!storm", "action.kind", "action.kind == null", "tags == []", "has(target.owner.name)",
    ])
    func formsAgree(on source: String) throws {
        var random = SplitMix(state: UInt64(Self.seed))
        var tally = OracleTally()
        let program = try compiled(source, in: RandomFacts.dynamic)
        let group = CELProgramGroup([program])
        for _ in 0..<500 { tally.compare([program], group, RandomFacts.make(&random), &random) }
        #expect(tally.disagreements.isEmpty, "\(tally.disagreements.joined(separator: "\n"))")
    }

    @Test func bothFormsRefuseAtTheSameCost() throws {
        let source = "[1, 2, 3].all(x, tags.exists(y, y == 'a' && x > 0)) && 'production' in ['staging', 'production']"
        let program = try compiled(source, in: RandomFacts.dynamic)
        let facts = CELFacts(["tags": .list([.string("b"), .string("a")])])
        let outcomes = (0..<200).map { limit in
            let walked = Outcome(program.explain(facts, costLimit: limit).result)
            #expect(Outcome { () throws(CELError) in try program.evaluate(facts, costLimit: limit) } == walked)
            return walked
        }
        #expect(outcomes.first?.isSpent == true)
        #expect(outcomes.last == Outcome(.success(.bool(true))))
    }
}

/// What came of an evaluation, exactly.
private enum Outcome: Equatable {
    case value(CELValue)
    case error(CELError)

    init(_ result: Result<CELValue, CELError>) {
        switch result {
        case .success(let value): self = .value(value)
        case .failure(let error): self = .error(error)
        }
    }

    init(_ evaluate: () throws(CELError) -> CELValue) {
        do throws(CELError) {
            self = .value(try evaluate())
        } catch {
            self = .error(error)
        }
    }

    var isSpent: Bool {
        guard case .error(let error) = self else { return false }
        return error.message == "the expression costs more than its limit"
    }

    /// Errors by message and place; values as the vectors compare them.
    static func == (left: Outcome, right: Outcome) -> Bool {
        switch (left, right) {
        case (.value(let left), .value(let right)): left.isSame(as: right)
        case (.error(let left), .error(let right)): left == right
        case (.value, _), (.error, _): false
        }
    }
}

private struct OracleTally {
    var expressions = 0
    var comparisons = 0
    var values = 0
    var errors = 0
    /// Of the errors, those at the cost limit.
    var spent = 0
    var lowered = 0
    var disagreements: [String] = []

    var report: String {
        """
        \(expressions) expressions, \(comparisons) comparisons: \(values) values, \(errors) errors (\(spent) at the cost \
        limit), \(lowered) lowered
        """
    }

    mutating func compare(
        _ programs: [CELProgram], _ group: CELProgramGroup, _ facts: CELFacts, _ random: inout SplitMix
    ) {
        let slots = group.slots(for: facts)
        for (index, program) in programs.enumerated() {
            let limit = random.below(3) > 0 ? 100_000 : random.below(40)
            let walked = Outcome(program.explain(facts, costLimit: limit).result)
            let closures = Outcome { () throws(CELError) in try program.evaluate(facts, costLimit: limit) }
            let grouped = Outcome { () throws(CELError) in try group.evaluate(index, slots, costLimit: limit) }
            count(walked)
            if closures != walked { report(program, facts, limit, "closures \(closures)", walked) }
            if grouped != walked { report(program, facts, limit, "lowered \(grouped)", walked) }
        }
    }

    private mutating func count(_ outcome: Outcome) {
        comparisons += 1
        switch outcome {
        case .value: values += 1
        case .error: errors += 1
        }
        if outcome.isSpent { spent += 1 }
    }

    private mutating func report(
        _ program: CELProgram, _ facts: CELFacts, _ limit: Int, _ found: String, _ walked: Outcome
    ) {
        let read = RandomFacts.variables.map { name in "\(name) = \(facts[name]?.description ?? "nothing")" }
        disagreements.append(
            "`\(program.source)` at \(limit): \(found), tree \(walked), with \(read.joined(separator: "; "))")
    }
}
