internal import HandrailCore

/// What is shown of a timeline, in order.
enum TimelineRow {
    case entry(TimelineEntry)
    case folded(FoldedAlerts)
}

/// Alerts of one incident that did the same one after the other, too many to be shown one by one.
struct FoldedAlerts {
    let kind: AlertChange
    let incident: Int?
    let firstAt: Timestamp
    private(set) var lastAt: Timestamp
    private(set) var count = 0
    /// Distinct names, in the order in which they came; only the first few.
    private(set) var alertnames: [ExactText] = []
    private(set) var hasMoreNames = false
    /// What all of them share.
    private(set) var commonLabels: [Label]

    private static let mostNames = 3

    init(_ kind: AlertChange, incident: Int?, first alert: LabelSet, at time: Timestamp) {
        self.kind = kind
        self.incident = incident
        firstAt = time
        lastAt = time
        commonLabels = alert.labels
        add(alert, at: time)
    }

    mutating func add(_ alert: LabelSet, at time: Timestamp) {
        count += 1
        lastAt = time
        commonLabels.removeAll { alert[$0.name] != $0.value }
        let name = alert.alertname
        guard !alertnames.contains(name) else { return }
        if alertnames.count < Self.mostNames { alertnames.append(name) } else { hasMoreNames = true }
    }
}

/// What happens to single alerts, often to many in a row.
enum AlertChange: Hashable {
    case joined, firedAgain, resolved, muted, unmuted, damped, released

    /// The change and its alert; nil for events that are about more than one alert.
    init?(_ event: TimelineEvent) {
        switch event {
        case .alertJoined: self = .joined
        case .alertFiredAgain: self = .firedAgain
        case .alertResolved: self = .resolved
        case .alertMuted: self = .muted
        case .alertUnmuted: self = .unmuted
        case .alertDamped: self = .damped
        case .alertReleased: self = .released
        case .incidentOpened, .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan, .stormEnded, .decided,
            .notChosen, .planRefused, .runStarted, .runEnded, .state:
            return nil
        }
    }

    var heading: String {
        switch self {
        case .joined: "joined by"
        case .firedAgain: "fires again"
        case .resolved: "no longer fires"
        case .muted: "muted"
        case .unmuted: "no longer muted"
        case .damped: "flaps, so damped"
        case .released: "steady again"
        }
    }
}

/// Chooses the rows: leaves out what goes without saying, and folds what repeats.
struct TimelineRows {
    /// Alerts in a row that are shown one by one.
    static let longestRun = 8

    private struct RunKey: Hashable {
        let incident: Int?
        let kind: AlertChange
    }

    private struct Run {
        var count = 0
        /// Index of the folded row.
        var folded: Int?
    }

    private(set) var rows: [TimelineRow] = []
    private var runs: [RunKey: Run] = [:]

    /// - Parameter explains: alerts that resolve are shown as well.
    init(_ timeline: [TimelineEntry], explains: Bool) {
        for entry in timeline {
            if let kind = AlertChange(entry.event), let alert = entry.alert {
                if kind != .resolved || explains { add(kind, alert, entry) }
            } else if entry.isShown {
                endRuns(of: entry.incident)
                rows.append(.entry(entry))
            }
        }
    }

    private mutating func add(_ kind: AlertChange, _ alert: LabelSet, _ entry: TimelineEntry) {
        let key = RunKey(incident: entry.incident, kind: kind)
        var run = runs[key] ?? Run()
        run.count += 1
        if let folded = run.folded {
            extend(folded, alert, at: entry.at)
        } else if run.count > Self.longestRun {
            run.folded = rows.count
            rows.append(.folded(FoldedAlerts(kind, incident: entry.incident, first: alert, at: entry.at)))
        } else {
            rows.append(.entry(entry))
        }
        runs[key] = run
    }

    private mutating func extend(_ index: Int, _ alert: LabelSet, at time: Timestamp) {
        guard case .folded(var folded) = rows[index] else { return }
        folded.add(alert, at: time)
        rows[index] = .folded(folded)
    }

    /// What matters to an incident begins a new run, so that the order of things stays visible.
    private mutating func endRuns(of incident: Int?) {
        guard let incident else { return }
        for key in runs.keys where key.incident == incident { runs[key] = nil }
    }
}

extension TimelineEntry {
    /// The one alert that the entry is about.
    var alert: LabelSet? {
        switch event {
        case .incidentOpened(let alert), .alertJoined(let alert, _), .alertFiredAgain(let alert),
            .alertResolved(let alert), .alertMuted(let alert, _), .alertUnmuted(let alert), .alertDamped(let alert),
            .alertReleased(let alert):
            alert
        case .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan, .stormEnded, .decided, .notChosen,
            .planRefused, .runStarted, .runEnded, .state:
            nil
        }
    }

    /// That an automatic plan starts goes without saying, and closing is bookkeeping.
    fileprivate var isShown: Bool {
        switch event {
        case .incidentClosed, .runStarted, .state: false
        case .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted, .alertDamped,
            .alertReleased, .incidentsMerged, .incidentResolved, .stormBegan, .stormEnded, .decided, .notChosen,
            .planRefused, .runEnded:
            true
        }
    }
}
