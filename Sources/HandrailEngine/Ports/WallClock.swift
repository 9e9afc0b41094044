public import HandrailCore

/// The time of day.
public protocol WallClock: Sendable {
    var now: Timestamp { get }
}
