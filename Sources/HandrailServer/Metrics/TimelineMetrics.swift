public import HandrailCore

/// Counts what has become durable, and what the engine does not count itself.
public struct TimelineMetrics: Sendable {
    private let registry: MetricRegistry

    public init(_ registry: MetricRegistry) {
        self.registry = registry
        // A series that begins at 1 has never increased, as far as Prometheus knows.
        for verdict in Verdict.allCases { registry.add(.verdicts, [verdict.rawValue], by: 0) }
        for outcome in RunOutcome.allCases { registry.add(.runs, [outcome.rawValue], by: 0) }
    }

    public func note(_ entries: [TimelineEntry]) {
        for entry in entries { note(entry.event) }
    }

    private func note(_ event: TimelineEvent) {
        switch event {
        case .decided(let record): note(record.decision)
        case .runEnded(_, _, let outcome, _): registry.add(.runs, [outcome.rawValue])
        case .state(.announcementFailed): registry.add(.announcementFailures)
        case .state, .incidentOpened, .alertJoined, .alertFiredAgain, .alertResolved, .alertMuted, .alertUnmuted,
            .alertDamped, .alertReleased, .incidentsMerged, .incidentResolved, .incidentClosed, .stormBegan,
            .stormEnded, .notChosen, .planRefused, .runStarted:
            break
        }
    }

    private func note(_ decision: Decision) {
        registry.add(.verdicts, [decision.verdict.rawValue])
        for reason in decision.reasons where reason.effect > .automatic && reason.source.isGuard {
            registry.add(.guardRefusals, [reason.source.rawValue, reason.rule])
        }
    }
}

extension Reason.Source {
    /// Whether it can only make a verdict stricter.
    fileprivate var isGuard: Bool {
        switch self {
        case .restrict, .limit, .freeze, .breaker, .protect, .interlock: true
        case .default, .allow, .planning: false
        }
    }
}
