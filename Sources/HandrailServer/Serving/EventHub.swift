internal import HandrailCore
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
    /// Of one token: what one dashboard opens again and again leaves room for others.
    static let mostListenersOfOne = 25
    private static let mostWaiting = 1000

    /// Why nobody more may listen.
    enum Refusal: Error, Hashable, Sendable {
        /// Its token listens as often as one may.
        case tooManyOfOne
        /// All together do, or the server stops.
        case tooMany
    }

    private struct Listener {
        let token: String
        let continuation: AsyncStream<Piece>.Continuation
    }

    private struct State {
        var listeners: [Int: Listener] = [:]
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

    /// - Parameter token: the id of the token that asks.
    func listen(token: String) throws(Refusal) -> AsyncStream<Piece> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Piece.self, bufferingPolicy: .bufferingOldest(Self.mostWaiting))
        let listener = Listener(token: token, continuation: continuation)
        let number = try state.withLock { state throws(Refusal) in try Self.add(listener, to: &state) }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private static func add(_ listener: Listener, to state: inout State) throws(Refusal) -> Int {
        guard !state.isClosed, state.listeners.count < mostListeners else { throw .tooMany }
        guard state.listeners.values.count(where: { $0.token.hasSameBytes(as: listener.token) }) < mostListenersOfOne
        else { throw .tooManyOfOne }
        state.lastListener += 1
        state.listeners[state.lastListener] = listener
        return state.lastListener
    }

    func close() {
        let open = state.withLock { state in
            state.isClosed = true
            defer { state.listeners = [:] }
            return Array(state.listeners.values)
        }
        // Outside the lock: each tells us that it has ended.
        for listener in open { listener.continuation.finish() }
    }

    private func forget(_ number: Int) {
        _ = state.withLock { $0.listeners.removeValue(forKey: number) }
    }

    private static func yield(_ piece: Piece, to state: inout State) {
        for (number, listener) in state.listeners {
            if case .enqueued = listener.continuation.yield(piece) { continue }
            state.listeners[number] = nil
            Task { listener.continuation.finish() }
        }
    }
}
