public import HandrailCore

/// How an engine stands, in numbers; for those who watch it.
public struct EngineOverview: Hashable, Sendable {
    public let counters: Counters
    public let openIncidents: Int
    public let isStorm: Bool
    public let activeRuns: Int
    /// When each question to a person that is open was asked.
    public let pendingSince: [Timestamp]
    /// Runs that wait for a person since they cannot go on by themselves: held, or stuck.
    public let heldRuns: Int
    /// Why the journal takes nothing at the moment.
    public let storeFailure: String?
    /// Snapshots that could not be saved since the engine began: the next start has more to fold.
    public let snapshotFailures: Int
}

extension Conductor {
    public var overview: EngineOverview {
        let engine = engine
        let views = engine.runViews
        return EngineOverview(
            counters: engine.counters, openIncidents: engine.openIncidentCount, isStorm: engine.isStorm,
            activeRuns: views.count { $0.run?.state.isFinished != true },
            pendingSince: views.compactMap { view in
                if case .pending = view.run?.state { view.record.at } else { nil }
            },
            heldRuns: views.count { view in
                switch view.run?.state {
                case .held, .stuck: true
                case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack,
                    .finished, nil:
                    false
                }
            },
            storeFailure: lastStoreFailure, snapshotFailures: snapshotFailureCount)
    }
}
