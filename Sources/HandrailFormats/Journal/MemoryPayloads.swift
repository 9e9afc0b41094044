internal import HandrailCore

extension Memory {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .mode(let mode): object.member("mode", mode.rawValue)
        case .alert(let memory): memory.writeMembers(to: &object)
        case .incident(let memory): memory.writeMembers(to: &object)
        case .members(let incident, let members):
            object.member("incident", incident)
            object.member("members", members)
        case .run(let memory): memory.writeMembers(to: &object)
        case .ledger(let memory): memory.writeMembers(to: &object)
        case .assumedRun(let memory): memory.writeMembers(to: &object)
        case .storm(let memory): memory.writeMembers(to: &object)
        case .paused(let scope, let person, let because):
            object.member("scope", scope)
            object.member("by", person)
            object.member("because", because)
        case .quarantined(let quarantine): quarantine.writeMembers(to: &object)
        case .handled(let request): request.writeMembers(to: &object)
        }
    }

    /// - Parameter kind: of a memory; nothing else gets here.
    init(_ kind: JournalKind, _ value: PayloadValue) throws(PayloadError) {
        switch kind {
        case .memoryMode: self = .mode(try value.word("mode"))
        case .memoryAlert: self = .alert(try AlertMemory(value))
        case .memoryIncident: self = .incident(try IncidentMemory(value))
        case .memoryMembers: self = .members(of: try value.natural("incident"), try value.objects("members"))
        case .memoryRun: self = .run(try RunMemory(value))
        case .memoryLedger: self = .ledger(try LedgerMemory(value))
        case .memoryAssumedRun: self = .assumedRun(try AssumedRunMemory(value))
        case .memoryStorm: self = .storm(try StormMemory(value))
        case .memoryPause:
            self = .paused(
                try value.object("scope"), by: try value.person("by"), because: try value.text("because"))
        case .memoryQuarantine: self = .quarantined(try Quarantine(value))
        case .memoryRequest: self = .handled(try HandledRequest(value))
        case .incidentOpened, .incidentJoined, .incidentMerged, .incidentResolved, .incidentClosed, .alertBegan,
            .alertRenewed, .alertEnded, .alertLapsed, .matchKept, .alertFiredAgain, .alertResolved, .alertMuted,
            .alertUnmuted,
            .alertDamped, .alertReleased, .stormBegan, .stormEnded, .decisionMade, .runbookNotChosen, .planRefused,
            .runStarted, .runAdvanced, .runEnded, .stepReported, .targetQuarantined, .requestMade,
            .announcementFailed, .engineStarted, .engineStopped, .workspaceLoaded, .accessChanged, .accessUnreadable,
            .countersKept:
            preconditionFailure("`\(kind.rawValue)` is a memory")
        }
    }
}

extension HandledRequest: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("handledAt", at)
        object.member("by", by)
        object.member("refusal", ifAny: refusal)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            id: try value.text("id"), at: try value.time("handledAt"), by: try value.person("by"),
            refusal: try value.optionalText("refusal"))
    }
}

extension AlertMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("alert", labels)
        object.member("annotations", annotations)
        object.member("firstSeenAt", firstSeenAt)
        object.member("firing", isFiring)
        object.member("startsAt", startsAt)
        object.member("beganAt", beganAt)
        object.member("lastSeenAt", lastSeenAt)
        object.member("endedAt", ifAny: endedAt)
        object.member("earlierStartsAt", ifAny: earlierStartsAt)
        object.member("lapsesAt", ifAny: lapsesAt)
        // What is so of nearly all is left out: a snapshot has as many of these as there are alerts.
        if isSuppressedBySource { object.member("suppressedBySource", true) }
        if hasLapsed { object.member("lapsed", true) }
        object.member("authenticated", isAuthenticated)
        object.member("episodes", episodes)
        object.member("causedBy", ifAny: causedBy)
        object.member("flap", ifAny: flap == .none ? nil : flap)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            labels: try value.object("alert"), annotations: try value.labels("annotations"),
            firstSeenAt: try value.time("firstSeenAt"), isFiring: try value.flag("firing"),
            startsAt: try value.time("startsAt"), beganAt: try value.time("beganAt"),
            lastSeenAt: try value.time("lastSeenAt"), endedAt: try value.optionalTime("endedAt"),
            earlierStartsAt: try value.optionalTime("earlierStartsAt"), lapsesAt: try value.optionalTime("lapsesAt"),
            isSuppressedBySource: try value.flag("suppressedBySource", ifAbsent: false),
            hasLapsed: try value.flag("lapsed", ifAbsent: false), isAuthenticated: try value.flag("authenticated"),
            episodes: try value.natural("episodes"), causedBy: try value.optionalNatural("causedBy"),
            flap: try value.optionalObject("flap") ?? .none)
    }
}

