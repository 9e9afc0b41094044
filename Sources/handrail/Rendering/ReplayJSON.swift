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
                    for member in incident.members { PlanJSON.write(member, to: &array) }
                }
            }
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
                    for target in record.plan.targets { PlanJSON.write(target, to: &array) }
                }
            }
            object.member("steps") { list in
                list.array { array in
                    for step in record.plan.steps { PlanJSON.write(step, to: &array) }
                }
            }
            object.member("reasons") { list in
                list.array { array in
                    for reason in record.decision.reasons { PlanJSON.write(reason, to: &array) }
                }
            }
            object.member("guards") { $0.strings(record.decision.guards.map(\.text)) }
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
            object.member("passedOver", report.passedOverEvents)
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
