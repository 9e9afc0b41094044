internal import HandrailCore
internal import Synchronization

/// Bounds what waits for the engine. Under pressure what matters least is refused first, and no source takes the place of
/// all others.
final class Admission: Sendable {
    enum Refusal: Hashable {
        /// More bytes than may be in memory.
        case bodies
        /// The queue is full, or too full for what the delivery is worth.
        case alerts
        /// This source has its share of the queue.
        case share

        var reason: String {
            switch self {
            case .bodies: "bodies"
            case .alerts: "overload"
            case .share: "quota"
            }
        }
    }

    private struct State {
        var bytes = 0
        var alerts = 0
        var bySource: [String: Int] = [:]
    }

    private let limits: IntakeLimits
    private let state = Mutex(State())

    init(_ limits: IntakeLimits) {
        self.limits = limits
    }

    var waiting: (alerts: Int, bytes: Int) { state.withLock { ($0.alerts, $0.bytes) } }

    func reserve(bytes: Int) -> Refusal? {
        state.withLock { state in
            guard state.bytes + bytes <= limits.waitingBytes else { return .bodies }
            state.bytes += bytes
            return nil
        }
    }

    func release(bytes: Int) {
        state.withLock { $0.bytes -= bytes }
    }

    /// A delivery by itself is never too large: where nothing waits, it comes in.
    func enter(_ delivery: Delivery) -> Refusal? {
        let count = delivery.alerts.count
        let worth = DeliveryWorth(delivery)
        return state.withLock { state in
            if state.alerts > 0 {
                guard state.alerts + count <= limits.waitingAlerts * worth.share / 100 else { return .alerts }
                let own = state.bySource[delivery.source] ?? 0
                guard own == 0 || own + count <= limits.waitingAlerts / 2 else { return .share }
            }
            state.alerts += count
            state.bySource[delivery.source, default: 0] += count
            return nil
        }
    }

    func leave(_ delivery: Delivery) {
        let count = delivery.alerts.count
        state.withLock { state in
            state.alerts -= count
            let own = (state.bySource[delivery.source] ?? 0) - count
            state.bySource[delivery.source] = own > 0 ? own : nil
        }
    }
}

/// What a delivery is worth under pressure: as much as the most severe of its alerts.
enum DeliveryWorth: Int, Comparable {
    case low, middle, high

    init(_ delivery: Delivery) {
        // An end is a transition, and a notice that nobody needs to act any more.
        var worth = DeliveryWorth.low
        for alert in delivery.alerts {
            worth = max(worth, alert.status == .resolved ? .high : DeliveryWorth(severity: alert.labels["severity"]))
            if worth == .high { break }
        }
        self = worth
    }

    /// By the names that are usual for it. One without a severity is not known to be unimportant.
    private init(severity: ExactText?) {
        switch severity {
        case "info", "none", "debug", "notice": self = .low
        case "warning", "minor": self = .middle
        default: self = .high
        }
    }

    /// The percentage of the queue that it may fill.
    var share: Int {
        switch self {
        case .low: 50
        case .middle: 75
        case .high: 100
        }
    }

    var name: String {
        switch self {
        case .low: "info"
        case .middle: "warning"
        case .high: "critical"
        }
    }

    static func < (left: DeliveryWorth, right: DeliveryWorth) -> Bool { left.rawValue < right.rawValue }
}
