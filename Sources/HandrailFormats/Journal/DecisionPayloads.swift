internal import CEL
internal import HandrailCore

/// A decision with the trials of its rules, which are written once, where it was made.
struct TriedDecision: PayloadObject {
    let record: DecisionRecord

    init(record: DecisionRecord) {
        self.record = record
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        record = try DecisionRecord(value)
    }

    func writeMembers(to object: inout JSONWriter) {
        record.writeMembers(to: &object)
        object.member("trials", list: record.decision.trials) { writer, trial in
            writer.object { trial.writeMembers(to: &$0) }
        }
    }
}

extension DecisionRecord: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("at", at)
        object.member("incident", incident)
        object.member("run", ifAny: run)
        object.member("verdict", decision.verdict.rawValue)
        object.member("match", match)
        object.member("bindings", list: bindings) { writer, binding in
            writer.object { object in
                object.member("pattern", binding.pattern)
                object.member("alerts", binding.alerts)
            }
        }
        object.member("plan", plan)
        object.member("reasons", decision.reasons)
        object.member("guards", decision.guards)
        object.member("approval", decision.approval)
        object.member("nearMisses", nearMisses)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let decision = Decision(
            verdict: try value.word("verdict"), reasons: try value.objects("reasons"),
            guards: try value.objects("guards"), approval: try value.object("approval"))
        let bindings = try value.list("bindings") { value throws(PayloadError) in
            (pattern: try value.text("pattern"), alerts: try value.objects("alerts") as [LabelSet])
        }
        self.init(
            at: try value.time("at"), incident: try value.natural("incident"), run: try value.optionalNatural("run"),
            plan: try value.object("plan"), decision: decision,
            match: try value.optionalExactTexts("match"), bindings: bindings,
            nearMisses: try value.objects("nearMisses"))
    }
}

extension Reason: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("source", source.rawValue)
        object.member("rule", rule)
        object.member("location", ifAny: location)
        object.member("effect", effect.rawValue)
        object.member("detail", detail)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            source: try value.word("source"), rule: try value.text("rule"),
            location: try value.optionalObject("location"), effect: try value.word("effect"),
            detail: try value.text("detail"))
    }
}

extension GuardReport: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("name", name)
        object.member("text", text)
        object.member("holding", isHolding)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(name: try value.text("name"), text: try value.text("text"), isHolding: try value.flag("holding"))
    }
}

extension Approval: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("from", from)
        object.member("count", count)
        object.member("expiresMilliseconds", expires.milliseconds)
        if excludesAuthor { object.member("excludesAuthor", true) }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            from: try value.texts("from"), count: try value.natural("count"),
            expires: try value.milliseconds("expiresMilliseconds"),
            excludesAuthor: try value.flag("excludesAuthor", ifAbsent: false))
    }
}

extension RuleTrial {
    private static let valueLimitBytes = 1024

    fileprivate func writeMembers(to object: inout JSONWriter) {
        object.member("source", source.rawValue)
        object.member("rule", rule)
        object.member("location", location)
        object.member("verdict", verdict.rawValue)
        switch outcome {
        case .applied: object.member("outcome", "applied")
        case .didNotApply: object.member("outcome", "didNotApply")
        case .failed(let because):
            object.member("outcome", "failed")
            object.member("because", because)
        }
        object.member("steps", list: explanation.steps) { writer, step in
            writer.object { Self.write(step, to: &$0) }
        }
    }

    private static func write(_ step: CELExplanation.Step, to object: inout JSONWriter) {
        object.member("text", step.text)
        switch step.outcome {
        case .value(let value): object.member("value", value.rendered(limit: valueLimitBytes))
        case .failed(let error): object.member("error", error.message)
        case .notEvaluated: object.member("notEvaluated", true)
        }
    }
}
