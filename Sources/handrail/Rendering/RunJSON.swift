internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Runs for tools. `handrail.runs/1` and `handrail.pending/1` list them, `handrail.run/1` is one with all that happened.
enum RunJSON {
    static func list(_ runs: [CatalogRun]) -> Document {
        Document(schema: "handrail.runs/1") { object in
            object.member("runs") { list in
                list.array { array in
                    for run in runs { array.object { writeSummary(run, to: &$0) } }
                }
            }
        }
    }

    static func pending(_ runs: [(run: CatalogRun, question: Question)]) -> Document {
        Document(schema: "handrail.pending/1") { object in
            object.member("pending") { list in
                list.array { array in
                    for (run, question) in runs {
                        array.object { object in
                            writeSummary(run, to: &object)
                            writePlan(run.record, to: &object)
                            write(question, to: &object)
                            object.member("dryRuns") { write(run.rehearsals, to: &$0) }
                        }
                    }
                }
            }
        }
    }

    static func one(_ run: CatalogRun) -> Document {
        Document(schema: "handrail.run/1") { object in
            writeSummary(run, to: &object)
            writePlan(run.record, to: &object)
            if let question = run.question { write(question, to: &object) }
            object.member("events") { list in
                list.array { array in
                    for event in run.events { write(event, to: &array) }
                }
            }
            object.member("reports") { write(run.reports, to: &$0) }
            object.member("omittedReports", run.omittedReports)
            object.member("requests") { list in
                list.array { array in
                    for request in run.requests { write(request, to: &array) }
                }
            }
        }
    }

    // MARK: - Parts

    static func writeSummary(_ run: CatalogRun, to object: inout JSONWriter) {
        object.member("run", run.id)
        object.member("state", run.phase.rawValue)
        object.member("stage", RunStateText.stage(run))
        object.member("mode", run.mode.rawValue)
        object.member("runbook", run.record.plan.runbook)
        object.member("incident", run.incident)
        object.member("verdict", run.record.decision.verdict.rawValue)
        object.member("decidedAt", run.record.at.rfc3339)
        object.member("endedAt") { $0.optional(run.endedAt?.rfc3339) }
        object.member("because") { $0.optional(RunStateText.reason(run.state) ?? run.outcome?.because) }
        object.member("digest") { $0.optional(run.planDigest.isEmpty ? nil : run.planDigest) }
        object.member("targets") { list in
            list.array { array in
                for target in run.record.plan.targets { PlanJSON.write(target, to: &array) }
            }
        }
    }

    static func writePlan(_ record: DecisionRecord, to object: inout JSONWriter) {
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

    private static func write(_ question: Question, to object: inout JSONWriter) {
        object.member("approval") { approval in
            approval.object { object in
                object.member("from") { $0.strings(question.approval.from) }
                object.member("count", max(1, question.approval.count))
                object.member("approvals") { $0.strings(question.approvals.map(\.name.string)) }
                object.member("excluded") { $0.strings(question.excluded.map(\.name.string)) }
                object.member("expiresAt", question.expiresAt.rfc3339)
                object.member("digest", question.planDigest)
            }
        }
    }

    private static func write(_ event: CatalogRun.Event, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("at", event.at.rfc3339)
            let text = RunEventText(event.event, state: event.state)
            object.member("event", RunEventText.name(event.event))
            object.member("text", text?.heading ?? "time passed")
            object.member("detail", text?.content ?? "")
            object.member("stage", RunStateText.stage(event.state))
        }
    }

    private static func write(_ reports: [CatalogRun.Report], to writer: inout JSONWriter) {
        writer.array { array in
            for kept in reports {
                array.object { object in
                    object.member("at", kept.at.rfc3339)
                    object.member("step", kept.report.step)
                    object.member("purpose", kept.report.purpose.rawValue)
                    object.member("attempt", kept.report.attempt)
                    object.member("argv") { $0.strings(kept.report.argv) }
                    object.member("ending", kept.report.ending)
                    object.member("succeeded", kept.report.isSuccess)
                    object.member("durationMilliseconds", kept.report.duration.milliseconds)
                    object.member("output", kept.report.output)
                    object.member("errorOutput", kept.report.errorOutput)
                    object.member("droppedBytes", kept.report.droppedBytes)
                }
            }
        }
    }

    private static func write(_ request: CatalogRequest, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("at", request.at.rfc3339)
            object.member("by", request.by.name.string)
            object.member("token") { $0.optional(request.token) }
            object.member("request", RequestFile.Kind(request.request).rawValue)
            object.member("because") { $0.optional(request.request.because) }
            object.member("refusal") { $0.optional(request.refusal) }
        }
    }
}

extension PersonRequest {
    fileprivate var because: String? {
        switch self {
        case .reject(_, let because), .cancel(_, let because), .rollBack(_, let because), .takeOver(_, let because),
            .pause(_, let because), .release(_, let because):
            because
        case .approve, .resume: nil
        }
    }
}
