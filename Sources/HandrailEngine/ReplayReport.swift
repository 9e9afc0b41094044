public import HandrailCore

/// What a replay saw and would have done.
public struct ReplayReport: Sendable {
    public let recording: String
    /// Of the recording, whether it was cut or not. Nil where it holds no delivery.
    public internal(set) var firstAt: Timestamp?
    /// Of what was played.
    public internal(set) var playedFrom: Timestamp?
    public internal(set) var lastAt: Timestamp?
    /// The first of them; ``invalidLineCount`` counts all.
    public internal(set) var invalidLines: [InvalidLine] = []
    public internal(set) var invalidLineCount = 0
    public internal(set) var rejectedAlerts = 0
    /// Events that were fine and change nothing, such as acknowledgements.
    public internal(set) var passedOverEvents = 0
    /// Empty where it was not kept.
    public internal(set) var timeline: [TimelineEntry] = []
    /// By id. An incident that was merged into another one is not listed; its alerts and decisions are the other's.
    public internal(set) var incidents: [IncidentSummary] = []
    /// In the order in which they were made.
    public internal(set) var decisions: [DecisionRecord] = []
    public internal(set) var counters = Counters()
    public internal(set) var refusedPlans = 0
    /// By the id of an absorbed incident the one that took it over.
    private var absorbed: [Int: Int] = [:]

    public static let mostInvalidLines = 100

    init(recording: String) {
        self.recording = recording
    }

    mutating func noteInvalid(_ line: InvalidLine) {
        invalidLineCount += 1
        if invalidLines.count < Self.mostInvalidLines { invalidLines.append(line) }
    }

    mutating func note(_ entry: TimelineEntry, keepsTimeline: Bool) {
        if keepsTimeline { timeline.append(entry) }
        switch entry.event {
        case .incidentClosed(let summary): incidents.append(summary)
        case .decided(let record): decisions.append(record)
        case .incidentsMerged(let other, _): absorbed[other] = entry.incident
        case .planRefused: refusedPlans += 1
        case .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped,
            .alertReleased, .incidentResolved, .stormBegan, .stormEnded, .notChosen, .runStarted,
            .runEnded, .state:
            break
        }
    }

    mutating func settle() {
        incidents.sort { $0.id < $1.id }
    }

    /// The incident that a number of the timeline stands for now, after merging.
    public func survivor(of incident: Int) -> Int {
        var id = incident
        while let next = absorbed[id] { id = next }
        return id
    }

    public var summary: Summary { Summary(self) }

    /// The numbers at the end of a replay.
    public struct Summary: Hashable, Sendable {
        public let deliveries: Int
        /// Firing and resolved, repetitions included.
        public let notices: Int
        /// How often an alert began to fire.
        public let alerts: Int
        public let incidents: Int
        /// How many calls fewer a person would have got: 1 - incidents/alerts in whole percent, rounded down.
        public let noiseReductionPercent: Int
        public let verdicts: [Verdict: Int]
        public let refusedPlans: Int
        /// For each incident that an automatic decision was made in, the time from the first such decision to the
        /// recorded recovery, added up. Incidents that had not recovered at the end of the recording count nothing.
        public let timeSaved: Duration

        init(_ report: ReplayReport) {
            deliveries = report.counters.deliveries
            notices = report.counters.alerts
            alerts = report.counters.episodes
            incidents = report.incidents.count
            noiseReductionPercent = alerts == 0 ? 0 : max(0, (alerts - incidents) * 100 / alerts)
            verdicts = report.decisions.reduce(into: [:]) { $0[$1.decision.verdict, default: 0] += 1 }
            refusedPlans = report.refusedPlans
            timeSaved = report.incidents.compactMap { Self.saved(in: $0, report) }.reduce(.zero, +)
        }

        private static func saved(in incident: IncidentSummary, _ report: ReplayReport) -> Duration? {
            guard let resolvedAt = incident.resolvedAt else { return nil }
            let first = report.decisions.first {
                $0.decision.verdict == .automatic && $0.plan.effect > .none
                    && report.survivor(of: $0.incident) == incident.id
            }
            return first.map { max(.zero, resolvedAt - $0.at) }
        }
    }
}
