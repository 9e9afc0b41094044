/// A run that is really carried out, and what the engine remembers of it beside where it stands.
struct DrivenRun: Sendable {
    /// Waits for alerts to stop firing, once the probes have succeeded.
    struct Watch: Hashable, Sendable {
        let since: Timestamp
        let deadline: Timestamp
        var clearSince: Timestamp?
    }

    let record: DecisionRecord
    /// Nil until it is sealed: until what was decided about is frozen with a digest.
    var run: Run?
    var events: [RunMemory.Event] = []
    var isCounted = false
    var watch: Watch?

    init(record: DecisionRecord) {
        self.record = record
    }
}

/// A run as those who drive or show the engine see it.
public struct RunView: Sendable {
    public let id: Int
    public let incident: Int
    public let record: DecisionRecord
    /// Nil until it is sealed.
    public let run: Run?
    /// What happened to it, in order.
    public let events: [RunMemory.Event]

    init?(_ id: Int, _ active: ActiveRun) {
        guard case .driven(let driven) = active.stage else { return nil }
        self.id = id
        incident = active.incident
        record = driven.record
        run = driven.run
        events = driven.events
    }
}
