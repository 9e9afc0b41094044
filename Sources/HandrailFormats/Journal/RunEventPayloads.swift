internal import HandrailCore

extension RunEvent: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("type", typeName)
        switch self {
        case .decided(let decision): object.member("decision", decision)
        case .rehearsed(let step, let ending), .undone(let step, let ending):
            object.member("step", step)
            object.member("ending", ending)
        case .approved(let person, let digest):
            object.member("by", person)
            object.member("digest", digest)
        case .rejected(let person, let because):
            object.member("by", person)
            object.member("because", because)
        case .withdrawn(let because): object.member("because", because)
        case .timePassed, .recovered: break
        case .confirmed(let step): object.member("step", step)
        case .refused(let step, let because), .gone(let step, let because):
            object.member("step", step)
            object.member("because", because)
        case .captured(let step, let values):
            object.member("step", step)
            object.member("values", Self.labels(values))
        case .stepEnded(let step, let attempt, let ending):
            object.member("step", step)
            object.member("attempt", attempt)
            object.member("ending", ending)
        case .probed(let step, let answer):
            object.member("step", step)
            object.member("answer", answer.typeName)
        case .verified(let answer): object.member("answer", answer)
        case .cancelled(let person): object.member("by", person)
        case .resolved(let person, let resolution):
            object.member("by", person)
            object.member("resolution", resolution.typeName)
        }
    }

    private var typeName: String {
        switch self {
        case .decided: "decided"
        case .rehearsed: "rehearsed"
        case .approved: "approved"
        case .rejected: "rejected"
        case .withdrawn: "withdrawn"
        case .timePassed: "timePassed"
        case .confirmed: "confirmed"
        case .refused: "refused"
        case .gone: "gone"
        case .captured: "captured"
        case .stepEnded: "stepEnded"
        case .probed: "probed"
        case .verified: "verified"
        case .undone: "undone"
        case .cancelled: "cancelled"
        case .resolved: "resolved"
        case .recovered: "recovered"
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "decided": self = .decided(try value.object("decision"))
        case "rehearsed": self = .rehearsed(step: try value.natural("step"), try value.object("ending"))
        case "approved": self = .approved(by: try value.person("by"), digest: try value.text("digest"))
        case "rejected": self = .rejected(by: try value.person("by"), because: try value.text("because"))
        case "withdrawn": self = .withdrawn(because: try value.text("because"))
        case "timePassed": self = .timePassed
        case "confirmed": self = .confirmed(step: try value.natural("step"))
        case "refused": self = .refused(step: try value.natural("step"), because: try value.text("because"))
        case "gone": self = .gone(step: try value.natural("step"), because: try value.text("because"))
        case "captured":
            self = .captured(step: try value.natural("step"), Self.values(try value.labels("values")))
        case "stepEnded":
            self = .stepEnded(
                step: try value.natural("step"), attempt: try value.natural("attempt"), try value.object("ending"))
        case "probed": self = .probed(step: try value.natural("step"), try ProbeAnswer(value.member("answer")))
        case "verified": self = .verified(try value.object("answer"))
        case "undone": self = .undone(step: try value.natural("step"), try value.object("ending"))
        case "cancelled": self = .cancelled(by: try value.person("by"))
        case "resolved": self = .resolved(by: try value.person("by"), try Resolution(value.member("resolution")))
        case "recovered": self = .recovered
        case let other: throw type.unknown(other)
        }
    }

    private static func labels(_ values: [String: String]) -> [Label] {
        values.map { Label(name: ExactText($0.key), value: ExactText($0.value)) }.sorted { $0.name < $1.name }
    }

    private static func values(_ labels: [Label]) -> [String: String] {
        Dictionary(labels.map { ($0.name.string, $0.value.string) }, uniquingKeysWith: { first, _ in first })
    }
}

extension RunDecision: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .automatic: object.member("type", "automatic")
        case .approval(let question):
            object.member("type", "approval")
            object.member("question", question)
        case .advisory: object.member("type", "advisory")
        case .deny(let because):
            object.member("type", "deny")
            object.member("because", because)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "automatic": self = .automatic
        case "approval": self = .approval(try value.object("question"))
        case "advisory": self = .advisory
        case "deny": self = .deny(because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension StepEnding: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .succeeded: object.member("type", "succeeded")
        case .failed(let because):
            object.member("type", "failed")
            object.member("because", because)
        case .unknown(let because):
            object.member("type", "unknown")
            object.member("because", because)
        case .notStarted(let because):
            object.member("type", "notStarted")
            object.member("because", because)
        case .outOfHand(let because):
            object.member("type", "outOfHand")
            object.member("because", because)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "succeeded": self = .succeeded
        case "failed": self = .failed(because: try value.text("because"))
        case "unknown": self = .unknown(because: try value.text("because"))
        case "notStarted": self = .notStarted(because: try value.text("because"))
        case "outOfHand": self = .outOfHand(because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension VerificationAnswer: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .successful: object.member("type", "successful")
        case .failed(let because):
            object.member("type", "failed")
            object.member("because", because)
        case .inconclusive(let because):
            object.member("type", "inconclusive")
            object.member("because", because)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "successful": self = .successful
        case "failed": self = .failed(because: try value.text("because"))
        case "inconclusive": self = .inconclusive(because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension ProbeAnswer {
    fileprivate var typeName: String {
        switch self {
        case .healthy: "healthy"
        case .unhealthy: "unhealthy"
        case .inconclusive: "inconclusive"
        }
    }

    fileprivate init(_ value: PayloadValue) throws(PayloadError) {
        switch try value.text() {
        case "healthy": self = .healthy
        case "unhealthy": self = .unhealthy
        case "inconclusive": self = .inconclusive
        case let other: throw value.unknown(other)
        }
    }
}

extension Resolution {
    fileprivate var typeName: String {
        switch self {
        case .rollBack: "rollBack"
        case .takeOver: "takeOver"
        }
    }

    fileprivate init(_ value: PayloadValue) throws(PayloadError) {
        switch try value.text() {
        case "rollBack": self = .rollBack
        case "takeOver": self = .takeOver
        case let other: throw value.unknown(other)
        }
    }
}
