/// Programs that are asked together about the same facts, such as the rules of all policies.
///
/// Those of the common shape (comparisons of a path with literals, `in` a list of literals, `has`, `size`, facts that are
/// true or false, and `&&`, `||` and `!` of these) are lowered to tests of slots. A slot holds what one path leads to, and
/// is filled once for all of them by ``slots(for:)``. Where a slot holds what a test cannot tell apart, or what is an error,
/// and it matters, the program is evaluated as if it stood alone: so the answers are always the same.
public struct CELProgramGroup: Sendable {
    private struct Member: Sendable {
        let program: CELProgram
        let lowered: Lowered?
    }

    private struct Lowered: Sendable {
        let start: Jump
        /// No evaluation costs more, as long as no text is a long one.
        let costBound: Int
    }

    private let members: [Member]
    private let tests: SlotTests
    private let readers: [SlotReader]

    /// The programs keep their places.
    public init(_ programs: [CELProgram]) {
        var lowering = Lowering()
        members = programs.map { program in
            let reader = FormulaReader(tree: program.tree, plan: program.plan)
            guard let formula = reader.formula(program.tree.root) else { return Member(program: program, lowered: nil) }
            let bound = program.tree.nodes.count + formula.costBound
            return Member(program: program, lowered: Lowered(start: lowering.add(formula), costBound: bound))
        }
        (tests, readers) = lowering.finish()
    }

    /// The program at a place.
    public subscript(index: Int) -> CELProgram { members[index].program }

    /// How many of the programs have the common shape.
    public var loweredCount: Int { members.reduce(0) { $0 + ($1.lowered == nil ? 0 : 1) } }

    /// What the programs read of these facts. Only for this group.
    public func slots(for facts: CELFacts) -> CELSlots {
        CELSlots(facts: facts, slots: readers.map { $0.read(facts) })
    }

    /// As ``CELProgram/evaluate(_:costLimit:)`` of the program at `index` with the facts of `slots`: the same value, or
    /// the same error.
    public func evaluate(
        _ index: Int, _ slots: CELSlots, costLimit: Int = 100_000
    ) throws(CELError) -> CELValue {
        if let lowered = members[index].lowered, lowered.costBound <= costLimit,
            let holds = tests.result(from: lowered.start, slots)
        {
            return .bool(holds)
        }
        return try members[index].program.evaluate(slots.facts, costLimit: costLimit)
    }
}

/// What the programs of a group read of some facts, each path once.
public struct CELSlots: Sendable {
    /// What was read.
    public let facts: CELFacts
    let slots: [Slot]
    /// Whether a text is so long that comparing it may cost more than a lowered program accounts for.
    let hasLongText: Bool

    init(facts: CELFacts, slots: [Slot]) {
        self.facts = facts
        self.slots = slots
        hasLongText = slots.contains { $0.kind == .long }
    }
}
