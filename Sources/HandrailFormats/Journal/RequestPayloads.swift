internal import HandrailCore

extension PersonRequest: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("type", typeName)
        switch self {
        case .approve(let run, let digest):
            object.member("run", run)
            object.member("digest", digest)
        case .reject(let run, let because), .cancel(let run, let because), .rollBack(let run, let because),
            .takeOver(let run, let because):
            object.member("run", run)
            object.member("because", because)
        case .pause(let scope, let because):
            object.member("scope", scope)
            object.member("because", because)
        case .resume(let scope): object.member("scope", scope)
        case .release(let target, let because):
            object.member("target", target)
            object.member("because", because)
        }
    }

    private var typeName: String {
        switch self {
        case .approve: "approve"
        case .reject: "reject"
        case .cancel: "cancel"
        case .rollBack: "rollBack"
        case .takeOver: "takeOver"
        case .pause: "pause"
        case .resume: "resume"
        case .release: "release"
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "approve": self = .approve(run: try value.natural("run"), digest: try value.text("digest"))
        case "reject": self = .reject(run: try value.natural("run"), because: try value.text("because"))
        case "cancel": self = .cancel(run: try value.natural("run"), because: try value.text("because"))
        case "rollBack": self = .rollBack(run: try value.natural("run"), because: try value.text("because"))
        case "takeOver": self = .takeOver(run: try value.natural("run"), because: try value.text("because"))
        case "pause": self = .pause(try value.object("scope"), because: try value.text("because"))
        case "resume": self = .resume(try value.object("scope"))
        case "release": self = .release(target: try value.text("target"), because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension PauseScope: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .everything: object.member("type", "everything")
        case .runbook(let name):
            object.member("type", "runbook")
            object.member("name", name.string)
        case .service(let name):
            object.member("type", "service")
            object.member("name", name.string)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "everything": self = .everything
        case "runbook": self = .runbook(ExactText(try value.text("name")))
        case "service": self = .service(ExactText(try value.text("name")))
        case let other: throw type.unknown(other)
        }
    }
}
