internal import HandrailCore

/// Each event as the members of its payload.
extension TimelineEvent {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .incidentOpened(let alert), .alertFiredAgain(let alert), .alertResolved(let alert),
            .alertUnmuted(let alert), .alertDamped(let alert), .alertReleased(let alert):
            object.member("alert", alert)
        case .alertJoined(let alert, let because):
            object.member("alert", alert)
            object.member("because", because)
        case .alertMuted(let alert, let muting):
            object.member("alert", alert)
            object.member("because", muting)
        case .incidentsMerged(let absorbed, let because):
            object.member("absorbed", absorbed)
            object.member("because", because)
        case .incidentClosed(let summary): object.member("summary", summary)
        case .incidentResolved, .stormEnded: break
        case .stormBegan(let because): object.member("because", because)
        case .decided(let record): object.member("decision", TriedDecision(record: record))
        case .notChosen(let runbook, let because):
            object.member("runbook", runbook)
            object.member("because", because)
        case .planRefused(let runbook, let refusal):
            object.member("runbook", runbook)
            object.member("because", refusal.message)
            object.member("location", refusal.location)
        case .runStarted(let run, let runbook):
            object.member("run", run)
            object.member("runbook", runbook)
        case .runEnded(let run, let runbook, let outcome, let because):
            object.member("run", run)
            object.member("runbook", runbook)
            object.member("outcome", outcome.rawValue)
            object.member("because", because)
        case .state(let change): change.writeMembers(to: &object)
        }
    }

    init(_ kind: JournalKind, _ value: PayloadValue) throws(PayloadError) {
        switch kind {
        case .incidentOpened: self = .incidentOpened(try value.object("alert"))
        case .incidentJoined: self = .alertJoined(try value.object("alert"), try value.object("because"))
        case .incidentMerged:
            self = .incidentsMerged(absorbed: try value.natural("absorbed"), because: try value.object("because"))
        case .incidentResolved: self = .incidentResolved
        case .incidentClosed: self = .incidentClosed(try value.object("summary"))
        case .alertFiredAgain: self = .alertFiredAgain(try value.object("alert"))
        case .alertResolved: self = .alertResolved(try value.object("alert"))
        case .alertMuted: self = .alertMuted(try value.object("alert"), by: try value.object("because"))
        case .alertUnmuted: self = .alertUnmuted(try value.object("alert"))
        case .alertDamped: self = .alertDamped(try value.object("alert"))
        case .alertReleased: self = .alertReleased(try value.object("alert"))
        case .stormBegan: self = .stormBegan(because: try value.text("because"))
        case .stormEnded: self = .stormEnded
        case .decisionMade: self = .decided(try value.object("decision"))
        case .runbookNotChosen:
            self = .notChosen(runbook: try value.text("runbook"), because: try value.text("because"))
        case .planRefused:
            let refusal = PlanRefusal(try value.text("because"), at: try value.object("location"))
            self = .planRefused(runbook: try value.text("runbook"), refusal)
        case .runStarted:
            self = .runStarted(run: try value.natural("run"), runbook: try value.text("runbook"))
        case .runEnded:
            self = .runEnded(
                run: try value.natural("run"), runbook: try value.text("runbook"), outcome: try value.word("outcome"),
                because: try value.text("because"))
        case .alertBegan, .alertRenewed, .alertEnded, .alertLapsed, .matchKept, .runAdvanced, .stepReported,
            .targetQuarantined,
            .requestMade, .announcementFailed, .engineStarted, .engineStopped, .workspaceLoaded, .accessChanged,
            .accessUnreadable,
            .countersKept,
            .memoryMode, .memoryAlert, .memoryIncident, .memoryMembers, .memoryRun, .memoryAssumedRun, .memoryLedger,
            .memoryStorm, .memoryPause, .memoryQuarantine, .memoryRequest:
            self = .state(try StateChange(kind, value))
        }
    }
}
