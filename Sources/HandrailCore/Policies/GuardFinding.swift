/// What one guard measured in one place: for one group, one service, one window.
struct GuardFinding: Hashable, Comparable {
    struct Refusal: Hashable {
        let effect: Verdict
        /// One lowercase sentence.
        let detail: String
    }

    let source: Reason.Source
    let rule: String
    let location: FileLocation
    /// The order among findings of one rule: rate, cooldown, concurrent, blast radius.
    let part: Int
    let text: String
    /// Nil where the plan may pass.
    let refusal: Refusal?

    init(
        _ source: Reason.Source, _ rule: String, at location: FileLocation, part: Int = 0, text: String,
        refusal: Refusal? = nil
    ) {
        self.source = source
        self.rule = rule
        self.location = location
        self.part = part
        self.text = text
        self.refusal = refusal
    }

    /// A guard that gives no answer denies.
    static func failed(
        _ source: Reason.Source, _ rule: String, at location: FileLocation, because message: String
    ) -> GuardFinding {
        let text = "\(source.rawValue) `\(rule)` cannot be evaluated"
        return GuardFinding(
            source, rule, at: location, text: text,
            refusal: Refusal(effect: .deny, detail: "cannot be evaluated, so it denies: \(message)"))
    }

    var report: GuardReport { GuardReport(name: rule, text: text, isHolding: refusal != nil) }

    /// By kind of guard, place and part: never by the order in which they were asked.
    static func < (left: GuardFinding, right: GuardFinding) -> Bool {
        if left.source != right.source { return left.source.rank < right.source.rank }
        if left.location != right.location { return left.location < right.location }
        if left.part != right.part { return left.part < right.part }
        return left.words.lexicographicallyPrecedes(right.words)
    }

    private var words: [ExactText] {
        [rule, text, refusal?.effect.rawValue ?? "", refusal?.detail ?? ""].map { ExactText($0) }
    }
}
