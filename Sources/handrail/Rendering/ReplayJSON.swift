internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// `handrail.replay/1`: what a replay would have done, for tools. Stable: members are added, never changed.
enum ReplayJSON {
    static func document(_ report: ReplayReport, style: JSONWriter.Style) -> String {
        var writer = JSONWriter(style: style)
        writer.object { document in
            document.member("schema", "handrail.replay/1")
            document.member("recording", report.recording)
            document.member("incidents") { list in
                list.array { array in
                    for incident in report.incidents { write(incident, to: &array) }
                }
            }
            document.member("decisions") { list in
                list.array { array in
                    for record in report.decisions { write(record, report, to: &array) }
                }
            }
            document.member("summary") { write(report.summary, report, to: &$0) }
        }
        return writer.printable
    }

    private static func write(_ incident: IncidentSummary, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("id", incident.id)
            object.member("openedAt", incident.openedAt.rfc3339)
            object.member("resolvedAt") { $0.optional(incident.resolvedAt?.rfc3339) }
            object.member("alerts") { list in
                list.array { array in
                    for member in incident.members { write(member, to: &array) }
                }
            }
        }
    }

    private static func write(_ member: IncidentSummary.Member, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("fingerprint", member.labels.fingerprint.description)
            object.member("labels") { labels in
                labels.object { object in
                    for label in member.labels.labels { object.member(label.name.string, label.value.string) }
                }
            }
            object.member("firstSeenAt", member.firstSeenAt.rfc3339)
        }
    }

    private static func write(_ record: DecisionRecord, _ report: ReplayReport, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("at", record.at.rfc3339)
            object.member("incident", report.survivor(of: record.incident))
            object.member("runbook", record.plan.runbook)
            object.member("verdict", record.decision.verdict.rawValue)
            object.member("targets") { list in
                list.array { array in
                    for target in record.plan.targets { write(target, to: &array) }
                }
            }
            object.member("steps") { list in
                list.array { array in
                    for step in record.plan.steps { write(step, to: &array) }
                }
            }
            object.member("reasons") { list in
                list.array { array in
                    for reason in record.decision.reasons { write(reason, to: &array) }
                }
            }
            object.member("guards") { $0.strings(record.decision.guards.map(\.text)) }
        }
    }

    private static func write(_ target: Target, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("kind", target.kind)
            object.member("id", target.id)
            object.member("service") { $0.optional(target.service) }
            object.member("environment") { $0.optional(target.environment) }
        }
    }

    private static func write(_ step: PlannedStep, to writer: inout JSONWriter) {
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

    private static func write(_ reason: Reason, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("rule", reason.rule)
            object.member("file") { $0.optional(reason.location?.file) }
            object.member("line") { $0.optional(reason.location?.line) }
            object.member("effect", reason.effect.rawValue)
            object.member("source", reason.source.rawValue)
            object.member("detail", reason.detail)
        }
    }

    private static func write(_ summary: ReplayReport.Summary, _ report: ReplayReport, to writer: inout JSONWriter) {
        let counters = report.counters
        writer.object { object in
            object.member("deliveries", summary.deliveries)
            object.member("notices", summary.notices)
            object.member("alerts", summary.alerts)
            object.member("duplicates", counters.duplicates)
            object.member("late", counters.late)
            object.member("ended", counters.ended)
            object.member("resolvedUnseen", counters.resolvedUnseen)
            object.member("distrusted", counters.distrusted)
            object.member("refusedPlans", summary.refusedPlans)
            object.member("truncated", counters.truncated)
            object.member("rejected", report.rejectedAlerts)
            object.member("invalidLines", report.invalidLineCount)
            object.member("incidents", summary.incidents)
            object.member("noiseReductionPercent", summary.noiseReductionPercent)
            object.member("verdicts") { verdicts in
                verdicts.object { object in
                    for verdict in Verdict.allCases { object.member(verdict.rawValue, summary.verdicts[verdict] ?? 0) }
                }
            }
            object.member("timeSavedSeconds", summary.timeSaved.milliseconds / 1000)
        }
    }
}
