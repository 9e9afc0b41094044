/// One question about one slot, and where to go with the answer.
struct SlotTest: Sendable {
    enum Question: UInt8, Sendable {
        case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
        /// A fact that is true or false.
        case holds
        /// `has()`.
        case isPresent
    }

    enum Answer {
        case yes, no
        /// An error, or a value that this form does not tell apart.
        case unclear
        /// The closures have to say.
        case long
    }

    let slot: Int32
    let question: Question
    /// Of what it is compared with.
    let kind: Slot.Kind
    /// It stands under an odd number of `!`: yes makes the whole less true, not more.
    let isNegated: Bool
    let ifYes: Jump
    let ifNo: Jump
    let operand: Double

    @inline(__always)
    func answer(_ slot: Slot) -> Answer {
        guard slot.kind == kind else { return answerToOther(slot.kind) }
        let holds =
            switch question {
            case .equal: slot.number == operand
            case .notEqual: slot.number != operand
            case .less: slot.number < operand
            case .lessOrEqual: slot.number <= operand
            case .greater: slot.number > operand
            case .greaterOrEqual: slot.number >= operand
            case .holds: slot.number != 0
            case .isPresent: false
            }
        return holds ? .yes : .no
    }

    /// Values of different types are not equal; to ask which is less is an error. `has` has the kind of what is absent.
    private func answerToOther(_ other: Slot.Kind) -> Answer {
        switch (question, other) {
        case (.isPresent, .broken): .unclear
        case (.isPresent, _): .yes
        case (_, .long): .long
        case (_, .vast), (_, .absent), (_, .broken): .unclear
        case (.equal, _): .no
        case (.notEqual, _): .yes
        case (.less, _), (.lessOrEqual, _), (.greater, _), (.greaterOrEqual, _), (.holds, _): .unclear
        }
    }
}

/// The next test, or the end.
struct Jump: Sendable, Equatable {
    static let toTrue = Jump(target: -1)
    static let toFalse = Jump(target: -2)

    /// The place of a test if not below zero.
    let target: Int32
}

/// Tests of many programs, one after another. Jumps lead backwards, so that it always ends.
struct SlotTests: Sendable {
    let tests: [SlotTest]

    /// True, false, or nil where the closures have to say.
    ///
    /// In a formula of `&&` and `||`, with each `!` moved down to the questions, more that is true below never makes less
    /// true above. So what is true with all unclear answers against it is true whatever they are, and what is false with all
    /// of them for it is false. That is how `&&` and `||` absorb errors.
    func result(from start: Jump, _ slots: CELSlots) -> Bool? {
        let (worst, hasUnclear) = run(from: start, slots, favours: false)
        guard let worst else { return nil }
        guard hasUnclear else { return worst }
        // Past an error the closures evaluate operands that were skipped here, and a long text costs there.
        guard !slots.hasLongText else { return nil }
        return worst ? true : run(from: start, slots, favours: true).holds == false ? false : nil
    }

    private func run(
        from start: Jump, _ slots: CELSlots, favours: Bool
    ) -> (holds: Bool?, hasUnclear: Bool) {
        tests.withUnsafeBufferPointer { tests in
            slots.slots.withUnsafeBufferPointer { slots in
                var hasUnclear = false
                var place = start
                while place.target >= 0 {
                    let test = tests[Int(place.target)]
                    switch test.answer(slots[Int(test.slot)]) {
                    case .yes: place = test.ifYes
                    case .no: place = test.ifNo
                    case .unclear:
                        hasUnclear = true
                        place = favours != test.isNegated ? test.ifYes : test.ifNo
                    case .long: return (nil, hasUnclear)
                    }
                }
                return (place == .toTrue, hasUnclear)
            }
        }
    }
}
