internal import HandrailCore

extension Plan: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("runbook", runbook)
        object.member("targets", targets)
        object.member("steps", steps)
        object.member("verification", ifAny: verification)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let targets: [Target] = try value.objects("targets")
        let steps: [PlannedStep] = try value.objects("steps")
        guard steps.allSatisfy({ targets.indices.contains($0.target) }) else {
            throw PayloadError("a step of the plan has no target")
        }
        self.init(
            runbook: try value.text("runbook"), targets: targets, steps: steps,
            verification: try value.optionalObject("verification"))
    }
}

extension Target: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("kind", kind)
        object.member("id", id)
        object.member("service", ifAny: service)
        object.member("environment", ifAny: environment)
        object.member("tier", ifAny: tier)
        object.member("population", ifAny: population)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            kind: try value.text("kind"), id: try value.text("id"), service: try value.optionalText("service"),
            environment: try value.optionalText("environment"), tier: try value.optionalText("tier"),
            population: try value.optionalNatural("population"))
    }
}

extension PlannedStep: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("action", action)
        object.member("target", target)
        object.member("effect", effect.rawValue)
        object.member("idempotent", isIdempotent)
        object.member("argv", argv)
        object.member("capture", capture)
        object.member("dryRun", rehearsal)
        object.member("undo", undo)
        object.member("timeoutMilliseconds", timeout.milliseconds)
        object.member("secrets", secrets)
        object.member("location", location)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            action: try value.text("action"), target: try value.natural("target"), effect: try value.word("effect"),
            isIdempotent: try value.flag("idempotent"), argv: try value.texts("argv"),
            capture: try value.objects("capture"), rehearsal: try value.object("dryRun"),
            undo: try value.object("undo"), timeout: try value.milliseconds("timeoutMilliseconds"),
            secrets: try value.texts("secrets"), location: try value.object("location"))
    }
}

extension PlannedCapture: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("name", name)
        object.member("argv", argv)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(name: try value.text("name"), argv: try value.texts("argv"))
    }
}

extension PlannedRehearsal: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .argv(let argv):
            object.member("type", "argv")
            object.member("argv", argv)
        case .builtIn: object.member("type", "builtIn")
        case .none(let because):
            object.member("type", "none")
            object.member("because", because)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "argv": self = .argv(try value.texts("argv"))
        case "builtIn": self = .builtIn
        case "none": self = .none(because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension PlannedUndo: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .argv(let arguments, let parameters):
            object.member("type", "argv")
            object.member("argv", arguments)
            object.member("parameters", parameters)
        case .builtIn: object.member("type", "builtIn")
        case .notNeeded(let because):
            object.member("type", "none")
            object.member("because", because)
        case .impossible(let because):
            object.member("type", "impossible")
            object.member("because", because)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let type = try value.member("type")
        switch try type.text() {
        case "argv": self = .argv(try value.objects("argv"), parameters: try value.objects("parameters"))
        case "builtIn": self = .builtIn
        case "none": self = .notNeeded(because: try value.text("because"))
        case "impossible": self = .impossible(because: try value.text("because"))
        case let other: throw type.unknown(other)
        }
    }
}

extension PlannedArgument: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .text(let text): object.member("text", text)
        case .template(let source): object.member("template", source)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        if let template = try value.optionalText("template") {
            self = .template(template)
        } else {
            self = .text(try value.text("text"))
        }
    }
}

extension PlannedParameter: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("name", name)
        switch value {
        case .string(let text): object.member("string", text)
        case .integer(let number): object.member("integer", number)
        case .boolean(let flag): object.member("boolean", flag)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(name: try value.text("name"), value: try Self.readValue(value))
    }

    private static func readValue(_ value: PayloadValue) throws(PayloadError) -> Value {
        if let text = value.optional("string") { return .string(try text.text()) }
        if let number = value.optional("integer") { return .integer(try number.integer()) }
        return .boolean(try value.flag("boolean"))
    }
}

extension PlannedVerification: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("probe", probe)
        object.member("probeWithinMilliseconds", probeWithin.milliseconds)
        object.member("resolved", list: resolved) { $0.value($1.description) }
        object.member("withinMilliseconds", within.milliseconds)
        object.member("stableMilliseconds", stable.milliseconds)
        object.member("otherwise", otherwise.rawValue)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            probe: try value.objects("probe"), probeWithin: try value.milliseconds("probeWithinMilliseconds"),
            resolved: try value.list("resolved") { value throws(PayloadError) in try value.fingerprint() },
            within: try value.milliseconds("withinMilliseconds"), stable: try value.milliseconds("stableMilliseconds"),
            otherwise: try value.word("otherwise"))
    }
}

extension PlannedProbe: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("argv", argv)
        object.member("timeoutMilliseconds", timeout.milliseconds)
        object.member("secrets", secrets)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            argv: try value.texts("argv"), timeout: try value.milliseconds("timeoutMilliseconds"),
            secrets: try value.texts("secrets"))
    }
}