extension FlapMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("damped", isDamped)
        object.member("penalty", penalty)
        object.member("measuredAt", measuredAt)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            isDamped: try value.flag("damped"), penalty: try value.member("penalty").number(),
            measuredAt: try value.time("measuredAt"))
    }
}

extension IncidentMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("openedAt", openedAt)
        object.member("lastBeganAt", lastBeganAt)
        object.member("resolvedAt", ifAny: resolvedAt)
        object.member("members", members)
        object.member("matches", matches)
        object.member("outcomes", outcomes)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            id: try value.natural("id"), openedAt: try value.time("openedAt"),
            lastBeganAt: try value.time("lastBeganAt"), resolvedAt: try value.optionalTime("resolvedAt"),
            members: try value.objects("members"), matches: try value.objects("matches"),
            outcomes: try value.objects("outcomes"))
    }
}

extension IncidentMemory.Match: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("runbook", runbook)
        object.member("match", values)
        object.member("handled", list: handled) { $0.value($1.description) }
        object.member("since", ifAny: since)
        object.member("blocked", isBlocked)
        object.member("unblockedAt", ifAny: unblockedAt)
        object.member("decided", isDecided)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            runbook: try value.text("runbook"), values: try value.optionalExactTexts("match"),
            since: try value.optionalTime("since"), isBlocked: try value.flag("blocked", ifAbsent: false),
            unblockedAt: try value.optionalTime("unblockedAt"), isDecided: try value.flag("decided", ifAbsent: true),
            handled: try value.list("handled") { value throws(PayloadError) in try value.fingerprint() })
    }
}

extension IncidentMemory.Outcome: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("runbook", runbook)
        object.member("outcome", outcome.rawValue)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(runbook: try value.text("runbook"), outcome: try value.word("outcome"))
    }
}

extension RunMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("decision", record)
        object.member("planDigest", planDigest)
        object.member("events", events)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            record: try value.object("decision"), planDigest: try value.text("planDigest"),
            events: try value.objects("events"))
    }
}

extension RunMemory.Event: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("at", at)
        object.member("event", event)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(at: try value.time("at"), event: try value.object("event"))
    }
}

extension LedgerMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("run", run)
        object.member("incident", incident)
        object.member("plan", plan)
        object.member("startedAt", startedAt)
        object.member("endedAt", ifAny: endedAt)
        object.member("outcome", ifAny: outcome?.rawValue)
        object.member("assumed", isAssumed)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            run: try value.natural("run"), incident: try value.natural("incident"), plan: try value.object("plan"),
            startedAt: try value.time("startedAt"), endedAt: try value.optionalTime("endedAt"),
            outcome: try value.optional("outcome")?.word(), isAssumed: try value.flag("assumed", ifAbsent: false))
    }
}

extension AssumedRunMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("run", run)
        object.member("incident", incident)
        object.member("plan", plan)
        // No match at all is not a match without values.
        object.member("asked", match != nil)
        object.member("match", match ?? [])
        switch stage {
        case .pending(let expiresAt): object.member("pendingUntil", expiresAt)
        case .verifying(let deadline): object.member("verifyingUntil", deadline)
        }
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        let stage: Stage
        if let deadline = try value.optionalTime("verifyingUntil") {
            stage = .verifying(deadline: deadline)
        } else {
            stage = .pending(expiresAt: try value.time("pendingUntil"))
        }
        self.init(
            run: try value.natural("run"), incident: try value.natural("incident"), plan: try value.object("plan"),
            match: try value.flag("asked") ? try value.optionalExactTexts("match") : nil, stage: stage)
    }
}

extension StormMemory: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("lastReachedAt", ifAny: lastReachedAt)
        object.member("recent", recent)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(lastReachedAt: try value.optionalTime("lastReachedAt"), recent: try value.objects("recent"))
    }
}

extension StormMemory.Beginning: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("at", at)
        object.member("count", count)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(at: try value.time("at"), count: try value.natural("count"))
    }
}
