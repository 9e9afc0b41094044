internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailHTTP
internal import HandrailProcess
internal import HandrailSQLite

/// What an engine that keeps its state is made from.
struct ActingOptions: Sendable {
    var workspace = "."
    var stateDirectory: String
    /// Otherwise it observes.
    var acts = false
    /// A folder with a file for each secret.
    var secrets: String?
    /// Names of the engine's own environment that commands get as well.
    var passedEnvironment: [String] = []
    var notifying = NotifyingOptions()
    /// Names of the secrets that deliveries are signed with.
    var deliverySecrets: [String] = []
    /// Where silences are made; nil: nowhere.
    var alertmanager: String?
    /// A file with the key that checkpoints of the journal are signed with.
    var signingKey: String?
    /// Whose tokens open something; nil where there are none.
    var access: (any AccessFeed)?
    /// Called with each batch that has become durable, in order.
    var watcher: @Sendable ([TimelineEntry]) -> Void = { _ in }
    /// Is told what the engine can do without, and people should know.
    var warn: @Sendable (String) -> Void = { EngineLog.error.write("handrail: \(TerminalText.escaped($0))\n") }
}

/// An engine with everything around it, holding the lock of its state directory: for `run` and for `serve`.
final class ActingEngine: Sendable {
    let conductor: Conductor
    let workspace: Workspace
    let codec: EngineCodec
    let secrets: LiveSecrets
    private let options: ActingOptions
    private let executor: ProcessExecutor
    private let sealer: ReplaceableSealer
    private let journal: SQLiteJournal
    private let lock: StateDirectoryLock
    private let start: EngineStart

    /// Opens the state and folds it. Nothing is done before ``begin()``.
    init(_ options: ActingOptions) async throws {
        let loaded = try Composition.loadedWorkspace(options.workspace)
        self.options = options
        workspace = loaded.workspace
        lock = try StateDirectoryLock(directory: options.stateDirectory)
        executor = ProcessExecutor(try Self.executorOptions(options))
        try Self.checkLeftovers(try await executor.reapLeftovers(), options)
        journal = try SQLiteJournal(directory: options.stateDirectory, options: try Self.journalOptions(options))
        codec = EngineCodec(workspace: loaded.workspace)
        let clock = SystemClock()
        let signing = options.deliverySecrets + [options.notifying.webhookKey].compactMap(\.self)
        let secrets = try LiveSecrets(folder: options.secrets, signing: signing)
        self.secrets = secrets
        let carrier = OrderCarrier(
            executor: executor, secrets: secrets, redactor: secrets,
            silencer: try Self.silencer(options, clock, secrets),
            notifier: try Notifiers.make(options.notifying, executor: executor, secrets: secrets, clock: clock),
            environment: Self.environment(passing: options.passedEnvironment))
        let mode: Engine.Mode = options.acts ? .act : .observe
        let fresh = Engine(workspace: loaded.workspace, mode: mode, keepsState: true, explains: true)
        let (engine, _) = try await Recovery.restore(fresh, from: journal, codec: codec)
        sealer = ReplaceableSealer(try await Self.sealer(of: loaded, options, codec, executor))
        conductor = Conductor(
            director: Director(engine: engine, codec: codec, at: clock.now),
            ports: Conductor.Ports(
                journal: journal, codec: codec, sealer: sealer, carrier: carrier, clock: clock,
                access: options.access, redactor: secrets.redactor),
            watcher: options.watcher,
            snapshotFailed: { [warn = options.warn] in
                warn("a snapshot was not saved, so the next start takes longer: \($0)")
            })
        start = EngineStart(version: Handrail.versionNumber, mode: mode, workspaceDigest: loaded.files.digest)
    }

    /// Takes over: says so in the journal and picks up what was interrupted.
    ///
    /// - Parameter requests: what people asked for before; it is in force before anything goes on.
    /// - Returns: the runs that had not ended, as they were found, and the answers.
    func begin(_ requests: [InboxRequest] = []) async -> (interrupted: [RunView], answers: [Director.Answer]) {
        let interrupted = await conductor.engine.runViews.filter { $0.run?.state.isFinished != true }
        let answers = await conductor.start(
            start, requests: requests.map { (MadeRequest($0.request, id: $0.id), $0.person) })
        return (interrupted, answers)
    }

    /// The same with what lies in the inbox, which is answered then.
    func begin(answering inbox: InboxService) async throws -> [RunView] {
        let requests = try await inbox.take()
        let (interrupted, answers) = await begin(requests)
        for (request, answer) in zip(requests, answers) { await inbox.answer(request, answer) }
        return interrupted
    }

