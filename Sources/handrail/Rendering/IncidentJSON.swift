internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// Incidents for tools: `handrail.incidents/1`, and `handrail.explain/1` for why something was, or was not, done.
enum IncidentJSON {
    static func list(_ incidents: [CatalogIncident], standing: Catalog) -> Document {
        Document(schema: "handrail.incidents/1") { object in
            object.member("incidents") { list in
                list.array { array in
                    for incident in incidents { array.object { write(incident, to: &$0) } }
                }
            }
            writeStanding(standing, to: &object)
        }
    }

    /// - Parameter incident: nil where its beginning is not in the journal any more.
    static func explanation(
        _ incident: CatalogIncident?, run: CatalogRun?, _ decisions: [(record: DecisionRecord, trials: [RecordedTrial])]
    ) -> Document {
        Document(schema: "handrail.explain/1") { object in
            object.member("run") { $0.optional(run?.id) }
            object.member("incident") { $0.optional(incident?.id ?? run?.incident) }
            object.member("stage") { $0.optional(run.map { RunStateText.stage($0) }) }
            object.member("because") {
                $0.optional(run.flatMap { RunStateText.reason($0.state) ?? $0.outcome?.because })
            }
            object.member("decisions") { list in
                list.array { array in
                    for (record, trials) in decisions { array.object { write(record, trials, to: &$0) } }
                }
            }
            object.member("notChosen") { list in
                list.array { array in
                    for miss in incident?.notChosen ?? [] { write(miss.runbook, miss.because, at: miss.at, to: &array) }
                }
            }
            object.member("withoutPlan") { list in
                list.array { array in
                    for miss in incident?.refusals ?? [] {
                        write(miss.runbook, miss.refusal.message, at: miss.at, to: &array)
                    }
                }
            }
            object.member("nearMisses") { list in
                list.array { array in
                    for miss in incident?.nearMisses ?? [] { write(miss.runbook, miss.because, at: nil, to: &array) }
                }
            }
        }
    }

    // MARK: - Parts

    private static func write(_ incident: CatalogIncident, to object: inout JSONWriter) {
        object.member("incident", incident.id)
        object.member("state", incident.phase.rawValue)
        object.member("openedAt", incident.openedAt.rfc3339)
        object.member("resolvedAt") { $0.optional(incident.resolvedAt?.rfc3339) }
        object.member("closedAt") { $0.optional(incident.closedAt?.rfc3339) }
        object.member("mergedInto") { $0.optional(incident.mergedInto) }
        object.member("runs") { list in
            list.array { array in
                for run in incident.runs { array.value(run) }
            }
        }
        object.member("alerts") { list in
            list.array { array in
                for member in incident.members { write(member, to: &array) }
            }
        }
        object.member("omittedAlerts", incident.omittedMembers)
    }

    private static func write(_ member: IncidentSummary.Member, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("labels") { PlanJSON.write(member.labels, to: &$0) }
            object.member("firstSeenAt", member.firstSeenAt.rfc3339)
            object.member("because", MembershipText.reason(member.reason))
        }
    }

    private static func writeStanding(_ catalog: Catalog, to object: inout JSONWriter) {
        object.member("pauses") { list in
            list.array { array in
                for pause in catalog.pauses.values.sorted(by: { $0.scope < $1.scope }) {
                    array.object { object in
                        object.member("scope", pause.scope.description)
                        object.member("by", pause.by.name.string)
                        object.member("because", pause.because)
                        object.member("since") { $0.optional(pause.since?.rfc3339) }
                    }
                }
            }
        }
        object.member("quarantines") { list in
            list.array { array in
                for kept in catalog.quarantines.values.sorted(by: { $0.quarantine.target < $1.quarantine.target }) {
                    array.object { object in
                        object.member("target") { PlanJSON.write(kept.quarantine.target, to: &$0) }
                        object.member("run", kept.quarantine.run)
                        object.member("because", kept.quarantine.because)
                        object.member("since") { $0.optional(kept.since?.rfc3339) }
                    }
                }
            }
        }
    }

    private static func write(_ record: DecisionRecord, _ trials: [RecordedTrial], to object: inout JSONWriter) {
        object.member("run") { $0.optional(record.run) }
        object.member("at", record.at.rfc3339)
        object.member("runbook", record.plan.runbook)
        object.member("verdict", record.decision.verdict.rawValue)
        object.member("bindings") { list in
            list.array { array in
                for binding in record.bindings {
                    array.object { object in
                        object.member("pattern", binding.pattern)
                        object.member("alerts") { list in
                            list.array { array in
                                for alert in binding.alerts { PlanJSON.write(alert, to: &array) }
                            }
                        }
                    }
                }
            }
        }
        RunJSON.writePlan(record, to: &object)
        object.member("notChosen") { list in
            list.array { array in
                for miss in record.nearMisses { write(miss.runbook, miss.because, at: nil, to: &array) }
            }
        }
        object.member("rulesTried") { list in
            list.array { array in
                for trial in trials { trial.write(to: &array) }
            }
        }
    }

    private static func write(_ runbook: String, _ because: String, at time: Timestamp?, to writer: inout JSONWriter) {
        writer.object { object in
            object.member("runbook", runbook)
            object.member("because", because)
            if let time { object.member("at", time.rfc3339) }
        }
    }
}
