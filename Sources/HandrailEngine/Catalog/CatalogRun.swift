public import HandrailCore

/// A run as it was recorded.
public struct CatalogRun: Sendable {
    /// What happened to it, and where it stood then.
    public struct Event: Sendable {
        public let at: Timestamp
        /// Where it stands in the journal; 0 where a snapshot told of it.
        public let sequence: Int64
        public let event: RunEvent
        public let state: RunState
    }

    public struct Report: Sendable {
        public let at: Timestamp
        public let sequence: Int64
        public let report: StepReport
    }

    public struct Note: Hashable, Sendable {
        public let at: Timestamp
        public let sequence: Int64
        public let text: String
    }

    /// Where it stands, in the words of `--state`.
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// Waits for a person's approval.
        case pending
        /// Under way.
        case running
        /// Waits for a person, since an outcome is unknown or an undo failed.
        case held
        case ended
    }

    public let id: Int
    /// The home of the incident that it was decided for.
    public internal(set) var incident: Int
    public let record: DecisionRecord
    /// Where its decision stands in the journal; 0 where a snapshot told of it.
    public let sequence: Int64
    /// Whether the engine acted when it was decided; nothing comes of a decision otherwise.
    public let mode: Engine.Mode
    /// Empty until it is sealed.
    public internal(set) var planDigest = ""
    public internal(set) var state = RunState.proposed
    public internal(set) var events: [Event] = []
    public private(set) var reports: [Report] = []
    /// Reports that are left out in the middle.
    public private(set) var omittedReports = 0
    /// What people asked for, and why it was refused.
    public internal(set) var requests: [CatalogRequest] = []
    public internal(set) var announcementFailures: [Note] = []
    /// Where the engine only observes: since when the plan is taken for having run.
    public internal(set) var assumedToRunSince: Timestamp?
    /// How it counts for limits and breakers.
    public internal(set) var outcome: (at: Timestamp, outcome: RunOutcome, because: String)?

    init(id: Int, incident: Int, record: DecisionRecord, sequence: Int64, mode: Engine.Mode) {
        self.id = id
        self.incident = incident
        self.record = record
        self.sequence = sequence
        self.mode = mode
    }

    public var phase: Phase {
        guard mode == .act else { return observedPhase }
        switch state {
        case .pending: return .pending
        case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack: return .running
        case .held, .stuck: return .held
        case .finished: return .ended
        }
    }

    private var observedPhase: Phase {
        if outcome != nil { return .ended }
        return record.decision.verdict == .approval ? .pending : .running
    }

    public var endedAt: Timestamp? {
        switch state {
        case .finished: events.last?.at ?? outcome?.at
        case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack, .held, .stuck:
            outcome?.at
        }
    }

    /// What a person is asked at the moment.
    public var question: Question? {
        if case .pending(let question, _) = state { question } else { nil }
    }

    /// By step, then by name: what was read for the undo.
    public var captured: [Int: [String: String]] {
        events.reduce(into: [:]) { captured, event in
            if case .captured(let step, let values) = event.event { captured[step] = values }
        }
    }

    /// The last dry-run of each step, in the order of the plan.
    public var rehearsals: [Report] {
        let last = reports.filter { $0.report.purpose == .rehearse }
            .reduce(into: [Int: Report]()) { $0[$1.report.step] = $1 }
        return last.sorted { $0.key < $1.key }.map(\.value)
    }

    mutating func note(_ report: Report, atMost limit: Int) {
        reports.append(report)
        omittedReports += reports.leaveOutMiddle(atMost: limit)
    }
}

/// What a person asked for.
public struct CatalogRequest: Hashable, Sendable {
    public let at: Timestamp
    public let sequence: Int64
    public let request: PersonRequest
    public let by: Person
    /// The id of the token that it came with.
    public let token: String?
    /// Nil: it was done.
    public let refusal: String?
}

/// Steps that are stopped.
public struct CatalogPause: Hashable, Sendable {
    public let scope: PauseScope
    public let by: Person
    public let because: String
    /// Nil where only a snapshot tells of it.
    public let since: Timestamp?
}

public struct CatalogQuarantine: Hashable, Sendable {
    public let quarantine: Quarantine
    /// Nil where only a snapshot tells of it.
    public let since: Timestamp?
}

public struct CatalogEngineStart: Hashable, Sendable {
    public let start: EngineStart
    public let at: Timestamp
    /// Nil while it is at work, and where it ended without a word.
    public internal(set) var stoppedAt: Timestamp?

    init(start: EngineStart, at: Timestamp) {
        self.start = start
        self.at = at
    }
}

extension Array {
    /// Takes a piece out of the middle once there are more than `limit`; says how many it took.
    mutating func leaveOutMiddle(atMost limit: Int) -> Int {
        guard count > Swift.max(4, limit) else { return 0 }
        let piece = Swift.max(1, count / 4)
        let start = count / 2 - piece / 2
        removeSubrange(start..<start + piece)
        return piece
    }
}
