internal import HandrailCore
internal import Synchronization

/// Whose body it is that takes up memory.
enum BodyOwner: Hashable {
    /// A source that has shown its token.
    case source(String)
    /// Of a delivery of which only the body will show whose it is, or nobody's.
    case unproven
    /// A person's request: it does not wait behind deliveries, or nobody could pause in a storm.
    case person
}

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

    /// What nobody vouches for has a share of its own, whatever source it names.
    private struct Sender: Hashable {
        let source: String
        let isAuthenticated: Bool

        init(_ delivery: Delivery) {
            source = delivery.source
            isAuthenticated = delivery.isAuthenticated
        }
    }

    private struct State {
        /// Of deliveries.
        var bytes = 0
        var bytesByOwner: [BodyOwner: Int] = [:]
        var alerts = 0
        var alertsBySender: [Sender: Int] = [:]
    }

    private let limits: IntakeLimits
    private let state = Mutex(State())

    init(_ limits: IntakeLimits) {
        self.limits = limits
    }

    /// Of deliveries.
    var waiting: (alerts: Int, bytes: Int) { state.withLock { ($0.alerts, $0.bytes) } }

    func reserve(bytes: Int, for owner: BodyOwner) -> Refusal? {
        state.withLock { state in
            let own = state.bytesByOwner[owner] ?? 0
            guard own + bytes <= mostBytes(of: owner) else { return owner == .person ? .bodies : .share }
            if owner != .person {
                guard state.bytes + bytes <= limits.waitingBytes else { return .bodies }
                state.bytes += bytes
            }
            state.bytesByOwner[owner] = own + bytes
            return nil
        }
    }

    func release(bytes: Int, for owner: BodyOwner) {
        guard bytes > 0 else { return }
        state.withLock { state in
            if owner != .person { state.bytes -= bytes }
            let own = (state.bytesByOwner[owner] ?? 0) - bytes
            state.bytesByOwner[owner] = own > 0 ? own : nil
        }
    }

    /// One body always has room where its owner has no other.
    private func mostBytes(of owner: BodyOwner) -> Int {
        switch owner {
        case .source: max(limits.bodyBytes, limits.waitingBytes / 2)
        case .unproven: max(limits.bodyBytes, limits.waitingBytes / 4)
        case .person: limits.personBytes
        }
    }

    /// A delivery by itself is never too large: where nothing waits, it comes in.
    func enter(_ delivery: Delivery) -> Refusal? {
        let count = delivery.alerts.count
        let sender = Sender(delivery)
        // Whoever may say anything may say that it is critical.
        let worth = delivery.isAuthenticated ? DeliveryWorth(delivery) : .low
        return state.withLock { state in
            if state.alerts > 0 {
                guard state.alerts + count <= limits.waitingAlerts * worth.share / 100 else { return .alerts }
                let own = state.alertsBySender[sender] ?? 0
                guard own == 0 || own + count <= limits.waitingAlerts / 2 else { return .share }
            }
            state.alerts += count
            state.alertsBySender[sender, default: 0] += count
            return nil
        }
    }

    func leave(_ delivery: Delivery) {
        let count = delivery.alerts.count
        let sender = Sender(delivery)
        state.withLock { state in
            state.alerts -= count
            let own = (state.alertsBySender[sender] ?? 0) - count
            state.alertsBySender[sender] = own > 0 ? own : nil
        }
    }
}
