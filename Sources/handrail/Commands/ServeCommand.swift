internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailServer
internal import HandrailSigning
internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Takes alerts in live over HTTP, decides, and - with --act - acts.",
        discussion: """
            POST /v1/deliveries/alertmanager takes what Alertmanager's webhook sends, with a token that `handrail token \
            create --role source` makes. A delivery is answered 200 once everything that follows from it is durable. \
            /v1/openapi.json describes the rest. SIGHUP reads the workspace and the secrets again, if they have no errors; \
            SIGTERM answers what is under way, and stops.

              handrail serve --state /var/lib/handrail
              handrail serve --act --listen 0.0.0.0:9095 --alertmanager http://127.0.0.1:9093
            """)

    @OptionGroup var state: StateOptions
    @OptionGroup var engine: EngineOptions

    @Option(
        help: ArgumentHelp(
            "A YAML file with these options by their names, except --act; else HANDRAIL_CONFIG. What is given here, or "
                + "in a variable such as HANDRAIL_LISTEN, comes first.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Where it listens. Port 0 is any that is free.", valueName: "host:port"))
    var listen = ListenAddress(host: "127.0.0.1", port: 9095)

    @Option(
        help: ArgumentHelp(
            "Deliveries of this source may be signed with this secret instead of bringing a token. Repeatable, also for "
                + "one source, while its secret is being replaced.",
            valueName: "source=secret"))
    var deliveryKey: [DeliveryKeyArgument] = []

    @Flag(help: "Take deliveries without token or signature. They never lead to an automatic action.")
    var unauthenticated = false

    @Flag(help: "Show /metrics to everybody.")
    var openMetrics = false

    @Option(help: "How many alerts may wait to be decided; beyond, deliveries are sent back.")
    var queue = IntakeLimits().waitingAlerts

    @Option(help: "How long runs under way are waited for when it stops.")
    var drain = SpanArgument(.seconds(30))

    func validate() throws {
        guard 1...IntakeLimits.mostWaitingAlerts ~= queue else {
            throw ValidationError("--queue takes a number from 1 to \(IntakeLimits.mostWaitingAlerts)")
        }
    }

    func run() async throws {
        EngineLog.begin()
        LoggingSystem.bootstrap { _ in JSONLogHandler() }
        let directory = try StateDirectory.openedForEngine(option: state.state)
        let (metrics, events) = (MetricRegistry(), EventHub())
        let (log, counting) = (ServeLog(events: events), TimelineMetrics(metrics))
        var options = engine.acting(in: directory)
        options.notifying.log = { ServeLog.announce($0) }
        options.deliverySecrets = deliveryKey.map(\.secret)
        options.warn = { ServeLog.say("warning", $0) }
        options.watcher = { entries in
            counting.note(entries)
            log.note(entries)
        }
        let tokens = try LiveTokens(directory) { ServeLog.say("error", $0) }
        options.access = tokens
        let acting = try await RunCommand.opened(options)
        var ports = ServerPorts(
            conductor: acting.conductor,
            decoders: SourceDecoders(
                identity: AlertIdentity(ignoredLabels: Set(acting.workspace.correlation.dedupe.ignoreLabels)),
                mapped: acting.workspace.sources),
            documents: try await JournalDocuments(directory), clock: SystemClock(),
            tokens: { tokens.book }, metrics: metrics, events: events)
        ports.deliveryKeys = deliveryKeys(acting.secrets)
        metrics.set(.info, [Handrail.versionNumber, engine.act ? "act" : "observe"], to: 1)
        let settings = settings
        let inbox = try InboxService(directory) { ServeLog.say("warning", $0) }
        for view in try await acting.begin(answering: inbox) { ServeLog.say("warning", RunLog.found(view)) }
        let server = HandrailServer(ports, settings, logger: Logger(label: "server")) { [engine, listen] port in
            let mode = engine.act ? "acts" : "observes"
            ServeLog.say("info", "listens on \(listen.host):\(port) and \(mode)")
        }
        let background = [
            Background { try await tokens.follow() }, Background { try await inbox.run(acting.conductor) },
        ]
        try await serve(server, beside: background, acting, ports)
    }

    private func serve(
        _ server: HandrailServer, beside background: [Background], _ acting: ActingEngine, _ ports: ServerPorts
    ) async throws {
        let (metrics, decoders) = (ports.metrics, ports.decoders)
        let services: [any Service] =
            [
                EngineClock(conductor: acting.conductor, metrics: metrics),
                Reloader(acting: acting, decoders: decoders, metrics: metrics),
            ] + background + [server]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: "services")))
        let result: Result<Void, any Error>
        do {
            try await group.run()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await Self.settle(acting.conductor, patience: drain.span)
        try await acting.end()
        do {
            try result.get()
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
        }
        ServeLog.say("info", "has stopped")
    }

    /// What has begun is waited for; what takes longer is found by the next engine, and its outcome is unknown then.
    private static func settle(_ conductor: Conductor, patience: Duration) async {
        let deadline = ContinuousClock.now + patience
        while await conductor.isBusy, ContinuousClock.now < deadline {
            await conductor.passTime()
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    /// As the secrets are at the moment that a delivery comes.
    private func deliveryKeys(_ secrets: LiveSecrets) -> @Sendable (String) -> [SigningSecret] {
        let names = deliveryKey.map { (source: $0.source, secret: $0.secret) }
        return { source in
            names.filter { $0.source.hasSameBytes(as: source) }.compactMap { secrets.signingSecret($0.secret) }
        }
    }

    private var settings: ServerSettings {
        var settings = ServerSettings()
        settings.host = listen.host
        settings.port = listen.port
        settings.takesUnauthenticated = unauthenticated
        settings.hasOpenMetrics = openMetrics
        settings.limits.waitingAlerts = queue
        settings.mostConnections = OpenFiles.connections(of: OpenFiles.raise(), atMost: settings.mostConnections)
        settings.version = Handrail.versionNumber
        return settings
    }
}
