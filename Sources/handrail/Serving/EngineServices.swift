internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailServer
internal import ServiceLifecycle
internal import UnixSignals

/// Lets time pass for the engine, and notices when the journal begins to fail.
struct EngineClock: Service {
    let conductor: Conductor
    let metrics: MetricRegistry

    func run() async throws {
        var wasFailing = false
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            await conductor.passTime()
            let failure = await conductor.lastStoreFailure
            if let failure, !wasFailing {
                metrics.add(.storeErrors)
                ServeLog.say("error", "the journal cannot be written, so nothing new is begun: \(failure)")
            } else if failure == nil, wasFailing {
                ServeLog.say("info", "the journal can be written again")
            }
            wasFailing = failure != nil
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .milliseconds(100)) }
        }
    }
}

/// SIGHUP: secrets and workspace are read again, and each counts if it has no errors.
struct Reloader: Service {
    let acting: ActingEngine
    let decoders: SourceDecoders
    let metrics: MetricRegistry

    func run() async throws {
        // A series that begins at 1 has never increased, as far as Prometheus knows.
        for part in ["secrets", "workspace"] {
            for result in ["loaded", "refused"] { metrics.add(.reloads, [part, result], by: 0) }
        }
        let signals = await UnixSignalsSequence(trapping: .sighup)
        if ReloadSignal.hasCome { await reload() }
        for await _ in signals.cancelOnGracefulShutdown() { await reload() }
    }

    func reload() async {
        await reload("secrets", "the secrets were read again and are in force", "the secrets were not reloaded") {
            try await acting.reloadSecrets()
        }
        await reload("workspace", "the workspace was read again and is in force", "the workspace was not reloaded") {
            decoders.replace(mapped: try await acting.reload().sources)
        }
    }

    /// One does not wait for the other: a secret that must not be used any more may be replaced beside a runbook that is
    /// half written.
    private func reload(
        _ part: String, _ done: String, _ refused: String, _ work: () async throws -> Void
    ) async {
        do {
            try await work()
            metrics.add(.reloads, [part, "loaded"])
            ServeLog.say("info", done)
        } catch {
            metrics.add(.reloads, [part, "refused"])
            let reason = (error as? Failure)?.message ?? TerminalText.escaped("\(error)")
            ServeLog.say("error", "\(refused), what was loaded stays in force: \(reason)")
        }
    }
}

/// Something that goes on until the server stops.
struct Background: Service {
    let work: @Sendable () async throws -> Void

    init(_ work: @escaping @Sendable () async throws -> Void) {
        self.work = work
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await work() }
        } catch is CancellationError {}
        try await gracefulShutdown()
    }
}
