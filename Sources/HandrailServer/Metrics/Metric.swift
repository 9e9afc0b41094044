/// What is measured, as Prometheus names it: base units, `_total` for what only grows.
public enum Metric: String, CaseIterable, Sendable {
    case deliveries = "handrail_deliveries_total"
    case refusedDeliveries = "handrail_deliveries_refused_total"
    case alerts = "handrail_alerts_total"
    case rejectedAlerts = "handrail_alerts_rejected_total"
    case passedOverEvents = "handrail_events_passed_over_total"
    case shedAlerts = "handrail_alerts_shed_total"
    case engineAlerts = "handrail_engine_alerts_total"
    case truncatedAlerts = "handrail_alerts_truncated_total"
    case incidents = "handrail_incidents_total"
    case openIncidents = "handrail_incidents_open"
    case storm = "handrail_storm"
    case verdicts = "handrail_decisions_total"
    case guardRefusals = "handrail_guard_refusals_total"
    case runs = "handrail_runs_total"
    case activeRuns = "handrail_runs_active"
    case pendingRuns = "handrail_runs_pending"
    case heldRuns = "handrail_runs_held"
    case oldestPending = "handrail_pending_oldest_age_seconds"
    case waitingAlerts = "handrail_queue_alerts"
    case waitingBytes = "handrail_queue_bytes"
    case decisionLatency = "handrail_decision_latency_seconds"
    case storeErrors = "handrail_store_errors_total"
    case storeUp = "handrail_store_up"
    case snapshotFailures = "handrail_snapshot_failures_total"
    case announcementFailures = "handrail_announcement_failures_total"
    case requests = "handrail_http_requests_total"
    case subscribers = "handrail_event_subscribers"
    case reloads = "handrail_reloads_total"
    case info = "handrail_info"

    enum Kind: String { case counter, gauge, histogram }

    var kind: Kind {
        switch self {
        case .deliveries, .refusedDeliveries, .alerts, .rejectedAlerts, .passedOverEvents, .shedAlerts,
            .engineAlerts, .truncatedAlerts, .incidents, .verdicts, .guardRefusals, .runs, .storeErrors,
            .snapshotFailures, .announcementFailures, .requests, .reloads:
            .counter
        case .openIncidents, .storm, .activeRuns, .pendingRuns, .heldRuns, .oldestPending, .waitingAlerts,
            .waitingBytes, .storeUp, .subscribers, .info:
            .gauge
        case .decisionLatency: .histogram
        }
    }

    var help: String {
        switch self {
        case .deliveries: "Deliveries that were taken and kept, by source."
        case .refusedDeliveries: "Deliveries that were answered otherwise than 200, by source and reason."
        case .alerts: "Alerts of deliveries that were kept, by source."
        case .rejectedAlerts: "Single alerts that could not be used, by source."
        case .passedOverEvents: "Events that were fine and change nothing, such as acknowledgements, by source."
        case .shedAlerts: "Alerts of deliveries that were refused under overload, by source and severity."
        case .engineAlerts: "Alerts by what they turned out to be."
        case .truncatedAlerts: "Alerts that sources say they left out."
        case .incidents: "Incidents that were opened."
        case .openIncidents: "Incidents in which an alert fires."
        case .storm: "1 while an alert storm lasts."
        case .verdicts: "Decisions, by verdict."
        case .guardRefusals: "Decisions that were not automatic because of it: kind of rule, and its name."
        case .runs: "Runs that have ended, by outcome."
        case .activeRuns: "Runs that have not ended."
        case .pendingRuns: "Runs that wait for a person's approval."
        case .heldRuns: "Runs that are held or stuck, and wait for a person."
        case .oldestPending: "How long the oldest question to a person has waited."
        case .waitingAlerts: "Alerts that are decoded and not yet durable."
        case .waitingBytes: "Bytes of request bodies in memory."
        case .decisionLatency: "From the head of a delivery's request until all that follows from it is durable."
        case .storeErrors: "Times that the journal began to fail."
        case .storeUp: "1 while the journal takes entries."
        case .snapshotFailures: "Snapshots of the state that could not be saved: the next start takes longer."
        case .announcementFailures: "Announcements that reached nobody."
        case .requests: "Requests, by route and status."
        case .subscribers: "Listeners to the event stream."
        case .reloads: "Reloads, by what was read again and the result."
        case .info: "The version and the mode, as labels."
        }
    }

    /// What each series of it says: names of labels.
    var labels: [String] {
        switch self {
        case .deliveries, .alerts, .rejectedAlerts, .passedOverEvents: ["source"]
        case .refusedDeliveries: ["source", "reason"]
        case .shedAlerts: ["source", "severity"]
        case .engineAlerts: ["kind"]
        case .verdicts: ["verdict"]
        case .guardRefusals: ["kind", "rule"]
        case .runs: ["outcome"]
        case .requests: ["route", "status"]
        case .reloads: ["part", "result"]
        case .info: ["version", "mode"]
        case .truncatedAlerts, .incidents, .openIncidents, .storm, .activeRuns, .pendingRuns, .heldRuns,
            .oldestPending, .waitingAlerts, .waitingBytes, .decisionLatency, .storeErrors, .storeUp,
            .snapshotFailures, .announcementFailures, .subscribers:
            []
        }
    }
}
