public import HandrailCore

/// An incident as it was recorded.
public struct CatalogIncident: Sendable {
    public enum Phase: String, Hashable, Sendable, CaseIterable {
        /// A member fires.
        case open
        /// None fires; it may still be reopened.
        case resolved
        case closed
        /// Another incident took its members over.
        case merged
    }

    public let id: Int
    public let openedAt: Timestamp
    public internal(set) var resolvedAt: Timestamp?
    public internal(set) var closedAt: Timestamp?
    public internal(set) var mergedInto: Int?
    /// In the order of joining.
    public internal(set) var members: [IncidentSummary.Member] = []
    /// More members, of which only the number is known any more.
    public internal(set) var omittedMembers = 0
    /// Everything that was said about it, oldest first; a part of the middle may be left out.
    public private(set) var timeline: [TimelineEntry] = []
    public private(set) var omittedEntries = 0
    /// Every decision on it, oldest first.
    public internal(set) var decisions: [CatalogDecision] = []
    /// Numbers of its runs, in the order of their decisions.
    public internal(set) var runs: [Int] = []
    /// Runbooks that came close and never matched, as they stood when it was closed.
    public internal(set) var nearMisses: [NearMiss] = []

    init(id: Int, openedAt: Timestamp) {
        self.id = id
        self.openedAt = openedAt
    }

    public var phase: Phase {
        if mergedInto != nil { return .merged }
        if closedAt != nil { return .closed }
        return resolvedAt == nil ? .open : .resolved
    }

    /// Matches that lost against another one, or waited.
    public var notChosen: [(at: Timestamp, runbook: String, because: String)] {
        timeline.compactMap { entry in
            if case .notChosen(let runbook, let because) = entry.event { (entry.at, runbook, because) } else { nil }
        }
    }

    /// Matches for which no plan could be made.
    public var refusals: [(at: Timestamp, runbook: String, refusal: PlanRefusal)] {
        timeline.compactMap { entry in
            if case .planRefused(let runbook, let refusal) = entry.event { (entry.at, runbook, refusal) } else { nil }
        }
    }

    mutating func note(_ entry: TimelineEntry, atMost limit: Int) {
        timeline.append(entry)
        omittedEntries += timeline.leaveOutMiddle(atMost: limit)
    }
}

public struct CatalogDecision: Sendable {
    public let record: DecisionRecord
    /// Where it stands in the journal; 0 where that is not known.
    public let sequence: Int64

    public init(record: DecisionRecord, sequence: Int64) {
        self.record = record
        self.sequence = sequence
    }
}
