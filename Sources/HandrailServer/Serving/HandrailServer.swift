internal import HTTPTypes
internal import HandrailEngine
internal import Hummingbird
internal import HummingbirdCore
public import Logging
internal import NIOCore
public import ServiceLifecycle

/// The server: routes, limits and the connections. It ends when it is told to shut down gracefully: no new connections,
/// and what is under way is answered.
public struct HandrailServer: Service {
    private let parts: ServerParts
    private let settings: ServerSettings
    private let logger: Logger
    private let isListening: @Sendable (_ port: Int) async -> Void

    /// - Parameter isListening: called once it takes connections, with the port that it listens on.
    public init(
        _ ports: ServerPorts, _ settings: ServerSettings, logger: Logger,
        isListening: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        parts = ServerParts(ports, settings)
        self.settings = settings
        self.logger = logger
        self.isListening = isListening
    }

    public func run() async throws {
        let patience = TimeAmount.milliseconds(settings.requestPatience.inMilliseconds)
        let isListening = isListening
        let application = Application(
            responder: Responder(parts, version: settings.version),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [RequestDeadline(patience: patience)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port), serverName: nil, backlog: 1024,
                availableConnectionsDelegate: MaximumAvailableConnections(settings.mostConnections)),
            onServerRunning: { channel in await isListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        let parts = parts
        let heartbeat = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(15))
                parts.events.beat()
            }
        }
        defer { heartbeat.cancel() }
        let stopPatience = settings.stopPatience
        try await withGracefulShutdownHandler {
            try await Self.run(application, stopPatience: stopPatience)
        } onGracefulShutdown: {
            parts.stop()
        }
    }

    /// Until it has stopped, or the patience with what is under way is over: one client that does not read its answer would
    /// keep everything else from being closed.
    private static func run(_ application: some Service, stopPatience: Duration) async throws {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await application.run()
                return true
            }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: stopPatience)
                return false
            }
            defer { group.cancelAll() }
            while let hasEnded = try await group.next() {
                guard !hasEnded else { return }
                group.cancelAll()
            }
        }
    }
}

extension Duration {
    fileprivate var inMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
