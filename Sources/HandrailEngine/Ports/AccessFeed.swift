public import HandrailCore

/// Where the conductor learns whose tokens open something.
public protocol AccessFeed: Sendable {
    /// What was read since it was asked last, in order. Waits for nothing but other calls: it is asked before each request.
    func takeChanges() -> [AccessChange]
    /// Whether the token with this id opens anything, as it was read last. Waits as little.
    func isGood(token: String) -> Bool
}
