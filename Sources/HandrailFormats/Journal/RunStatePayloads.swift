internal import HandrailCore

extension RunAdvance: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("run", run)
        object.member("runbook", runbook)
        object.member("planDigest", planDigest)
        object.member("event", event)
        object.member("state", state)
        object.member("effects", list: effects) { writer, effect in
            writer.object { effect.writeMembers(to: &$0) }
        }
    }

    /// What was to be done then is told by the journal and not done again: a permit comes from the core alone.
    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            run: try value.natural("run"), runbook: try value.text("runbook"),
            planDigest: try value.text("planDigest"), event: try value.object("event"),
            state: try value.object("state"), effects: [])
    }
}

extension RunState: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("type", typeName)
        switch self {
        case .proposed: break
        case .rehearsing(let step, let authorization):
            object.member("step", step)
            object.member("authorization", authorization)
        case .pending(let question, let rehearsedAt):
            object.member("question", question)
            object.member("rehearsedAt", rehearsedAt)
        case .checking(let progress), .probing(let progress): object.member("progress", progress)
        case .running(let progress, let canceller):
            object.member("progress", progress)
            object.member("cancelledBy", ifAny: canceller)
        case .verifying(let authority): object.member("authority", authority)
        case .rollingBack(let step, let authority, let because):
            object.member("undoing", step)
            object.member("authority", authority)
            object.member("because", because)
        case .held(let step, let authority, let because):
            object.member("mayHaveRun", step)
            object.member("authority", authority)
            object.member("because", because)
        case .stuck(let step, let because):
            object.member("undoing", step)
            object.member("because", because)
        case .finished(let ending): object.member("ending", ending)
        }
    }

    private var typeName: String {
        switch self {
        case .proposed: "proposed"
        case .rehearsing: "rehearsing"
        case .pending: "pending"
        case .checking: "checking"
        case .running: "running"
        case .probing: "probing"
        case .verifying: "verifying"
        case .rollingBack: "rollingBack"
        case .held: "held"
        case .stuck: "stuck"
        case .finished: "finished"
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "proposed": self = .proposed
        case "rehearsing": self = .rehearsing(step: try value.natural("step"), try value.object("authorization"))
        case "pending":
            self = .pending(try value.object("question"), rehearsedAt: try value.time("rehearsedAt"))
        case "checking": self = .checking(try value.object("progress"))
        case "running":
            let canceller = try value.optional("cancelledBy")?.person()
            self = .running(try value.object("progress"), cancelledBy: canceller)
        case "probing": self = .probing(try value.object("progress"))
        case "verifying": self = .verifying(try value.object("authority"))
        case "rollingBack":
            self = .rollingBack(
                undoing: try value.natural("undoing"), try value.object("authority"),
                because: try value.text("because"))
        case "held":
            self = .held(
                mayHaveRun: try value.natural("mayHaveRun"), try value.object("authority"),
                because: try value.text("because"))
        case "stuck": self = .stuck(undoing: try value.natural("undoing"), because: try value.text("because"))
        case "finished": self = .finished(try value.object("ending"))
        case let other: throw type.unknown(other)
        }
    }
}

extension StepProgress: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("step", step)
        object.member("attempt", attempt)
        object.member("authority", authority)
        object.member("rehearsedAt", rehearsedAt)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            step: try value.natural("step"), attempt: try value.natural("attempt"),
            authority: try value.object("authority"), rehearsedAt: try value.time("rehearsedAt"))
    }
}

extension RunEnding: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .advised: object.member("type", "advised")
        case .denied(let because):
            object.member("type", "denied")
            object.member("because", because)
        case .rejected(let person, let because):
            object.member("type", "rejected")
            object.member("by", person)
            object.member("because", because)
        case .expired: object.member("type", "expired")
        case .cancelled(let person):
            object.member("type", "cancelled")
            object.member("by", person)
        case .refused(let because):
            object.member("type", "refused")
            object.member("because", because)
        case .succeeded: object.member("type", "succeeded")
        case .rolledBack(let because):
            object.member("type", "rolledBack")
            object.member("because", because)
        case .takenOver(let person):
            object.member("type", "takenOver")
            object.member("by", person)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "advised": self = .advised
        case "denied": self = .denied(because: try value.text("because"))
        case "rejected": self = .rejected(by: try value.person("by"), because: try value.text("because"))
        case "expired": self = .expired
        case "cancelled": self = .cancelled(by: try value.person("by"))
        case "refused": self = .refused(because: try value.text("because"))
        case "succeeded": self = .succeeded
        case "rolledBack": self = .rolledBack(because: try value.text("because"))
        case "takenOver": self = .takenOver(by: try value.person("by"))
        case let other: throw type.unknown(other)
        }
    }
}

extension Authority: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .policy: object.member("type", "policy")
        case .people(let people):
            object.member("type", "people")
            object.member("people", people)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "policy": self = .policy
        case "people": self = .people(try value.people("people"))
        case let other: throw type.unknown(other)
        }
    }
}

extension Authorization: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .given(let authority):
            object.member("type", "given")
            object.member("authority", authority)
        case .needed(let question):
            object.member("type", "needed")
            object.member("question", question)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "given": self = .given(try value.object("authority"))
        case "needed": self = .needed(try value.object("question"))
        case let other: throw type.unknown(other)
        }
    }
}

extension Question: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("planDigest", planDigest)
        object.member("approval", approval)
        object.member("excluded", excluded)
        object.member("expiresAt", expiresAt)
        object.member("approvals", approvals)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            planDigest: try value.text("planDigest"), approval: try value.object("approval"),
            excluded: try value.people("excluded"), expiresAt: try value.time("expiresAt"),
            approvals: try value.people("approvals"))
    }
}

extension RunEffect {
    fileprivate func writeMembers(to object: inout JSONWriter) {
        object.member("type", typeName)
        switch self {
        case .rehearse(let step), .decideAgain(let step), .terminate(let step), .probe(let step):
            object.member("step", step)
        case .perform(let step, let permit), .undo(let step, let permit):
            object.member("step", step)
            object.member("attempt", permit.attempt)
            object.member("authority", permit.authority)
        case .ask(let question): object.member("question", question)
        case .verify: break
        case .notify(let because), .quarantine(let because): object.member("because", because)
        }
    }

    private var typeName: String {
        switch self {
        case .rehearse: "rehearse"
        case .ask: "ask"
        case .decideAgain: "decideAgain"
        case .perform: "perform"
        case .terminate: "terminate"
        case .probe: "probe"
        case .verify: "verify"
        case .undo: "undo"
        case .notify: "notify"
        case .quarantine: "quarantine"
        }
    }
}
