import HandrailCore
import HandrailSigning
import Testing

@testable import HandrailServer

/// Nobody takes the place of all others: neither by what he sends, nor by what he announces.
@Suite struct FairnessTests {
    private static let bodyBytes = 100_000

    /// Room for one delivery.
    private func running(_ key: SigningSecret? = nil) async throws -> RunningServer {
        try await RunningServer(deliveryKey: key) {
            $0.limits.bodyBytes = Self.bodyBytes
            $0.limits.waitingBytes = Self.bodyBytes
            // Whoever announces something has it for as long as a test takes beside many others.
            $0.requestPatience = .seconds(300)
        }
    }

    /// A connection that has announced a delivery as large as may be, and sends nothing of it.
    private func announcing(_ running: RunningServer, _ header: String) async throws -> Announced {
        let port = running.port
        let client = await onThread { () -> Announced? in
            guard let client = RawClient(port: port) else { return nil }
            client.send(
                "POST /v1/deliveries/alertmanager HTTP/1.1\r\nHost: x\r\n\(header)\r\n"
                    + "Content-Length: \(Self.bodyBytes)\r\n\r\n")
            return Announced(client)
        }
        return try #require(client)
    }

    /// Proof for `@unchecked Sendable`: nothing is done with it but to keep it open.
    private final class Announced: @unchecked Sendable {
        private let client: RawClient
        init(_ client: RawClient) { self.client = client }
        func close() {}
    }

    @Test func aPersonDoesNotWaitBehindDeliveries() async throws {
        let running = try await running()
        let other = try await announcing(running, "Authorization: Bearer \(running.tokens[.source] ?? "")")
        // A delivery that came first would be in its way.
        while await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text
            .contains("handrail_queue_bytes \(Self.bodyBytes)\n") != true
        { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 429)
        let answer = await running.ask(
            "POST", "/v1/pause", token: running.tokens[.responder],
            body: Array(#"{"scope":"everything","because":"x"}"#.utf8))
        #expect(answer?.status == 200, "\(answer?.text ?? "")")
        other.close()
        try await running.stop()
    }

    /// Whether a signature fits is known when all of it is there. Until then it must cost others nothing to have announced it.
    @Test func whoSaysThatHeHasSignedTakesOnlyWhatHeHasSent() async throws {
        let key = try #require(SigningSecret(Array("0123456789abcdef".utf8)))
        let running = try await running(key)
        let seconds = RealClock().now.milliseconds / 1000
        let header = "\(MessageSignature.header): t=\(seconds),v1=\(String(repeating: "0", count: 64))"
        let other = try await announcing(running, header)
        try await Task.sleep(for: .milliseconds(300))
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 200)
        other.close()
        try await running.stop()
    }

    @Test func eachOwnerHasAShareOfTheMemory() {
        var limits = IntakeLimits()
        (limits.bodyBytes, limits.waitingBytes, limits.personBytes) = (10, 100, 20)
        let admission = Admission(limits)
        #expect(admission.reserve(bytes: 50, for: .source("a")) == nil)
        #expect(admission.reserve(bytes: 1, for: .source("a")) == .share)
        #expect(admission.reserve(bytes: 25, for: .unproven) == nil)
        #expect(admission.reserve(bytes: 1, for: .unproven) == .share)
        #expect(admission.reserve(bytes: 25, for: .source("b")) == nil)
        #expect(admission.reserve(bytes: 1, for: .source("c")) == .bodies)
        #expect(admission.reserve(bytes: 20, for: .person) == nil)
        #expect(admission.reserve(bytes: 1, for: .person) == .bodies)
        admission.release(bytes: 50, for: .source("a"))
        #expect(admission.reserve(bytes: 10, for: .source("c")) == nil)
        #expect(admission.waiting.bytes == 60)
    }

    /// A mapped payload may take seconds; it must not be a stranger's that the others wait for.
    @Test func aStrangerIsDecodedBesideTheOthers() {
        let decoders = SourceDecoders(identity: AlertIdentity())
        let trusted = Set((0..<10).map { _ in decoders.place(isAuthenticated: true) })
        let strangers = Set((0..<10).map { _ in decoders.place(isAuthenticated: false) })
        #expect(trusted.count == 2 && strangers.count == 1 && trusted.isDisjoint(with: strangers))
    }

    private func delivery(_ count: Int, isAuthenticated: Bool) -> Delivery {
        let identity = AlertIdentity()
        let alerts = (0..<count).map { number in
            Alert(
                labels: LabelSet(
                    [Label(name: "n", value: ExactText("\(number)")), Label(name: "severity", value: "critical")],
                    identity: identity),
                status: .firing, startsAt: Timestamp(milliseconds: 0))
        }
        return Delivery(
            receivedAt: Timestamp(milliseconds: 0), source: "alertmanager", alerts: alerts,
            isAuthenticated: isAuthenticated)
    }

    /// Whoever may say anything says that it is critical, and calls himself like the source that matters.
    @Test func whatNobodyVouchesForGivesWayToTheSameSourceWithAToken() {
        var limits = IntakeLimits()
        limits.waitingAlerts = 100
        let admission = Admission(limits)
        #expect(admission.enter(delivery(40, isAuthenticated: false)) == nil)
        #expect(admission.enter(delivery(20, isAuthenticated: false)) == .alerts)
        #expect(admission.enter(delivery(50, isAuthenticated: true)) == nil)
        admission.leave(delivery(40, isAuthenticated: false))
        admission.leave(delivery(50, isAuthenticated: true))
        #expect(admission.waiting.alerts == 0)
    }
}
