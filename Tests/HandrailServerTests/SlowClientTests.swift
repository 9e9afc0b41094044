import Glibc
import HandrailEngine
import Testing

@testable import HandrailServer

/// Clients that do not read, or ask again before they are answered.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SlowClientTests {
    private static let path = "/v1/runs/\(TestDocuments.longRun)/explanation"

    private func request(_ running: RunningServer) -> String {
        "GET \(Self.path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(running.tokens[.viewer] ?? "")\r\n\r\n"
    }

    /// How many bytes of the long answer one client reads; -1 where it could not connect.
    private func received(
        from running: RunningServer, _ read: @escaping @Sendable (RawClient) -> Int
    ) async -> Int {
        let (port, request) = (running.port, request(running))
        return await onThread { () -> Int in
            guard let client = RawClient(port: port) else { return -1 }
            client.send(request)
            return read(client)
        }
    }

    @Test func whoDoesNotReadOnIsLeft() async throws {
        let running = try await RunningServer { $0.requestPatience = .seconds(1) }
        let received = await received(from: running) { client in
            sleep(4)
            return client.readAll(limit: TestDocuments.longBytes).count
        }
        #expect(received > 0 && received < TestDocuments.longBytes)
        try await running.stop()
    }

    /// It is the standing still that counts, not the time that all of it takes.
    @Test func whoReadsSlowlyIsAnsweredInFull() async throws {
        // Much longer than a thread waits for its turn beside all other tests.
        let running = try await RunningServer { $0.requestPatience = .seconds(8) }
        let received = await received(from: running) { client in
            client.readAll(limit: TestDocuments.longBytes, pause: 220_000).count
        }
        #expect(received >= TestDocuments.longBytes)
        try await running.stop()
    }

    @Test func whoDoesNotReadKeepsNoServerFromStopping() async throws {
        let running = try await RunningServer {
            $0.requestPatience = .seconds(3600)
            $0.stopPatience = .milliseconds(500)
        }
        let (port, request) = (running.port, request(running))
        let (asked, asking) = AsyncStream.makeStream(of: Void.self)
        let (stopped, stopping) = AsyncStream.makeStream(of: Void.self)
        async let client: Void = {
            let client = await onThread { () -> Held? in
                let client = RawClient(port: port)
                client?.send(request)
                sleep(1)
                return client.map { Held($0) }
            }
            asking.yield()
            for await _ in stopped { break }
            client?.close()
        }()
        for await _ in asked { break }
        let begun = ContinuousClock.now
        try await running.stop()
        // Whatever the machine is doing; the client would not have read within the hour.
        #expect(ContinuousClock.now - begun < .seconds(30))
        stopping.yield()
        await client
    }

    /// Proof for `@unchecked Sendable`: nothing is done with it but to keep it open.
    private final class Held: @unchecked Sendable {
        private let client: RawClient
        init(_ client: RawClient) { self.client = client }
        func close() {}
    }

    /// The answer to the first is no reason to lose patience with the second, which is there already.
    @Test func whoAsksTwiceAtOnceIsAnsweredTwice() async throws {
        let running = try await RunningServer { $0.requestPatience = .seconds(1) }
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.hold()
        let (port, token, body) = (running.port, running.tokens[.source] ?? "", RunningServer.webhook(1))
        async let text = onThread { () -> String in
            guard let client = RawClient(port: port) else { return "" }
            let head =
                "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nPOST /v1/deliveries/alertmanager HTTP/1.1\r\nHost: x\r\n"
                + "Connection: close\r\nAuthorization: Bearer \(token)\r\nContent-Length: \(body.count)\r\n\r\n"
            client.send(Array(head.utf8) + body)
            return String(decoding: client.readAll(), as: UTF8.self)
        }
        try await Task.sleep(for: .seconds(3))
        await running.journal.release()
        #expect(await text.contains(#""accepted":1"#))
        try await running.stop()
    }

    /// What a token has opened ends with it.
    @Test func aListenerWhoseTokenIsRevokedHearsNothingMore() async throws {
        let running = try await RunningServer()
        let (port, token) = (running.port, running.tokens[.viewer] ?? "")
        let client = try #require(RawClient(port: port))
        client.send(
            "GET /v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\n\r\n")
        func heard(until end: String? = nil) async -> Int {
            let bytes = await onThread { client.readAll(until: end) }
            return String(decoding: bytes, as: UTF8.self).components(of: "event: alert.began")
        }
        while running.ports.events.listenerCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 200)
        #expect(await heard(until: "event: alert.began") == 1)
        try running.revoke(.viewer)
        #expect(await running.deliver(RunningServer.webhook(1, from: 1))?.status == 200)
        #expect(await heard() == 0)
        try await running.stop()
    }

    @Test func oneListenerTooManyIsCountedAsRefused() async throws {
        let running = try await RunningServer()
        let streams = try (0..<EventHub.mostListeners).map { number in
            try running.ports.events.listen(token: "\(number % 5)")
        }
        #expect(await running.ask("GET", "/v1/events", token: running.tokens[.viewer])?.status == 503)
        let metrics = await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text ?? ""
        #expect(metrics.contains(#"handrail_http_requests_total{route="/v1/events",status="503"} 1"#), "\(metrics)")
        withExtendedLifetime(streams) {}
        try await running.stop()
    }

    /// Whoever opens one listener after the other leaves room for the tokens of others.
    @Test func oneTokenDoesNotTakeThePlacesOfAll() async throws {
        let running = try await RunningServer()
        let (events, viewer) = (running.ports.events, running.tokens[.viewer] ?? "")
        let id = String(try #require(viewer.split(separator: "_").dropFirst().first))
        var streams = try (0..<EventHub.mostListenersOfOne).map { _ in try events.listen(token: id) }
        let refused = await running.ask("GET", "/v1/events", token: viewer)
        #expect(refused?.status == 429 && refused?.text.contains("this token listens too often") == true)
        streams.append(try events.listen(token: "another"))
        // A place that is given back can be taken again.
        streams.removeFirst()
        while events.listenerCount > EventHub.mostListenersOfOne { try await Task.sleep(for: .milliseconds(5)) }
        streams.append(try events.listen(token: id))
        #expect(throws: EventHub.Refusal.tooManyOfOne) { try events.listen(token: id) }
        withExtendedLifetime(streams) {}
        try await running.stop()
    }
}

extension String {
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
