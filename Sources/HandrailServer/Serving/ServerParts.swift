public import HandrailEngine
internal import HandrailFormats
public import HandrailSigning
internal import Synchronization

/// What a server is made from.
public struct ServerSettings: Sendable {
    /// The address to listen on.
    public var host = "127.0.0.1"
    /// 0: any that is free.
    public var port = 9095
    public var limits = IntakeLimits()
    /// Deliveries without token and signature are taken, and never lead to an automatic action.
    public var takesUnauthenticated = false
    /// `/metrics` needs no token.
    public var hasOpenMetrics = false
    /// Of which most may be idle: each costs some ten KiB.
    public var mostConnections = 16_384
    /// For the whole of a request to arrive, and for a client to read on where it does not.
    public var requestPatience = Duration.seconds(30)
    /// For what is under way when it stops. Clients that do not read their answer are left then.
    public var stopPatience = Duration.seconds(10)
    /// Of this program, for the OpenAPI document.
    public var version = ""

    public init() {}
}

/// What a server stands between. All of it is shared by all connections.
public struct ServerPorts: Sendable {
    public let conductor: Conductor
    public let decoders: SourceDecoders
    public let documents: any StateDocuments
    public let clock: any WallClock
    /// The tokens that are good at the moment; asked for each request.
    public let tokens: @Sendable () -> TokenBook
    /// What deliveries of a source may be signed with at the moment; asked for each that is signed.
    public var deliveryKeys: @Sendable (_ source: String) -> [SigningSecret] = { _ in [] }
    public let metrics: MetricRegistry
    public let events: EventHub

    public init(
        conductor: Conductor, decoders: SourceDecoders, documents: any StateDocuments, clock: any WallClock,
        tokens: @escaping @Sendable () -> TokenBook, metrics: MetricRegistry, events: EventHub
    ) {
        self.conductor = conductor
        self.decoders = decoders
        self.documents = documents
        self.clock = clock
        self.tokens = tokens
        self.metrics = metrics
        self.events = events
    }
}

/// The same for the routes, with what the server adds.
final class ServerParts: Sendable {
    let ports: ServerPorts
    let limits: IntakeLimits
    let hasOpenMetrics: Bool
    let gate: DeliveryGate
    let admission: Admission
    private let stopping = Atomic(false)

    init(_ ports: ServerPorts, _ settings: ServerSettings) {
        self.ports = ports
        limits = settings.limits
        hasOpenMetrics = settings.hasOpenMetrics
        gate = DeliveryGate(
            keys: ports.deliveryKeys, takesUnauthenticated: settings.takesUnauthenticated, startedAt: ports.clock.now)
        admission = Admission(settings.limits)
    }

    var conductor: Conductor { ports.conductor }
    var decoders: SourceDecoders { ports.decoders }
    var documents: any StateDocuments { ports.documents }
    var clock: any WallClock { ports.clock }
    var metrics: MetricRegistry { ports.metrics }
    var events: EventHub { ports.events }
    var isStopping: Bool { stopping.load(ordering: .relaxed) }

    /// Whether a token that was good when a request began still is.
    func isGood(_ holder: Holder) -> Bool { ports.tokens().isGood(holder, at: clock.now) }

    func stop() {
        stopping.store(true, ordering: .relaxed)
        events.close()
    }
}
