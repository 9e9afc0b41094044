internal import HandrailCore

/// What an entry of the journal is. The names are for ever.
enum JournalKind: String, CaseIterable {
    case incidentOpened = "incident.opened"
    case incidentJoined = "incident.joined"
    case incidentMerged = "incident.merged"
    case incidentResolved = "incident.resolved"
    case incidentClosed = "incident.closed"

    case matchKept = "match.kept"

    case alertBegan = "alert.began"
    case alertRenewed = "alert.renewed"
    case alertEnded = "alert.ended"
    case alertLapsed = "alert.lapsed"
    case alertFiredAgain = "alert.fired-again"
    case alertResolved = "alert.resolved"
    case alertMuted = "alert.muted"
    case alertUnmuted = "alert.unmuted"
    case alertDamped = "alert.damped"
    case alertReleased = "alert.released"
    case stormBegan = "storm.began"
    case stormEnded = "storm.ended"

    case decisionMade = "decision.made"
    case runbookNotChosen = "runbook.not-chosen"
    case planRefused = "plan.refused"
    case runStarted = "run.started"
    case runAdvanced = "run.advanced"
    case runEnded = "run.ended"
    case stepReported = "step.reported"
    case targetQuarantined = "target.quarantined"
    case requestMade = "request.made"
    case announcementFailed = "announcement.failed"

    case engineStarted = "engine.started"
    case engineStopped = "engine.stopped"
    case workspaceLoaded = "workspace.loaded"
    case accessChanged = "access.changed"
    case accessUnreadable = "access.unreadable"
    case countersKept = "counters.kept"

    case memoryMode = "memory.mode"
    case memoryAlert = "memory.alert"
    case memoryIncident = "memory.incident"
    case memoryMembers = "memory.members"
    case memoryRun = "memory.run"
    case memoryAssumedRun = "memory.assumed-run"
    case memoryLedger = "memory.ledger"
    case memoryStorm = "memory.storm"
    case memoryPause = "memory.pause"
    case memoryQuarantine = "memory.quarantine"
    case memoryRequest = "memory.request"

    /// A piece of a snapshot belongs to no incident; where it is about one, it says so itself.
    var isOfAnIncident: Bool { !rawValue.utf8.starts(with: "memory.".utf8) }
}

extension TimelineEvent {
    var kind: JournalKind {
        switch self {
        case .incidentOpened: .incidentOpened
        case .alertJoined: .incidentJoined
        case .alertFiredAgain: .alertFiredAgain
        case .alertResolved: .alertResolved
        case .alertMuted: .alertMuted
        case .alertUnmuted: .alertUnmuted
        case .alertDamped: .alertDamped
        case .alertReleased: .alertReleased
        case .incidentsMerged: .incidentMerged
        case .incidentResolved: .incidentResolved
        case .incidentClosed: .incidentClosed
        case .stormBegan: .stormBegan
        case .stormEnded: .stormEnded
        case .decided: .decisionMade
        case .notChosen: .runbookNotChosen
        case .planRefused: .planRefused
        case .runStarted: .runStarted
        case .runEnded: .runEnded
        case .state(let change): change.kind
        }
    }
}

extension StateChange {
    var kind: JournalKind {
        switch self {
        case .engineStarted: .engineStarted
        case .engineStopped: .engineStopped
        case .workspaceLoaded: .workspaceLoaded
        case .access(.tokens): .accessChanged
        case .access(.unreadable): .accessUnreadable
        case .alert(let transition): transition.kind.journalKind
        case .match: .matchKept
        case .run: .runAdvanced
        case .report: .stepReported
        case .request: .requestMade
        case .quarantined: .targetQuarantined
        case .counted: .countersKept
        case .announcementFailed: .announcementFailed
        case .remembered(let memory): memory.kind
        }
    }
}

extension AlertTransition.Kind {
    fileprivate var journalKind: JournalKind {
        switch self {
        case .began: .alertBegan
        case .renewed: .alertRenewed
        case .ended: .alertEnded
        case .lapsed: .alertLapsed
        }
    }
}

extension Memory {
    fileprivate var kind: JournalKind {
        switch self {
        case .mode: .memoryMode
        case .alert: .memoryAlert
        case .incident: .memoryIncident
        case .members: .memoryMembers
        case .run: .memoryRun
        case .assumedRun: .memoryAssumedRun
        case .ledger: .memoryLedger
        case .storm: .memoryStorm
        case .paused: .memoryPause
        case .quarantined: .memoryQuarantine
        case .handled: .memoryRequest
        }
    }
}
