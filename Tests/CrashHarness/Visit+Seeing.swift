import Foundation

/// What can be seen of a visit from outside, and what is wrong with it.
extension Visit {
    func effects() throws -> [Effect] {
        guard FileManager.default.fileExists(atPath: path("effects")) else { return [] }
        return try Effect.all(in: String(contentsOfFile: path("effects"), encoding: .utf8))
    }

    func journal(in state: String) throws -> JournalExport {
        guard FileManager.default.fileExists(atPath: state + "/journal.sqlite") else { return try JournalExport("") }
        return try JournalExport(try handrail(["audit", "export", "--state", state]).output)
    }

    /// How many requests have been answered as done.
    private func grantedAnswers() -> Int {
        let folder = state + "/answers"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.count { name in
            let text = try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            return !name.hasPrefix(".") && text?.contains(#""answer":"done""#) == true
        }
    }

    /// The state as the crash left it. A copy is opened: to open it is to tidy it up.
    func lookAtWhatIsLeft(
        by killed: Command.Result, after before: JournalExport, _ violations: inout [String]
    ) throws -> JournalExport {
        let effects = try effects()
        let answers = grantedAnswers()
        let copy = path("left-" + UUID().uuidString.prefix(8))
        try FileManager.default.copyItem(atPath: state, toPath: copy)
        defer { try? FileManager.default.removeItem(atPath: copy) }
        let left: JournalExport
        do {
            left = try journal(in: copy)
        } catch  where before.entries.isEmpty && effects.isEmpty && answers == 0 && killed.output.isEmpty {
            // The journal was being made; nothing had been done or said.
            return before
        }
        violations += invariants.violations(journal: left, effects: effects, answers: answers)
            .map { "after the kill: \($0)" }
        violations += Invariants.unkept(said: killed.output, journal: left)
        violations += Invariants.losses(from: before, to: left)
        return left
    }

    func ending(of journal: JournalExport) throws -> String? {
        let state = journal.state(of: 1)
        return state?.ending?.type ?? state?.type
    }

    func violationsAtTheEnd(after left: JournalExport?) throws -> [String] {
        let journal = try journal(in: state)
        var found = invariants.violations(journal: journal, effects: try effects(), answers: grantedAnswers())
        if let left { found += Invariants.losses(from: left, to: journal) }
        if journal.decidedRuns != [1] { found.append("decided were the runs \(journal.decidedRuns), and not one") }
        let audit = try Command(program: workplace.program, arguments: ["audit", "verify", "--state", state]).run()
        if audit.status != 0 { found.append("the journal is not intact: \(audit.output)\(audit.errors)") }
        let ending = try ending(of: journal)
        if !scenario.endings.contains(ending ?? "") { found.append("the run ended as \(ending ?? "nothing")") }
        found += approvalViolations(journal)
        found += try leftOver()
        found += try survivors().map { "a process lives on: \($0)" }
        if ["held", "stuck"].contains(ending) { found += try takeOverViolations(journal) }
        return found
    }

    /// A request that was put down as a whole is taken by the next engine, and is gone then.
    private func leftOver() throws -> [String] {
        let inbox = state + "/inbox"
        guard FileManager.default.fileExists(atPath: inbox) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: inbox).filter { !$0.hasPrefix(".") }
            .map { "the request \($0) was left over" }
    }

    /// Each counts once, and none is lost.
    private func approvalViolations(_ journal: JournalExport) -> [String] {
        let people = scenario.passes.compactMap { if case .approval(let user) = $0 { user } else { nil } }
        guard journal.approvals.sorted() != people.sorted() else { return [] }
        return ["approved have \(journal.approvals), and not \(people)"]
    }

    /// A run that is held says why, and a person can end it.
    private func takeOverViolations(_ journal: JournalExport) throws -> [String] {
        guard let because = journal.state(of: 1)?.because, !because.isEmpty else {
            return ["it does not say why it is held"]
        }
        var command = Command(program: workplace.program)
        command.arguments = ["take-over", "1", "--because", "it is mine", "--wait", "1ms", "--state", state]
        try mustEnd(try command.run(), with: 3, "the request to take over")
        try mustEnd(try carryOut(.engine([])), .engine([]))
        let journal = try self.journal(in: state)
        let ending = try ending(of: journal)
        return ending == "takenOver" ? [] : ["a person took over, and the run is \(ending ?? "nothing")"]
    }

    /// Processes that were started for this visit.
    private func survivors() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { number in
            guard let bytes = FileManager.default.contents(atPath: "/proc/\(number)/environ"),
                String(decoding: bytes, as: UTF8.self).contains("EFFECTS=\(path("effects"))")
            else { return nil }
            return number
        }
    }
}
