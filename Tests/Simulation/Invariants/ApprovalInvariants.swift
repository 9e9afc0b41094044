import HandrailCore
import HandrailEngine

struct ApprovalIsBound: Invariant {
    static let sentence =
        "a step begins only while all that the plan rests on is as it was when it was decided, and as the people saw it who approved"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (step, permit) = advance.performs, let run = history.runs[advance.run]
        else { return nil }
        let sealed = history.sealed[run.number] ?? "nothing"
        guard run.decidedDigest.hasSameBytes(as: sealed) else {
            return "run \(run.number) begins step \(step), and what it rests on has changed to \(sealed)"
        }
        guard history.sealedAt[run.number] ?? .distantPast >= run.checkAskedAt else {
            return "run \(run.number) begins step \(step), and nobody has looked at what it rests on"
        }
        guard case .people(let people) = permit.authority else { return nil }
        for person in people {
            let hasSaid = history.requests.contains { said in
                guard said.person == person, said.refusal == nil, case .approve(let number, let digest) = said.request
                else { return false }
                return number == run.number && digest.hasSameBytes(as: permit.planDigest)
            }
            if !hasSaid { return "run \(run.number) says that \(person.name) approved it, and the journal does not" }
        }
        return nil
    }
}

struct ApprovalIsByTheRightPeople: Invariant {
    static let sentence =
        "an approval is by different people of an accepted role, as many as were asked for, in time, and never by an author"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .kept(let entry) = observation, case .state(.run(let advance)) = entry.event,
            let (_, permit) = advance.performs, case .people(let people) = permit.authority,
            let run = history.runs[advance.run], let question = question(of: run)
        else { return nil }
        guard Set(people).count == people.count, people.count >= question.approval.count else {
            return "run \(run.number) was approved by \(people.map(\.name))"
        }
        let accepted = question.approval.from.flatMap { history.workspace.roles[$0] ?? [] }
        let anybody = history.workspace.roles.values.flatMap(\.self)
        let pool = Set((question.approval.from.isEmpty ? anybody : accepted).map { Person($0) })
        if let stranger = people.first(where: { !pool.contains($0) }) {
            return "run \(run.number) was approved by \(stranger.name), who has no role for it"
        }
        if let author = people.first(where: question.excluded.contains) {
            return "run \(run.number) was approved by \(author.name), who wrote it"
        }
        let late = run.events.contains { at, event in
            if case .approved = event { at >= question.expiresAt } else { false }
        }
        return late ? "run \(run.number) was approved too late" : nil
    }

    private func question(of run: RunHistory) -> Question? {
        for (_, event) in run.events {
            if case .decided(.approval(let question)) = event { return question }
        }
        return nil
    }
}
