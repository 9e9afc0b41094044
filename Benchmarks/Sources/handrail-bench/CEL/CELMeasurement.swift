internal import CEL
internal import Glibc

/// How long one evaluation takes, in several forms: a line for each, of a name and nanoseconds separated by tabs.
///
/// Processor time, not time on the wall: what others do on the machine then counts for little. The least of the rounds is
/// the one that was least disturbed.
enum CELMeasurement {
    private static let rounds = 9
    private static let policyCount = 1_000

    static func run() throws {
        let program = try CELQuestion.program(CELQuestion.expression)
        let empty = try CELQuestion.program("true")
        let facts = CELFacts(CELQuestion.facts)
        let group = CELProgramGroup([program])
        let slots = group.slots(for: facts)
        guard group.loweredCount == 1 else { throw BenchError("the expression is not lowered") }
        try report("handrail: lowered, slots filled", 1_000_000) { try isTrue(try group.evaluate(0, slots)) }
        try report("handrail: filling the slots", 100_000) { group.slots(for: facts).facts["action"] != nil }
        func evaluateEmpty() throws -> Bool { try isTrue(try empty.evaluate(facts)) }
        try report("handrail: closures (general path)", minus: evaluateEmpty, 300_000) {
            try isTrue(try program.evaluate(facts))
        }
        try report("handrail: tree walker, explaining", 10_000) { try isTrue(try program.explain(facts).result.get()) }
        try reportPolicies(facts)
    }

    private static func reportPolicies(_ facts: CELFacts) throws {
        let programs = try CELQuestion.policies(policyCount)
        let group = CELProgramGroup(programs)
        guard group.loweredCount == policyCount else { throw BenchError("not all policies are lowered") }
        try report("handrail: 1,000 policies on one decision, slots filled too", 300) {
            let slots = group.slots(for: facts)
            var matching = 0
            for place in 0..<policyCount where try isTrue(try group.evaluate(place, slots)) { matching += 1 }
            return matching > 0 && matching < policyCount
        }
    }

    private static func isTrue(_ value: CELValue) throws -> Bool {
        if case .bool(let bool) = value { return bool }
        throw BenchError("the expression gives \(value)")
    }

    private static func report(
        _ name: String, minus empty: (() throws -> Bool)? = nil, _ count: Int, _ work: () throws -> Bool
    ) throws {
        let whole = try best(count, work)
        let overhead = try empty.map { try best(count, $0) }
        print(name, tenths(whole), overhead.map(tenths) ?? "-", separator: "\t")
    }

    /// Nanoseconds for one time.
    private static func best(_ count: Int, _ work: () throws -> Bool) throws -> Double {
        var best = Double.infinity
        for _ in 0..<rounds {
            let start = processorNanoseconds()
            var held = 0
            for _ in 0..<count where try work() { held += 1 }
            best = min(best, Double(processorNanoseconds() - start) / Double(count))
            guard held == count else { throw BenchError("an answer was false") }
        }
        return best
    }

    private static func processorNanoseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    private static func tenths(_ nanoseconds: Double) -> String {
        let tenths = Int((nanoseconds * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}
