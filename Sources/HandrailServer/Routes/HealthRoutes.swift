internal import HTTPTypes
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import Hummingbird

/// What those ask that keep the server alive, and those that draw graphs of it.
struct HealthRoutes: Sendable {
    let parts: ServerParts

    var routes: [Route] {
        [
            Route(
                .get, "/healthz", .anybody,
                RouteDescription(
                    name: "health", summary: "The process answers.", contentType: "text/plain; charset=utf-8")
            ) { _ async throws(RouteError) in Self.plain("ok\n") },
            Route(
                .get, "/readyz", .anybody,
                RouteDescription(
                    name: "readiness", summary: "Deliveries are taken and kept.",
                    contentType: "text/plain; charset=utf-8", statuses: [503])
            ) { _ async throws(RouteError) in
                guard !parts.isStopping else { throw RouteError(.serviceUnavailable, "the server stops") }
                guard await parts.conductor.lastStoreFailure == nil else {
                    throw RouteError(.serviceUnavailable, "the journal cannot be written")
                }
                return Self.plain("ready\n")
            },
            Route(
                .get, "/metrics", parts.hasOpenMetrics ? .anybody : .viewers,
                RouteDescription(
                    name: "metrics", summary: "Measurements for Prometheus.",
                    contentType: "text/plain; version=0.0.4; charset=utf-8")
            ) { _ async throws(RouteError) in await metrics() },
            Route(
                .get, "/v1/events", .viewers,
                RouteDescription(
                    name: "listen", summary: "Server-sent events: what becomes durable, as it does.",
                    contentType: "text/event-stream", statuses: [429, 503])
            ) { call async throws(RouteError) in try listen(call) },
        ]
    }

    /// A token that is revoked, or expires, ends what it had opened as well.
    private func listen(_ call: Call) throws(RouteError) -> Answer {
        guard let holder = call.holder else { throw RouteError(.forbidden, "only the holder of a token may listen") }
        return Answer(events: try stream(for: holder)) { [parts] in parts.isGood(holder) }
    }

    private func stream(for holder: Holder) throws(RouteError) -> AsyncStream<EventHub.Piece> {
        do {
            return try parts.events.listen(token: holder.id)
        } catch {
            switch error {
            case .tooManyOfOne:
                throw RouteError(.tooManyRequests, "this token listens too often already", retryAfter: 30)
            case .tooMany: throw RouteError(.serviceUnavailable, "there are too many listeners", retryAfter: 30)
            }
        }
    }

    private static func plain(_ text: String) -> Answer { Answer(text: text, contentType: "text/plain; charset=utf-8") }

    private func metrics() async -> Answer {
        let (registry, overview) = (parts.metrics, await parts.conductor.overview)
        // Nothing was delivered yet, which is a number too: without it nobody could be told that nothing comes.
        for source in parts.decoders.sourceNames { registry.add(.deliveries, [source], by: 0) }
        let counters = overview.counters
        for (kind, count) in [
            ("began", counters.episodes), ("duplicate", counters.duplicates), ("ended", counters.ended),
            ("late", counters.late), ("muted", counters.muted), ("distrusted", counters.distrusted),
            ("resolved_unseen", counters.resolvedUnseen),
        ] { registry.set(.engineAlerts, [kind], to: Double(count)) }
        registry.set(.truncatedAlerts, to: Double(counters.truncated))
        registry.set(.incidents, to: Double(counters.incidents))
        registry.set(.openIncidents, to: Double(overview.openIncidents))
        registry.set(.storm, to: overview.isStorm ? 1 : 0)
        registry.set(.activeRuns, to: Double(overview.activeRuns))
        registry.set(.heldRuns, to: Double(overview.heldRuns))
        registry.set(.pendingRuns, to: Double(overview.pendingSince.count))
        let oldest = overview.pendingSince.min().map { (parts.clock.now - $0) / .seconds(1) }
        registry.set(.oldestPending, to: max(0, oldest ?? 0))
        registry.set(.storeUp, to: overview.storeFailure == nil ? 1 : 0)
        registry.set(.snapshotFailures, to: Double(overview.snapshotFailures))
        let waiting = parts.admission.waiting
        registry.set(.waitingAlerts, to: Double(waiting.alerts))
        registry.set(.waitingBytes, to: Double(waiting.bytes))
        registry.set(.subscribers, to: Double(parts.events.listenerCount))
        return Answer(text: registry.text, contentType: "text/plain; version=0.0.4; charset=utf-8")
    }
}
