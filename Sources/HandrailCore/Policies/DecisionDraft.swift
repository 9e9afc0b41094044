internal import CEL

/// What rules, guards and interlocks said so far, in whatever order they were asked.
struct DecisionDraft {
    /// The verdict's floor and why: the decision is the strictest of these.
    private var reasons: Set<Reason> = []
    private var findings: Set<GuardFinding> = []
    private var approvals: Set<Approval> = []
    private var trials: [TrialKey: (subject: Int, trial: RuleTrial)] = [:]
    private let explains: Bool

    init(explains: Bool) {
        self.explains = explains
    }

    mutating func add(_ reason: Reason) {
        reasons.insert(reason)
    }

    /// - Parameter approval: of a rule that applies. What it asks for counts even where something else asks a person.
    mutating func add(_ approval: Approval?) {
        if let approval { approvals.insert(approval) }
    }

    mutating func add(_ finding: GuardFinding) {
        findings.insert(finding)
        guard let refusal = finding.refusal else { return }
        add(
            Reason(
                source: finding.source, rule: finding.rule, location: finding.location, effect: refusal.effect,
                detail: refusal.detail))
    }

    /// Asks one question of one subject, and keeps how the answer came about where explanations are wanted.
    mutating func answer(
        _ program: CELProgram, _ facts: CELFacts, as question: @autoclosure () -> TrialQuestion, subject: Int
    ) -> RuleTrial.Outcome {
        let outcome = program.outcome(facts)
        if explains { keep(outcome, of: program, facts, as: question(), subject: subject) }
        return outcome
    }

    /// As above, for one of many conditions that read the same facts of the subject.
    mutating func answer(
        _ index: Int, of conditions: CELProgramGroup, _ slots: CELSlots, as question: @autoclosure () -> TrialQuestion,
        subject: Int
    ) -> RuleTrial.Outcome {
        let outcome = RuleTrial.Outcome { () throws(CELError) in try conditions.evaluate(index, slots) }
        if explains { keep(outcome, of: conditions[index], slots.facts, as: question(), subject: subject) }
        return outcome
    }

    /// Evaluates once more, by walking the tree: who wants no explanation pays nothing for it.
    private mutating func keep(
        _ outcome: RuleTrial.Outcome, of program: CELProgram, _ facts: CELFacts, as question: TrialQuestion,
        subject: Int
    ) {
        let explanation = program.explain(facts)
        let trial = RuleTrial(
            source: question.source, rule: question.rule, location: question.location, verdict: question.verdict,
            outcome: outcome, explanation: explanation)
        let key = TrialKey(question: question, outcome: outcome, values: explanation.values)
        if trials[key] == nil { trials[key] = (subject, trial) }
    }

    func decision() -> Decision {
        var reasons = reasons
        let asked = reasons.map(\.effect).max() ?? .deny
        let approval = Self.strictest(of: approvals)
        if asked >= .approval, approval == nil { reasons.insert(Self.noRoleFits) }
        return Decision(
            verdict: reasons.map(\.effect).max() ?? .deny, reasons: reasons.sorted(by: Self.precedes),
            guards: findings.sorted().map(\.report).withoutRepetition, approval: approval ?? .standard,
            trials: sortedTrials())
    }

    private static let noRoleFits = Reason(
        source: .interlock, rule: "no-common-role", location: nil, effect: .deny,
        detail: "no role satisfies all rules that ask for an approval")

    /// The roles that all of them accept, the highest count, the shortest time, without the author if one of them says so;
    /// nil where no role satisfies all.
    private static func strictest(of approvals: Set<Approval>) -> Approval? {
        guard let count = approvals.map(\.count).max(), let expires = approvals.map(\.expires).min() else {
            return .standard
        }
        let demands = approvals.map { Set($0.from.map { ExactText($0) }) }.filter { !$0.isEmpty }
        let common = demands.dropFirst().reduce(demands.first ?? []) { $0.intersection($1) }
        guard demands.isEmpty || !common.isEmpty else { return nil }
        return Approval(
            from: common.sorted().map(\.string), count: count, expires: expires,
            excludesAuthor: approvals.contains(where: \.excludesAuthor))
    }

    /// Strictest first, then by source, place and name.
    private static func precedes(_ left: Reason, _ right: Reason) -> Bool {
        if left.effect != right.effect { return left.effect > right.effect }
        if left.source != right.source { return left.source.rank < right.source.rank }
        if left.location != right.location { return (left.location ?? .nowhere) < (right.location ?? .nowhere) }
        return [left.rule, left.detail].map { ExactText($0) }
            .lexicographicallyPrecedes([right.rule, right.detail].map { ExactText($0) })
    }

    /// By place, then in the order of the plan.
    private func sortedTrials() -> [RuleTrial] {
        trials.sorted { left, right in
            if left.key.question != right.key.question { return left.key.question < right.key.question }
            if left.value.subject != right.value.subject { return left.value.subject < right.value.subject }
            return left.key.values.lexicographicallyPrecedes(right.key.values)
        }.map(\.value.trial)
    }
}

/// The rule that a trial is of.
struct TrialQuestion: Hashable, Comparable {
    let source: Reason.Source
    let rule: String
    let location: FileLocation
    let verdict: Verdict

    static func < (left: TrialQuestion, right: TrialQuestion) -> Bool {
        if left.location != right.location { return left.location < right.location }
        if left.source != right.source { return left.source.rank < right.source.rank }
        if left.verdict != right.verdict { return left.verdict < right.verdict }
        return ExactText(left.rule) < ExactText(right.rule)
    }
}

/// Trials that look the same to a reader are one.
private struct TrialKey: Hashable {
    let question: TrialQuestion
    let outcome: RuleTrial.Outcome
    let values: [ExactText]
}

extension CELExplanation {
    private static let valueLimitBytes = 1024

    fileprivate var values: [ExactText] {
        steps.map { step in
            switch step.outcome {
            case .value(let value): ExactText("\(step.text) = \(value.rendered(limit: Self.valueLimitBytes))")
            case .failed(let error): ExactText("\(step.text) failed: \(error.message)")
            case .notEvaluated: ExactText(step.text)
            }
        }
    }
}

extension CELProgram {
    /// A condition's answer, asked alone.
    func outcome(_ facts: CELFacts) -> RuleTrial.Outcome {
        RuleTrial.Outcome { () throws(CELError) in try evaluate(facts) }
    }
}

extension RuleTrial.Outcome {
    /// A condition's answer; anything but true and false is a failure.
    fileprivate init(_ evaluate: () throws(CELError) -> CELValue) {
        do throws(CELError) {
            let value = try evaluate()
            guard case .bool(let answer) = value else {
                self = .failed("it gives a value of type \(value.typeName.name), not true or false")
                return
            }
            self = answer ? .applied : .didNotApply
        } catch {
            self = .failed(error.message)
        }
    }
}

extension Reason.Source {
    /// The order in which reasons of the same strictness are told: first what no rule can change.
    var rank: Int {
        switch self {
        case .planning: 0
        case .interlock: 1
        case .protect: 2
        case .limit: 3
        case .freeze: 4
        case .breaker: 5
        case .restrict: 6
        case .allow: 7
        case .default: 8
        }
    }
}

extension FileLocation {
    /// Before every place in a file.
    fileprivate static let nowhere = FileLocation(file: "", line: 0, column: 0)
}

extension [GuardReport] {
    /// Each once, where it stood first.
    fileprivate var withoutRepetition: [GuardReport] {
        var seen: Set<GuardReport> = []
        return filter { seen.insert($0).inserted }
    }
}
