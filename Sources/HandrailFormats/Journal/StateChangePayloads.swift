internal import HandrailCore

extension StateChange {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .engineStarted(let start): start.writeMembers(to: &object)
        case .engineStopped: break
        case .workspaceLoaded(let digest): object.member("workspaceDigest", digest)
        case .access(let change): change.writeMembers(to: &object)
        case .alert(let transition): transition.writeMembers(to: &object)
        case .match(let match): match.writeMembers(to: &object)
        case .run(let advance): advance.writeMembers(to: &object)
        case .report(let report): report.writeMembers(to: &object)
        case .request(let made, let person, let refusal):
            object.member("request", made.request)
            object.member("by", person)
            object.member("refusal", ifAny: refusal)
            object.member("id", ifAny: made.id)
            object.member("token", ifAny: made.token)
        case .quarantined(let quarantine): quarantine.writeMembers(to: &object)
        case .counted(let counters): counters.writeMembers(to: &object)
        case .announcementFailed(let run, let because):
            object.member("run", ifAny: run)
            object.member("because", because)
        case .remembered(let memory): memory.writeMembers(to: &object)
        }
    }

    /// - Parameter kind: of the timeline's other events none gets here.
    init(_ kind: JournalKind, _ value: PayloadValue) throws(PayloadError) {
        switch kind {
        case .engineStarted: self = .engineStarted(try EngineStart(value))
        case .engineStopped: self = .engineStopped
        case .workspaceLoaded: self = .workspaceLoaded(digest: try value.text("workspaceDigest"))
        case .accessChanged: self = .access(.tokens(try value.objects("tokens")))
        case .accessUnreadable: self = .access(.unreadable)
        case .alertBegan: self = .alert(try AlertTransition(.began, value))
        case .alertRenewed: self = .alert(try AlertTransition(.renewed, value))
        case .alertEnded: self = .alert(try AlertTransition(.ended, value))
        case .alertLapsed: self = .alert(try AlertTransition(.lapsed, value))
        case .matchKept: self = .match(try IncidentMemory.Match(value))
        case .runAdvanced: self = .run(try RunAdvance(value))
        case .stepReported: self = .report(try StepReport(value))
        case .requestMade:
            self = .request(
                MadeRequest(
                    try value.object("request"), id: try value.optionalText("id"),
                    token: try value.optionalText("token")),
                by: try value.person("by"), refusal: try value.optionalText("refusal"))
        case .targetQuarantined: self = .quarantined(try Quarantine(value))
        case .countersKept: self = .counted(try Counters(value))
        case .announcementFailed:
            self = .announcementFailed(run: try value.optionalNatural("run"), because: try value.text("because"))
        case .memoryMode, .memoryAlert, .memoryIncident, .memoryMembers, .memoryRun, .memoryAssumedRun, .memoryLedger,
            .memoryStorm, .memoryPause, .memoryQuarantine, .memoryRequest:
            self = .remembered(try Memory(kind, value))
        case .incidentOpened, .incidentJoined, .incidentMerged, .incidentResolved, .incidentClosed, .alertFiredAgain,
            .alertResolved, .alertMuted, .alertUnmuted, .alertDamped, .alertReleased, .stormBegan, .stormEnded,
            .decisionMade, .runbookNotChosen, .planRefused, .runStarted, .runEnded:
            preconditionFailure("`\(kind.rawValue)` is a state change")
        }
    }
}

extension EngineStart: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("version", version)
        object.member("mode", mode.rawValue)
        object.member("workspaceDigest", workspaceDigest)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            version: try value.text("version"), mode: try value.word("mode"),
            workspaceDigest: try value.text("workspaceDigest"))
    }
}

extension AlertTransition {
    fileprivate func writeMembers(to object: inout JSONWriter) {
        object.member("alert", labels)
        object.member("annotations", annotations)
        object.member("startsAt", startsAt)
        object.member("endsAt", ifAny: endsAt)
        object.member("authenticated", isAuthenticated)
        object.member("suppressedBySource", isSuppressedBySource)
    }

    fileprivate init(_ kind: Kind, _ value: PayloadValue) throws(PayloadError) {
        self.init(
            kind: kind, labels: try value.object("alert"), annotations: try value.labels("annotations"),
            startsAt: try value.time("startsAt"), endsAt: try value.optionalTime("endsAt"),
            isAuthenticated: try value.flag("authenticated"),
            isSuppressedBySource: try value.flag("suppressedBySource"))
    }
}

extension Quarantine: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("target", target)
        object.member("run", run)
        object.member("because", because)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            target: try value.object("target"), run: try value.natural("run"), because: try value.text("because"))
    }
}

extension StepReport: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("run", run)
        object.member("step", step)
        object.member("purpose", purpose.rawValue)
        object.member("attempt", attempt)
        object.member("argv", argv)
        object.member("ending", ending)
        object.member("succeeded", isSuccess)
        object.member("durationMilliseconds", duration.milliseconds)
        object.member("output", output)
        object.member("errorOutput", errorOutput)
        object.member("droppedBytes", droppedBytes)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            run: try value.natural("run"), step: try value.natural("step"), purpose: try value.word("purpose"),
            attempt: try value.natural("attempt"), argv: try value.texts("argv"), ending: try value.text("ending"),
            isSuccess: try value.flag("succeeded"), duration: try value.milliseconds("durationMilliseconds"),
            output: try value.text("output"), errorOutput: try value.text("errorOutput"),
            droppedBytes: try value.natural("droppedBytes"))
    }
}

extension Counters: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("deliveries", deliveries)
        object.member("alerts", alerts)
        object.member("duplicates", duplicates)
        object.member("late", late)
        object.member("distrusted", distrusted)
        object.member("resolvedUnseen", resolvedUnseen)
        object.member("ended", ended)
        object.member("truncated", truncated)
        object.member("episodes", episodes)
        object.member("muted", muted)
        object.member("incidents", incidents)
        object.member("runs", runs)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init()
        deliveries = try value.counter("deliveries")
        alerts = try value.counter("alerts")
        duplicates = try value.counter("duplicates")
        late = try value.counter("late")
        distrusted = try value.counter("distrusted")
        resolvedUnseen = try value.counter("resolvedUnseen")
        ended = try value.counter("ended")
        truncated = try value.saturatedCounter("truncated")
        episodes = try value.counter("episodes")
        muted = try value.counter("muted")
        incidents = try value.counter("incidents")
        runs = try value.counter("runs")
    }
}
