internal import HandrailCore
internal import HandrailEngine
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

/// SIGHUP: the files are read again, and count if they have no errors.
struct WorkspaceReloader: Service {
    let acting: ActingEngine
    let decoders: SourceDecoders
    let metrics: MetricRegistry

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sighup)
        for await _ in signals.cancelOnGracefulShutdown() {
            do {
                decoders.replace(mapped: try await acting.reload().sources)
                metrics.add(.reloads, ["loaded"])
                ServeLog.say("info", "the workspace was read again and is in force")
            } catch {
                metrics.add(.reloads, ["refused"])
                let reason = (error as? Failure)?.message ?? "\(error)"
                ServeLog.say("error", "the workspace was not reloaded, what was loaded stays in force: \(reason)")
            }
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
