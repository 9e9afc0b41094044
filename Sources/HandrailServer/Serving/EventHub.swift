internal import Synchronization

/// One thing that has become durable, for those who watch.
public struct ServerEvent: Sendable {
    /// Such as `run` or `incident`.
    public let name: String
    /// One line of JSON.
    public let data: String

    public init(name: String, data: String) {
        self.name = name
        self.data = data
    }
}

/// Hands what has become durable to all who listen. One that does not keep up is let go of, and told to look anew: nobody
/// is waited for.
public final class EventHub: Sendable {
    enum Piece: Sendable {
        case event(number: Int, ServerEvent)
        /// So that both sides notice when the other is gone.
        case heartbeat
    }

    static let mostListeners = 100
    private static let mostWaiting = 1000

    private struct State {
        var listeners: [Int: AsyncStream<Piece>.Continuation] = [:]
        var lastListener = 0
        var lastEvent = 0
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    var listenerCount: Int { state.withLock { $0.listeners.count } }

    public func send(_ events: [ServerEvent]) {
        state.withLock { state in
            for event in events {
                state.lastEvent += 1
                Self.yield(.event(number: state.lastEvent, event), to: &state)
            }
        }
    }

    func beat() {
        state.withLock { Self.yield(.heartbeat, to: &$0) }
    }

    /// Nil where there are too many, or the server stops.
    func listen() -> AsyncStream<Piece>? {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Piece.self, bufferingPolicy: .bufferingOldest(Self.mostWaiting))
        let number = state.withLock { state -> Int? in
            guard !state.isClosed, state.listeners.count < Self.mostListeners else { return nil }
            state.lastListener += 1
            state.listeners[state.lastListener] = continuation
            return state.lastListener
        }
        guard let number else { return nil }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        // Outside the lock: each tells us that it has ended.
        for listener in open { listener.finish() }
    }

    private func forget(_ number: Int) {
        _ = state.withLock { $0.listeners.removeValue(forKey: number) }
    }

    private static func yield(_ piece: Piece, to state: inout State) {
        for (number, listener) in state.listeners {
            if case .enqueued = listener.yield(piece) { continue }
            state.listeners[number] = nil
            Task { listener.finish() }
        }
    }
}
