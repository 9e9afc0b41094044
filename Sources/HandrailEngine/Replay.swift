public import HandrailCore

/// Recorded deliveries through the whole engine on a virtual clock. Nothing is spawned.
///
/// A fold like the engine itself: feed it what the recording holds, then take the report.
public struct Replay: Sendable {
    public struct Options: Sendable {
        /// What lies outside is left out, half-open. Nil: from the beginning, to the end.
        public var from: Cut?
        public var to: Cut?
        /// Keep why each rule did or did not apply.
        public var explains = false
        /// Keep the timeline. Without it a recording of any length needs memory for its incidents only.
        public var keepsTimeline = true

        public init() {}
    }

    /// A place in a recording.
    public enum Cut: Hashable, Sendable {
        case time(Timestamp)
        /// After the first delivery.
        case offset(Duration)

        func resolved(from start: Timestamp) -> Timestamp {
            switch self {
            case .time(let time): time
            case .offset(let offset): start + offset
            }
        }
    }

    private var engine: Engine
    private let options: Options
    private var report: ReplayReport
    private var isCut = false

    public init(recording: String, workspace: Workspace, options: Options = Options()) {
        engine = Engine(workspace: workspace, explains: options.explains)
        self.options = options
        report = ReplayReport(recording: recording)
    }

    public mutating func receive(_ delivery: Delivery) {
        if report.firstAt == nil { report.firstAt = delivery.receivedAt }
        guard let start = report.firstAt, isInside(delivery.receivedAt, start: start) else {
            isCut = true
            return
        }
        report.playedFrom = report.playedFrom ?? delivery.receivedAt
        report.lastAt = max(report.lastAt ?? delivery.receivedAt, delivery.receivedAt)
        var report = report
        self.report = ReplayReport(recording: "")
        engine.receive(delivery) { report.note($0, keepsTimeline: options.keepsTimeline) }
        self.report = report
    }

    public mutating func skippedLine(_ number: Int, because reason: String) {
        report.noteInvalid(InvalidLine(number: number, reason: reason))
    }

    public mutating func rejectedAlerts(_ count: Int) {
        report.rejectedAlerts += count
    }

    public mutating func passedOverEvents(_ count: Int) {
        report.passedOverEvents += count
    }

    /// - Returns: everything that was seen; the incidents that are still open are in it as they stand.
    public mutating func finish() -> ReplayReport {
        var report = report
        // What ripens before the cut is decided before it.
        if let to = options.to, let start = report.firstAt, isCut {
            engine.advance(to: Timestamp(milliseconds: to.resolved(from: start).milliseconds - 1)) {
                report.note($0, keepsTimeline: options.keepsTimeline)
            }
        }
        engine.finish { report.note($0, keepsTimeline: options.keepsTimeline) }
        report.counters = engine.counters
        report.settle()
        self.report = report
        return report
    }

    private func isInside(_ time: Timestamp, start: Timestamp) -> Bool {
        if let from = options.from, time < from.resolved(from: start) { return false }
        if let to = options.to, time >= to.resolved(from: start) { return false }
        return true
    }
}

/// A line of a recording that could not be read.
public struct InvalidLine: Hashable, Sendable {
    public let number: Int
    public let reason: String

    public init(number: Int, reason: String) {
        self.number = number
        self.reason = reason
    }
}
