/// What people ask for.
extension Engine {
    /// Does what a person asks for, or says why not. Either is kept. One that was handled before changes nothing.
    ///
    /// - Returns: why it was not done; nil where it was, now or before.
    @discardableResult
    public mutating func handle(_ made: MadeRequest, by person: Person, into emit: Emit) -> String? {
        if let handled = made.id.flatMap({ handledRequests[$0] }) {
            return handled.by == person ? handled.refusal : "\(handled.by.name) made a request of this id before"
        }
        var consequences: [TimelineEntry] = []
        let refusal = refusal(of: made.request, by: person) { consequences.append($0) }
        note(made, by: person, refusal)
        emit(entry(.state(.request(made, by: person, refusal: refusal))))
        for consequence in consequences { emit(consequence) }
        return refusal
    }

    mutating func note(_ made: MadeRequest, by person: Person, _ refusal: String?) {
        guard let id = made.id else { return }
        handledRequests.note(HandledRequest(id: id, at: now, by: person, refusal: refusal))
        handledRequests.forget(at: now)
    }

    private mutating func refusal(of request: PersonRequest, by person: Person, _ emit: Emit) -> String? {
        guard isOnCall(person) else { return "\(person.name) has no role in `people:`" }
        do {
            switch request {
            case .approve(let run, let digest): try approve(run, digest, by: person, emit)
            case .reject(let run, let because):
                try advance(run: run, with: .rejected(by: person, because: because), into: emit)
            case .cancel(let run, _): try advance(run: run, with: .cancelled(by: person), into: emit)
            case .rollBack(let run, _): try rollBack(run, by: person, emit)
            case .takeOver(let run, _):
                try advance(run: run, with: .resolved(by: person, .takeOver), into: emit)
            case .pause(let scope, let because): pauses[scope] = Pause(by: person, because: because)
            case .resume(let scope):
                guard pauses.removeValue(forKey: scope) != nil else { return "\(scope) is not paused" }
            case .release(let target, _):
                guard let key = quarantined(target) else { return "no target `\(target)` is quarantined" }
                quarantines[key] = nil
            }
            return nil
        } catch {
            return error.message
        }
    }

    /// Where nobody is named, whoever can reach the engine may ask.
    private func isOnCall(_ person: Person) -> Bool {
        roles.isEmpty || roles.values.contains { $0.contains { ExactText($0) == person.name } }
    }

    private mutating func approve(
        _ id: Int, _ digest: String, by person: Person, _ emit: Emit
    ) throws(IllegalRunEvent) {
        guard let run = runView(id)?.run else { throw IllegalRunEvent(message: "there is no run \(id) under way") }
        guard case .pending(let question, _) = run.state else {
            throw IllegalRunEvent(message: "run \(id) does not wait for an approval")
        }
        let accepted = question.approval.from
        let isAccepted = accepted.contains { role in
            (roles[role] ?? []).contains { ExactText($0) == person.name }
        }
        guard accepted.isEmpty || isAccepted else {
            throw IllegalRunEvent(message: "it takes \(accepted.joined(separator: " or ")) to approve it")
        }
        try advance(run: id, with: .approved(by: person, digest: digest), into: emit)
    }

    /// A run that waits for a person is resolved; one under way is cancelled, which undoes what has run.
    private mutating func rollBack(_ id: Int, by person: Person, _ emit: Emit) throws(IllegalRunEvent) {
        guard let run = runView(id)?.run else { throw IllegalRunEvent(message: "there is no run \(id) to undo") }
        switch run.state {
        case .held, .stuck, .finished: try advance(run: id, with: .resolved(by: person, .rollBack), into: emit)
        case .checking, .running, .probing, .verifying, .rollingBack:
            try advance(run: id, with: .cancelled(by: person), into: emit)
        case .proposed, .rehearsing, .pending:
            throw IllegalRunEvent(message: "run \(id) has changed nothing yet; cancel or reject it instead")
        }
    }

    /// By `kind id`, `kind:id` or the id alone.
    func quarantined(_ name: String) -> ExactText? {
        quarantines.sorted { $0.key < $1.key }.first { _, quarantine in
            let target = quarantine.target
            return [target.id, target.description, "\(target.kind):\(target.id)"].contains { $0.hasSameBytes(as: name) }
        }?.key
    }

    /// What is paused, with who did it and why, sorted.
    public var pausedScopes: [(scope: PauseScope, by: Person, because: String)] {
        pauses.sorted { $0.key < $1.key }.map { ($0.key, $0.value.by, $0.value.because) }
    }

    /// Sorted by target.
    public var quarantinedTargets: [Quarantine] {
        quarantines.values.sorted { $0.target < $1.target }
    }
}
