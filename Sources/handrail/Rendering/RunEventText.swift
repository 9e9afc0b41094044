internal import HandrailCore

/// What happened to a run, in words: a heading, and what stands beside it.
struct RunEventText {
    let heading: String
    var content = ""
    var paint = Paint.plain
    var depth = 0

    /// Nil for what goes without saying.
    init?(_ event: RunEvent, state: RunState) {
        switch event {
        case .decided(let decision): self = Self.decided(decision)
        case .rehearsed(let step, let ending): self.init("dry-run of step \(step + 1)", ending)
        case .approved(let person, _): self = Self.approved(person, state)
        case .rejected(let person, let because):
            self.init(heading: "rejected by \(Self.name(person))", content: because, paint: .caution)
        case .withdrawn(let because): self.init(heading: "withdrawn", content: because)
        case .timePassed:
            guard case .finished(.expired) = state else { return nil }
            self.init(heading: "expired", content: "nobody answered in time", paint: .caution)
        case .confirmed(let step): self = Self.confirmed(step, state)
        case .refused(let step, let because):
            self.init(heading: "refused before step \(step + 1)", content: because, paint: .caution)
        case .gone(let step, let because):
            self.init(heading: "step \(step + 1) is left out", content: because)
        case .captured(let step, let values): self = Self.captured(step, values)
        case .stepEnded(let step, _, let ending): self.init("step \(step + 1) ended", ending)
        case .probed(let step, let answer): self = Self.probed(step, answer)
        case .verified(let answer): self = Self.verified(answer)
        case .undone(let step, let ending): self.init("undo of step \(step + 1)", ending)
        case .cancelled(let person): self.init(heading: "cancelled by \(Self.name(person))", paint: .caution)
        case .resolved(let person, .rollBack):
            self.init(heading: "\(Self.name(person)) rolls back", paint: .caution)
        case .resolved(let person, .takeOver):
            self.init(heading: "\(Self.name(person)) takes over", paint: .caution)
        case .recovered: self.init(heading: "the engine started again", paint: .caution)
        }
    }

    /// For tools: one word, which stays.
    static func name(_ event: RunEvent) -> String {
        switch event {
        case .decided: "sealed"
        case .rehearsed: "rehearsed"
        case .approved: "approved"
        case .rejected: "rejected"
        case .withdrawn: "withdrawn"
        case .timePassed: "time-passed"
        case .confirmed: "confirmed"
        case .refused: "refused"
        case .gone: "left-out"
        case .captured: "captured"
        case .stepEnded: "step-ended"
        case .probed: "probed"
        case .verified: "verified"
        case .undone: "undone"
        case .cancelled: "cancelled"
        case .resolved(_, .rollBack): "roll-back"
        case .resolved(_, .takeOver): "take-over"
        case .recovered: "recovered"
        }
    }

    private init(heading: String, content: String = "", paint: Paint = .plain, depth: Int = 0) {
        self.heading = heading
        self.content = TextEscape.line(content, limit: 400)
        self.paint = paint
        self.depth = depth
    }

    private init(_ heading: String, _ ending: StepEnding) {
        switch ending {
        case .succeeded: self.init(heading: heading, content: "succeeded", paint: .good)
        case .failed(let because): self.init(heading: heading, content: "failed: \(because)", paint: .bad)
        case .unknown(let because):
            self.init(heading: heading, content: "nobody knows whether it took effect: \(because)", paint: .bad)
        case .notStarted(let because):
            self.init(heading: heading, content: "nothing was started: \(because)", paint: .bad)
        case .outOfHand(let because): self.init(heading: heading, content: "is out of hand: \(because)", paint: .bad)
        }
    }

    private static func name(_ person: Person) -> String { TextEscape.line(person.name.string) }

    private static func decided(_ decision: RunDecision) -> RunEventText {
        switch decision {
        case .automatic: RunEventText(heading: "sealed", content: "policy lets it run")
        case .approval(let question):
            RunEventText(
                heading: "sealed",
                content: "asks \(ApprovalText.people(question.approval)) until "
                    + MomentText.dateAndTime(question.expiresAt))
        case .advisory: RunEventText(heading: "advised", content: "nothing is carried out")
        case .deny(let because): RunEventText(heading: "denied", content: because, paint: .bad)
        }
    }

    private static func approved(_ person: Person, _ state: RunState) -> RunEventText {
        guard case .pending(let question, _) = state else {
            return RunEventText(heading: "approved by \(name(person))", paint: .good)
        }
        let count = "\(question.approvals.count) of \(max(1, question.approval.count))"
        return RunEventText(heading: "approved by \(name(person))", content: count, paint: .good)
    }

    private static func confirmed(_ step: Int, _ state: RunState) -> RunEventText {
        guard case .running(let progress, _) = state else {
            return RunEventText(heading: "still allowed", content: "its dry-runs are too old, and come again")
        }
        let attempt = progress.attempt > 1 ? ", attempt \(progress.attempt)" : ""
        return RunEventText(heading: "step \(step + 1) begins", content: "still allowed\(attempt)", paint: .strong)
    }

    private static func captured(_ step: Int, _ values: [String: String]) -> RunEventText {
        let pairs = values.sorted { ExactText($0.key) < ExactText($1.key) }.map { "\($0.key) = \($0.value)" }
        return RunEventText(
            heading: "read for undo of step \(step + 1)", content: pairs.joined(separator: ", "), depth: 1)
    }

    private static func probed(_ step: Int, _ answer: ProbeAnswer) -> RunEventText {
        switch answer {
        case .healthy: RunEventText(heading: "probe", content: "healthy", paint: .good)
        case .unhealthy: RunEventText(heading: "probe", content: "not healthy", paint: .bad)
        case .inconclusive: RunEventText(heading: "probe", content: "gave no answer", paint: .caution)
        }
    }

    private static func verified(_ answer: VerificationAnswer) -> RunEventText {
        switch answer {
        case .successful: RunEventText(heading: "verified", content: "it helped", paint: .good)
        case .failed(let because): RunEventText(heading: "verification failed", content: because, paint: .bad)
        case .inconclusive(let because):
            RunEventText(heading: "verification", content: "without an answer: \(because)", paint: .caution)
        }
    }
}

/// Who may approve, in words.
enum ApprovalText {
    /// `2 people of sre or payments`
    static func people(_ approval: Approval) -> String {
        let roles = approval.from.map { TextEscape.line($0) }.joined(separator: " or ")
        let people = approval.count <= 1 ? "one person" : "\(approval.count) people"
        return people + (roles.isEmpty ? "" : " of \(roles)") + (approval.excludesAuthor ? " except the author" : "")
    }
}
