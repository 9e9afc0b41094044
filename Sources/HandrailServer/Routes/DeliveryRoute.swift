internal import HTTPTypes
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailSigning
internal import Hummingbird
internal import NIOCore

/// Takes alerts in. Answers 200 once everything that follows from them is durable, and otherwise says why not, so that the
/// source sends them again.
struct DeliveryRoute: Sendable {
    let parts: ServerParts

    var route: Route {
        Route(
            .post, "/v1/deliveries/{source}", .deliverers,
            RouteDescription(
                name: "deliver", summary: "Takes one payload of a source.", body: .payload, statuses: [409])
        ) { call async throws(RouteError) in try await deliver(call) }
    }

    private func deliver(_ call: Call) async throws(RouteError) -> Answer {
        let name = call.parameters["source"] ?? ""
        let credentials = Self.credentials(of: call)
        guard let source = parts.decoders.source(named: name) else {
            // Who may not deliver is not told what could be delivered to.
            try Self.check(parts.gate.obstacle(to: name, credentials, at: parts.clock.now))
            throw RouteError(.notFound, "there is no such source")
        }
        do throws(RouteError) {
            return try await deliver(call, source, credentials)
        } catch {
            parts.metrics.add(.refusedDeliveries, [source.name, error.reason ?? "\(error.status.code)"])
            throw error
        }
    }

    /// A token decides by itself. A signature beside it is not looked at, and must not be forgotten either.
    private static func credentials(of call: Call) -> DeliveryCredentials {
        let headers = call.request.headers
        let hasToken = headers[.authorization] != nil
        return DeliveryCredentials(
            holder: call.holder, hasToken: hasToken,
            signature: hasToken ? nil : signatureName.flatMap { headers[$0] })
    }

    private func deliver(
        _ call: Call, _ source: DeliverySource, _ credentials: DeliveryCredentials
    ) async throws(RouteError) -> Answer {
        try Self.check(parts.gate.obstacle(to: source.name, credentials, at: parts.clock.now))
        let body = RequestBodyReader(
            limit: parts.limits.bodyBytes, parts: parts,
            owner: credentials.holder == nil ? .unproven : .source(source.name))
        return try await body.read(call) { bytes async throws(RouteError) in
            let entry = parts.gate.entry(to: source.name, credentials, body: bytes, at: parts.clock.now)
            let isAuthenticated = try Self.check(entry)
            do throws(RouteError) {
                return try await take(bytes, source, isAuthenticated, call)
            } catch {
                parts.gate.forget(credentials.signature, of: source.name)
                throw error
            }
        }
    }

    private static let signatureName = HTTPField.Name(MessageSignature.header)

    /// - Returns: whether it is known whose the delivery is.
    @discardableResult
    private static func check(_ entry: DeliveryGate.Entry?) throws(RouteError) -> Bool {
        switch entry {
        case nil: return false
        case .open(let isAuthenticated): return isAuthenticated
        case .refused(let status, let because):
            let retryAfter = [429: 60, 503: 1][status]
            throw RouteError(
                HTTPResponse.Status(code: status), because, retryAfter: retryAfter, reason: "access")
        }
    }

    private func take(
        _ bytes: [UInt8], _ source: DeliverySource, _ isAuthenticated: Bool, _ call: Call
    ) async throws(RouteError) -> Answer {
        let decoded: DecodedDelivery
        do throws(SourceError) {
            decoded = try await parts.decoders.decode(
                bytes, of: source, receivedAt: parts.clock.now, isAuthenticated: isAuthenticated)
        } catch {
            throw RouteError(.badRequest, error.message, reason: "payload")
        }
        let delivery = decoded.delivery
        guard !delivery.alerts.isEmpty || decoded.rejectedCount == 0 else {
            count(decoded, source)
            throw RouteError(.badRequest, Self.reasons(of: decoded), reason: "payload")
        }
        if let refusal = parts.admission.enter(delivery) { throw shed(delivery, refusal) }
        defer { parts.admission.leave(delivery) }
        switch await parts.conductor.receive(delivery) {
        case .done:
            parts.metrics.add(.deliveries, [source.name])
            parts.metrics.add(.alerts, [source.name], by: delivery.alerts.count)
            count(decoded, source)
            parts.metrics.observe(.now - call.receivedAt)
            return Answer(Self.receipt(of: decoded))
        case .refused, .notKept:
            // Why is in the log and in the metrics; paths of ours are nobody's business.
            throw RouteError(
                .serviceUnavailable, "the delivery could not be kept; send it again", retryAfter: 5, reason: "store")
        }
    }

    /// Once, when nobody will send it again: what is sent back comes again with the same alerts in it.
    private func count(_ decoded: DecodedDelivery, _ source: DeliverySource) {
        parts.metrics.add(.rejectedAlerts, [source.name], by: decoded.rejectedCount)
        parts.metrics.add(.passedOverEvents, [source.name], by: decoded.passedOverCount)
    }

    private func shed(_ delivery: Delivery, _ refusal: Admission.Refusal) -> RouteError {
        parts.metrics.add(
            .shedAlerts, [delivery.source, DeliveryWorth(delivery).name], by: delivery.alerts.count)
        return RouteError(
            .tooManyRequests, "too much waits to be decided; send it again", retryAfter: 1, reason: refusal.reason)
    }

    private static func reasons(of decoded: DecodedDelivery) -> String {
        let first = decoded.rejected.first.map { ": alert \($0.index): \($0.reason)" } ?? ""
        return "none of its \(decoded.rejectedCount) alerts can be used\(first)"
    }

    private static func receipt(of decoded: DecodedDelivery) -> [UInt8] {
        var writer = JSONWriter(style: .compact)
        writer.object { object in
            object.member("accepted", decoded.delivery.alerts.count)
            object.member("rejected") { rejected in
                rejected.array { list in
                    for alert in decoded.rejected {
                        list.object { object in
                            object.member("index", alert.index)
                            object.member("reason", alert.reason)
                        }
                    }
                }
            }
            object.member("rejectedCount", decoded.rejectedCount)
            object.member("passedOver", decoded.passedOverCount)
        }
        return writer.bytes
    }
}
