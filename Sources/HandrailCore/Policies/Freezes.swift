internal import CEL

/// Times in which a person decides.
extension [Freeze] {
    /// Says `not frozen` once where no freeze is on.
    func judge(_ facts: PolicyFacts, into draft: inout DecisionDraft) {
        let findings = flatMap { $0.findings(facts, into: &draft) }
        for finding in findings { draft.add(finding) }
        guard findings.isEmpty, let first = map(\.location).min() else { return }
        draft.add(GuardFinding(.freeze, "freeze", at: first, text: "not frozen"))
    }
}

extension Freeze {
    private static let minutesPerDay = 24 * 60
    private static let minutesPerWeek = 7 * minutesPerDay
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// Empty where the freeze is off, or is for other plans. Its condition is only asked while the window is open.
    fileprivate func findings(_ facts: PolicyFacts, into draft: inout DecisionDraft) -> [GuardFinding] {
        guard isOpen(at: facts.now) else { return [] }
        guard let when else { return [holding] }
        let question = TrialQuestion(source: .freeze, rule: name, location: location, verdict: verdict)
        return facts.subjects.enumerated().compactMap { index, subject in
            switch draft.answer(when, subject.facts, as: question, subject: index) {
            case .applied: holding
            case .didNotApply: nil
            case .failed(let message): .failed(.freeze, name, at: location, because: message)
            }
        }
    }

    private var holding: GuardFinding {
        let text = "frozen by \(name) until \(end)"
        return GuardFinding(
            .freeze, name, at: location, text: text,
            refusal: GuardFinding.Refusal(effect: verdict, detail: text))
    }

    func isOpen(at now: Timestamp) -> Bool {
        switch window {
        case .between(let from, let to): return from <= now && now < to
        case .weekly(let from, let to):
            let minute = minuteOfWeek(at: now)
            // From a minute until the same one is the whole week: nobody writes down a freeze that never is.
            return from < to ? from <= minute && minute < to : from <= minute || minute < to
        }
    }

    /// Minutes since Monday 00:00 by the clocks of the zone.
    private func minuteOfWeek(at now: Timestamp) -> Int {
        let seconds = now.milliseconds.flooredQuotient(by: 1000)
        // Added after reducing: a time at the end of time has no room for an offset. The epoch was a Thursday.
        let secondsPerWeek = Int64(Self.minutesPerWeek * 60)
        let inWeek = seconds - seconds.flooredQuotient(by: secondsPerWeek) * secondsPerWeek
        let local = inWeek + Int64(zone.offsetSeconds(atUnixSeconds: seconds) + 3 * Self.minutesPerDay * 60)
        let weeks = local.flooredQuotient(by: secondsPerWeek)
        return Int((local - weeks * secondsPerWeek) / 60)
    }

    private var end: String {
        switch window {
        case .between(_, let to): return "\(BindingFacts.time(to))"
        case .weekly(_, let to):
            let day = Self.days[to / Self.minutesPerDay % Self.days.count]
            return "\(day) \(Self.twoDigits(to % Self.minutesPerDay / 60)):\(Self.twoDigits(to % 60)) \(zoneName)"
        }
    }

    private static func twoDigits(_ number: Int) -> String {
        number < 10 ? "0\(number)" : "\(number)"
    }
}

extension Int64 {
    /// Rounded towards the past, where `/` rounds towards 1970.
    fileprivate func flooredQuotient(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
