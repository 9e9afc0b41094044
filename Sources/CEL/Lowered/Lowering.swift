/// Turns formulas of many programs into tests of slots that they share.
struct Lowering {
    /// A test before its slot knows all the literals that it is compared with.
    private struct Draft {
        let slot: Int
        let question: SlotTest.Question
        let literal: Formula.Literal
        let isNegated: Bool
        let ifYes: Jump
        let ifNo: Jump
    }

    private var drafts: [Draft] = []
    private var slots: [SlotSubject: Int] = [:]
    private var subjects: [(subject: SlotSubject, literals: [String])] = []

    /// Where the tests of a formula begin.
    mutating func add(_ formula: Formula) -> Jump {
        add(formula, ifTrue: .toTrue, ifFalse: .toFalse, isNegated: false)
    }

    /// What comes later is added first, so that its place is known.
    private mutating func add(_ formula: Formula, ifTrue: Jump, ifFalse: Jump, isNegated: Bool) -> Jump {
        switch formula {
        case .not(let inner): return add(inner, ifTrue: ifFalse, ifFalse: ifTrue, isNegated: !isNegated)
        case .every(let operands):
            return operands.reversed().reduce(ifTrue) { next, operand in
                add(operand, ifTrue: next, ifFalse: ifFalse, isNegated: isNegated)
            }
        case .any(let operands):
            return operands.reversed().reduce(ifFalse) { next, operand in
                add(operand, ifTrue: ifTrue, ifFalse: next, isNegated: isNegated)
            }
        case .question(let question, let subject, let literal):
            drafts.append(
                Draft(
                    slot: slot(of: subject, comparedWith: literal), question: question, literal: literal,
                    isNegated: isNegated, ifYes: ifTrue, ifNo: ifFalse))
            return Jump(target: Int32(drafts.count - 1))
        }
    }

    private mutating func slot(of subject: SlotSubject, comparedWith literal: Formula.Literal) -> Int {
        let slot = slots[subject] ?? subjects.count
        if slot == subjects.count {
            slots[subject] = slot
            subjects.append((subject, []))
        }
        if case .text(let text) = literal { subjects[slot].literals.append(text) }
        return slot
    }

    /// All tests, and what fills the slots that they look at.
    func finish() -> (tests: SlotTests, readers: [SlotReader]) {
        let readers = subjects.map { SlotReader($0.subject, literals: $0.literals) }
        let tests = drafts.map { draft in
            SlotTest(
                slot: Int32(draft.slot), question: draft.question, kind: draft.literal.kind,
                isNegated: draft.isNegated, ifYes: draft.ifYes, ifNo: draft.ifNo,
                operand: readers[draft.slot].operand(draft.literal))
        }
        return (SlotTests(tests: tests), readers)
    }
}

extension SlotReader {
    /// - Parameter literals: in any order, with repetitions.
    fileprivate init(_ subject: SlotSubject, literals: [String]) {
        var distinct: [String] = []
        for literal in literals.sorted(by: { $0.precedes($1) })
        where distinct.last.map({ !$0.hasSameBytes(as: literal) }) ?? true {
            distinct.append(literal)
        }
        self.init(path: subject.path, aspect: subject.aspect, literals: distinct)
    }

    fileprivate func operand(_ literal: Formula.Literal) -> Double {
        switch literal {
        case .text(let text): place(of: text)
        case .number(let number): number
        case .bool(let bool): bool ? 1 : 0
        case .none: 0
        }
    }
}

extension Formula {
    /// What comparing its texts costs at most, as long as no fact is a long text.
    var costBound: Int {
        switch self {
        case .every(let operands), .any(let operands): operands.reduce(0) { $0 + $1.costBound }
        case .not(let inner): inner.costBound
        case .question(_, _, let literal):
            // One is for an element of a list.
            1 + max(SlotReader.textLimitBytes, literal.byteCount) / Budget.bytesPerStep
        }
    }
}

extension Formula.Literal {
    fileprivate var byteCount: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .number, .bool, .none: 0
        }
    }
}
