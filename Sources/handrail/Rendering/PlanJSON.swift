internal import HandrailCore
internal import HandrailFormats

/// The parts that documents for tools share. Stable: members are added, never changed.
enum PlanJSON {
    static func write(_ member: IncidentSummary.Member, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("fingerprint", member.labels.fingerprint.description)
            object.member("labels") { write(member.labels, to: &$0) }
            object.member("firstSeenAt", member.firstSeenAt.rfc3339)
        }
    }

    static func write(_ labels: LabelSet, to writer: inout JSONWriter) {
        writer.object { object in
            for label in labels.labels { object.member(label.name.string, label.value.string) }
        }
    }

    static func write(_ target: Target, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("kind", target.kind)
            object.member("id", target.id)
            object.member("service") { $0.optional(target.service) }
            object.member("environment") { $0.optional(target.environment) }
        }
    }

    static func write(_ step: PlannedStep, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("action", step.action)
            object.member("target", step.target)
            object.member("argv") { $0.strings(step.argv) }
            switch step.rehearsal {
            case .argv(let argv): object.member("dryRun") { $0.strings(argv) }
            case .builtIn: object.member("dryRun") { $0.strings([step.action]) }
            case .none(let because):
                object.member("dryRun") { $0.null() }
                object.member("dryRunNone", because)
            }
            switch step.undo {
            case .argv(let argv, _): object.member("undo") { $0.strings(argv.map(\.shown)) }
            case .builtIn: object.member("undo") { $0.strings([step.action]) }
            case .notNeeded(let because):
                object.member("undo") { $0.null() }
                object.member("undoNone", because)
            case .impossible(let because):
                object.member("undo") { $0.null() }
                object.member("undoImpossible", because)
            }
        }
    }

    static func write(_ reason: Reason, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("rule", reason.rule)
            object.member("file") { $0.optional(reason.location?.file) }
            object.member("line") { $0.optional(reason.location?.line) }
            object.member("effect", reason.effect.rawValue)
            object.member("source", reason.source.rawValue)
            object.member("detail", reason.detail)
        }
    }
}
