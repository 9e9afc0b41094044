internal import ArgumentParser
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Takes deliveries in, decides, and - with --act - acts. The form for cron and scripts.",
        discussion: """
            Reads recorded deliveries to their end, does what follows from them under guard, takes what people have asked \
            for, and ends when nothing is left to do but to wait. What waits goes on with the next call. Without --act it \
            observes: everything is decided and kept, and nothing is started.

              handrail run --state /var/lib/handrail deliveries.jsonl
              curl -s http://127.0.0.1:9093/api/v2/alerts | handrail run --act --source alertmanager-api -
              handrail run --act --wait deliveries.jsonl
            """)

    @OptionGroup var state: StateOptions
    @OptionGroup var engine: EngineOptions

    @Argument(help: "Recordings, JSON lines; `-` is the standard input. None: only what people have asked for.")
    var inputs: [String] = []

    @Flag(help: "Also wait until runs that are being verified have ended.")
    var wait = false

    @Option(help: "Each input is one payload of this kind, received now.")
    var source: PayloadKind?

    func run() async throws {
        EngineLog.begin()
        let directory = try StateDirectory.openedForEngine(option: state.state)
        let acting = try await Self.opened(options(directory))
        let inbox = try InboxService(directory) { EngineLog.error.write("handrail: \($0)\n") }
        RunLog.recovered(try await acting.begin(answering: inbox))
        let result = await work(acting, inbox)
        let end = await Result { try await acting.end() }
        try result.get()
        try end.get()
    }

    /// Until all is done, or nobody could stop the engine any more.
    private func work(_ acting: ActingEngine, _ inbox: InboxService) async -> Result<Void, any Error> {
        let (endings, place) = AsyncStream<Result<Void, any Error>>.makeStream()
        let feeding = Task {
            let result = await Result { try await feed(acting) }
            await settle(acting.conductor)
            place.yield(result)
        }
        let requests = Task {
            do {
                try await inbox.run(acting.conductor)
            } catch {
                let reason = (error as? Failure)?.message ?? TerminalText.escaped("\(error)")
                let text = "the inbox failed, so that nobody could pause this engine: \(reason)"
                place.yield(.failure(Failure(Failure.unreachable, text)))
            }
        }
        let clock = Task { await Self.keepTime(acting.conductor) }
        let ending = await endings.first { _ in true } ?? .success(())
        for task in [feeding, requests, clock] { task.cancel() }
        await requests.value
        await clock.value
        return ending
    }

    private func options(_ directory: StateDirectory) -> ActingOptions {
        var options = engine.acting(in: directory)
        options.watcher = { RunLog.write($0) }
        return options
    }

    static func opened(_ options: ActingOptions) async throws -> ActingEngine {
        do {
            return try await ActingEngine(options)
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
        }
    }

    // MARK: - Time and input

    private static func keepTime(_ conductor: Conductor) async {
        while !Task.isCancelled {
            await conductor.passTime()
            try? await Task.sleep(for: .milliseconds(100))
        }
    }

    private func feed(_ acting: ActingEngine) async throws {
        let dedupe = acting.workspace.correlation.dedupe
        let form = DeliveryForm(
            identity: AlertIdentity(ignoredLabels: Set(dedupe.ignoreLabels)), mapped: acting.workspace.sources)
        for input in inputs {
            let deliveries = try DeliveryInput(
                path: input, payload: source?.source, form: form, redactor: acting.secrets.redactor)
            while let delivery = try await deliveries.next() {
                if engine.act, let because = DeliveryAge.obstacle(delivery, at: WallTime.now, atMost: dedupe.staleAfter)
                {
                    EngineLog.error.write("handrail: \(TerminalText.escaped(input)): \(because)\n")
                    continue
                }
                switch await acting.conductor.receive(delivery) {
                case .done: continue
                case .refused(let because), .notKept(let because):
                    throw Failure(Failure.unreachable, TerminalText.escaped("a delivery was not kept: \(because)"))
                }
            }
        }
    }

    /// How long a journal that cannot be written is waited for, when nothing else is under way.
    private static let patience = Duration.seconds(10)

    /// What was asked for meanwhile is taken as well: the inbox is looked at several times a second.
    ///
    /// Where the journal cannot be written nothing new begins; what is under way has its own time, and is waited for: its end
    /// may be kept yet.
    private func settle(_ conductor: Conductor) async {
        try? await Task.sleep(for: .milliseconds(600))
        let clock = ContinuousClock()
        var lastGood = clock.now
        while await isBusy(conductor), clock.now - lastGood < Self.patience, !Task.isCancelled {
            let isCarryingOut = await conductor.isCarryingOut
            let isFailing = await conductor.lastStoreFailure != nil
            if isCarryingOut || !isFailing { lastGood = clock.now }
            try? await Task.sleep(for: .milliseconds(50))
        }
    }

    private func isBusy(_ conductor: Conductor) async -> Bool {
        if await conductor.isBusy { return true }
        guard wait else { return false }
        return await conductor.engine.runViews.contains { view in
            if case .verifying = view.run?.state { true } else { false }
        }
    }
}

/// An engine that acts takes what it is told for what is so now. What was recorded long ago is not.
enum DeliveryAge {
    /// How far ahead the clock of whoever recorded may be.
    private static let skew = Duration.seconds(300)

    /// Why a delivery must not be acted on; nil where it is fresh.
    static func obstacle(_ delivery: Delivery, at now: Timestamp, atMost limit: Duration) -> String? {
        let age = now - delivery.receivedAt
        let time = delivery.receivedAt.rfc3339
        if age > limit {
            return
                "a delivery of \(time) is passed over: with --act only the last \(limit.inWords) count; see `handrail replay`"
        }
        return age < .zero - skew ? "a delivery of \(time) is passed over: that is in the future" : nil
    }
}

/// A payload that is a whole input.
enum PayloadKind: String, CaseIterable, ExpressibleByArgument {
    case alertmanager
    case alertmanagerAPI = "alertmanager-api"
    case grafana, pagerduty, cloudevents

    var source: SourceKind {
        switch self {
        case .alertmanager: .alertmanager
        case .alertmanagerAPI: .alertmanagerAPI
        case .grafana: .grafana
        case .pagerduty: .pagerduty
        case .cloudevents: .cloudevents
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch {
            self = .failure(error)
        }
    }
}
