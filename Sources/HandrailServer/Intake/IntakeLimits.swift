/// How much may wait at once. What is beyond is refused, counted, and sent again by its source: nothing is acknowledged
/// that is not kept.
public struct IntakeLimits: Hashable, Sendable {
    /// Of one delivery. Alertmanager's own grouped webhooks reach some MiB in a storm.
    public var bodyBytes = 20 << 20
    /// Of all bodies of deliveries together. One source gets half of it, and what has not shown yet whose it is a quarter.
    public var waitingBytes = 256 << 20
    /// Of all requests of people together.
    public var personBytes = 16 << 20
    /// Decoded, and not yet durable.
    public var waitingAlerts = 200_000
    /// What ``waitingAlerts`` may be set to.
    public static let mostWaitingAlerts = 100_000_000

    public init() {}
}