    /// Says in the journal that it stops, and lets go of the state.
    ///
    /// - Throws: where what happened last could not be kept.
    func end() async throws {
        await conductor.stop()
        let failure = await conductor.lastStoreFailure
        do {
            try await journal.close()
        } catch  where failure == nil {
            throw Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
        } catch {
            // What is said below is why.
        }
        if let failure {
            throw Failure(
                Failure.unreachable, TerminalText.escaped("what happened last could not be kept: \(failure)"))
        }
    }

    /// Reads the files again. Where they have errors nothing changes.
    ///
    /// - Returns: what is in force now.
    /// - Throws: where the files cannot be used, with the reason; the findings have been written to the standard error.
    func reload() async throws -> Workspace {
        let loaded = try Composition.loadedWorkspace(options.workspace)
        guard loaded.workspace.correlation.dedupe.ignoreLabels == workspace.correlation.dedupe.ignoreLabels else {
            // How alerts are told apart is in every fingerprint that is remembered.
            throw Failure(Failure.findings, "`dedupe: ignore-labels` has changed: that needs a restart")
        }
        // First what plans are sealed by: a plan of the new files must not get a seal of the old ones.
        sealer.replace(with: try await Self.sealer(of: loaded, options, codec, executor))
        await conductor.reload(loaded.workspace, digest: loaded.files.digest)
        return loaded.workspace
    }

    /// Reads the secrets again. Where they cannot be used nothing changes.
    func reloadSecrets() async throws {
        let reading = try secrets.read()
        // First what is known to be secret, then what is handed out.
        await conductor.replace(redactor: reading.redactor)
        secrets.use(reading)
    }

    // MARK: - Parts

    /// What an engine before this one had started and nobody can end may act at any time. Nothing is done beside it.
    static func checkLeftovers(_ reaped: ProcessExecutor.Reaped, _ options: ActingOptions) throws {
        guard reaped.stillLiving > 0 else { return }
        let many =
            reaped.stillLiving == 1
            ? "a process that an earlier engine started cannot be killed"
            : "\(reaped.stillLiving) processes that an earlier engine started cannot be killed"
        guard !options.acts else {
            throw Failure(Failure.unreachable, "\(many): end what is left of it, then start with --act again")
        }
        Console.error.write("handrail: \(many); an engine that acts would not start\n")
    }

    private static func sealer(
        of loaded: UsableWorkspace, _ options: ActingOptions, _ codec: EngineCodec, _ executor: ProcessExecutor
    ) async throws -> WorkspaceSealer {
        let root = try realPath(options.workspace)
        return WorkspaceSealer(
            loaded.files, codec: codec.codec, executor: executor,
            authors: await RunbookAuthors.ofRunbooks(in: loaded, workspace: root, executor: executor))
    }

    /// A workspace's own executors come before the system's.
    private static func executorOptions(_ options: ActingOptions) throws -> ProcessExecutor.Options {
        let folder = try? realPath(options.workspace + "/runbooks/bin")
        return ProcessExecutor.Options(
            executorFolders: folder.map { [$0] } ?? [], stateDirectory: options.stateDirectory)
    }

    private static func realPath(_ path: String) throws -> String {
        guard let real = realpath(path, nil) else {
            throw Failure(Failure.unreachable, "cannot open `\(TerminalText.escaped(path))`")
        }
        defer { free(real) }
        return String(cString: real)
    }

    private static func journalOptions(_ options: ActingOptions) throws -> SQLiteJournal.Options {
        var journal = SQLiteJournal.Options()
        journal.signingKey = try options.signingKey.map { try SigningKey(contentsOf: $0) }
        return journal
    }

    private static func silencer(
        _ options: ActingOptions, _ clock: SystemClock, _ secrets: LiveSecrets
    ) throws -> Alertmanager? {
        try options.alertmanager.map { text in
            let address = try Notifiers.address(text, of: "--alertmanager")
            guard !address.hasQuery else {
                throw Failure(Failure.wrongUsage, "--alertmanager: a query (`?`) means nothing in front of a path")
            }
            return Alertmanager(address, clock: clock) { secrets.redactor }
        }
    }

    private static func environment(passing names: [String]) -> [String: String] {
        names.reduce(into: [:]) { environment, name in
            if let value = getenv(name) { environment[name] = String(cString: value) }
        }
    }
}
