internal import HandrailCore

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
