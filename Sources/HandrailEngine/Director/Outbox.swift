internal import HandrailCore

/// What waits for the journal, and what waits behind that. One batch is in flight at a time; what comes meanwhile goes
/// together into the next.
struct Outbox: Sendable {
    /// What follows from a record once it is durable.
    enum Matter: Sendable {
        case decision(run: Int)
        case effects(run: Int, [RunEffect])
        /// People are to be told how it ended.
        case ended(RunView, [RunEffect])
    }

    private struct Batch: Sendable {
        var records: [JournalRecord] = []
        var entries: [TimelineEntry] = []
        var matters: [Matter] = []
        var answers: [(ticket: Int, Director.Answer)] = []

        var isEmpty: Bool { records.isEmpty && answers.isEmpty }
    }

    private var next = Batch()
    private var inFlight: Batch?
    private var outputs: [Director.Output] = []

    /// Nothing waits to be kept.
    var isEmpty: Bool { next.isEmpty && inFlight == nil }
    /// Nothing waits at all.
    var isSettled: Bool { isEmpty && outputs.isEmpty }

    mutating func add(_ record: JournalRecord, of entry: TimelineEntry, follow matter: Matter?) {
        next.records.append(record)
        next.entries.append(entry)
        if let matter { next.matters.append(matter) }
    }

    mutating func answer(_ ticket: Int, _ answer: Director.Answer) {
        next.answers.append((ticket, answer))
    }

    mutating func answerNow(_ ticket: Int, _ answer: Director.Answer) {
        outputs.append(.answer(ticket: ticket, answer))
    }

    /// For what changes nothing outside, or has been made durable before.
    mutating func put(_ output: Director.Output) {
        outputs.append(output)
    }

    mutating func appended() -> (count: Int, matters: [Matter]) {
        guard let batch = inFlight else { return (0, []) }
        inFlight = nil
        outputs.append(.kept(batch.entries))
        outputs += batch.answers.map { .answer(ticket: $0.ticket, $0.1) }
        return (batch.records.count, batch.matters)
    }

    /// What could not be kept waits on; who asked is told that nothing was kept, and asks again.
    mutating func appendFailed(_ because: String) {
        guard var batch = inFlight else { return }
        inFlight = nil
        for (ticket, _) in batch.answers + next.answers {
            outputs.append(.answer(ticket: ticket, .notKept(because: because)))
        }
        batch.answers = []
        batch.records += next.records
        batch.entries += next.entries
        batch.matters += next.matters
        next = batch
    }

    mutating func drain(mayAppend: Bool) -> [Director.Output] {
        if inFlight == nil, mayAppend, !next.isEmpty {
            if next.records.isEmpty {
                // Nothing new came of it, and all that was before is durable.
                outputs += next.answers.map { .answer(ticket: $0.ticket, $0.1) }
            } else {
                outputs.append(.append(next.records))
                inFlight = next
            }
            next = Batch()
        }
        defer { outputs = [] }
        return outputs
    }
}
