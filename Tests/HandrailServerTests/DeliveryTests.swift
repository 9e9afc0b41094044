import HandrailCore
import HandrailEngine
import HandrailSigning
import Testing

@testable import HandrailServer

/// What is acknowledged is kept, and what is not kept is not acknowledged.
@Suite(.timeLimit(.minutes(2))) struct DeliveryTests {
    @Test func aDeliveryIsAnsweredOnceItIsDurable() async throws {
        let running = try await RunningServer()
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.hold()
        let before = await running.journal.records.count
        async let answer = running.deliver(RunningServer.webhook(3))
        try await running.journal.untilHeld()
        try await Task.sleep(for: .milliseconds(300))
        #expect(await running.journal.records.count == before)
        await running.journal.release()
        let given = try #require(await answer)
        #expect(given.status == 200 && given.text == #"{"accepted":3,"rejected":[],"rejectedCount":0,"passedOver":0}"#)
        let kinds = await running.journal.records.map(\.kind)
        #expect(kinds.count { $0 == "alert.began" } == 3)
        try await running.stop()
    }

    @Test func whatCannotBeKeptIsNotAcknowledged() async throws {
        let running = try await RunningServer()
        #expect(await running.ask("GET", "/readyz")?.status == 200)
        await running.journal.fail(because: "the disk is full: /secret/place")
        let answer = try #require(await running.deliver(RunningServer.webhook(1)))
        #expect(answer.status == 503 && answer.head.contains("Retry-After"), "\(answer.head)")
        #expect(!answer.text.contains("secret"))
        var readiness = await running.ask("GET", "/readyz")
        for _ in 0..<200 where readiness?.status != 503 { readiness = await running.ask("GET", "/readyz") }
        #expect(readiness?.status == 503)
        await running.journal.fail(because: nil)
        var again = await running.deliver(RunningServer.webhook(1))
        for _ in 0..<200 where again?.status != 200 { again = await running.deliver(RunningServer.webhook(1)) }
        #expect(again?.status == 200)
        #expect(await running.ask("GET", "/readyz")?.status == 200)
        try await running.stop()
    }

    @Test func whatIsNoDeliveryIsRefusedWithTheReason() async throws {
        let running = try await RunningServer()
        for (body, status, words) in [
            ("", 400, "ends too early"), ("{", 400, ""), ("[]", 400, ""), (#"{"version":"4"}"#, 400, "alerts"),
            (#"{"version":"4","alerts":[{"status":"odd"}]}"#, 400, "none of its 1 alerts"),
            ("{\"version\":\"4\",\"alerts\":[{\"labels\":{\"a\":\"\u{FFFF}\"}}]}", 400, ""),
        ] {
            let answer = try #require(await running.deliver(Array(body.utf8)))
            #expect(answer.status == status && answer.text.contains(words), "\(body): \(answer.text)")
        }
        let invalid = Array(#"{"version":"4","alerts":[{"labels":{"a":""#.utf8) + [0xFF, 0xFE] + Array(#""}}]}"#.utf8)
        #expect(await running.deliver(invalid)?.status == 400)
        #expect(await running.deliver(RunningServer.webhook(1), to: "nothing")?.status == 404)
        // Single wrong alerts do not spoil the rest.
        let mixed = #"{"version":"4","alerts":[{"status":"odd","labels":{"alertname":"A"}},"#
        let rest = String(decoding: RunningServer.webhook(1), as: UTF8.self).split(separator: "[", maxSplits: 1)[1]
        let answer = try #require(await running.deliver(Array((mixed + rest).utf8)))
        #expect(answer.status == 200 && answer.text.contains(#""accepted":1"#), "\(answer.text)")
        #expect(answer.text.contains(#""index":0"#) && answer.text.contains(#""rejectedCount":1"#))
        try await running.stop()
    }

    @Test func aBodyHasASizeAndAKind() async throws {
        let running = try await RunningServer {
            $0.limits.bodyBytes = 10_000
            $0.requestPatience = .seconds(1)
        }
        #expect(await running.deliver(RunningServer.webhook(200))?.status == 413)
        let path = "/v1/deliveries/alertmanager"
        let chunked = await running.ask(
            "POST", path, token: running.tokens[.source], headers: ["Transfer-Encoding: chunked"])
        // No chunk ever comes: the connection closes without an answer, or with a refusal.
        #expect(chunked == nil || chunked?.status == 400)
        for header in ["Content-Encoding: gzip", "Content-Encoding: br"] {
            let answer = await running.ask(
                "POST", path, token: running.tokens[.source], headers: [header], body: RunningServer.webhook(1))
            #expect(answer?.status == 415)
        }
        try await running.stop()
    }

    @Test func beyondTheQueueDeliveriesAreSentBackTheLeastSevereFirst() async throws {
        let running = try await RunningServer { $0.limits.waitingAlerts = 100 }
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.hold()
        async let first = running.deliver(RunningServer.webhook(40))
        while await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text
            .contains("handrail_queue_alerts 40\n") != true
        { try await Task.sleep(for: .milliseconds(5)) }
        // Half of the queue is for everything, three quarters for warnings, all of it for what is critical.
        let info = await running.deliver(RunningServer.webhook(20, severity: "info", from: 100))
        #expect(info?.status == 429 && info?.head.contains("Retry-After: 1") == true)
        #expect(await running.deliver(RunningServer.webhook(40, severity: "warning", from: 200))?.status == 429)
        // This source has its half already.
        #expect(await running.deliver(RunningServer.webhook(20, from: 300))?.status == 429)
        await running.journal.release()
        #expect(await first?.status == 200)
        #expect(await running.deliver(RunningServer.webhook(20, severity: "info", from: 100))?.status == 200)
        let metrics = try #require(await running.ask("GET", "/metrics", token: running.tokens[.viewer])).text
        #expect(
            metrics.contains(#"handrail_alerts_shed_total{source="alertmanager",severity="info"} 20"#), "\(metrics)")
        #expect(metrics.contains(#"handrail_deliveries_refused_total{source="alertmanager",reason="overload"} 2"#))
        #expect(metrics.contains(#"handrail_deliveries_refused_total{source="alertmanager",reason="quota"} 1"#))
        #expect(metrics.contains("handrail_queue_alerts 0\n") && metrics.contains("handrail_queue_bytes 0\n"))
        try await running.stop()
    }

    /// Whoever has a token of his own must not open the door for a delivery of somebody else that was taken already.
    @Test func aTokenDoesNotMakeASignatureCountAgain() async throws {
        let key = try #require(SigningSecret(Array("0123456789abcdef".utf8)))
        let running = try await RunningServer(deliveryKey: key)
        let body = RunningServer.webhook(1)
        let signature = MessageSignature(body, key: key, seconds: RealClock().now.milliseconds / 1000).text
        let headers = ["\(MessageSignature.header): \(signature)"]
        let path = "/v1/deliveries/alertmanager"
        #expect(await running.ask("POST", path, headers: headers, body: body)?.status == 200)
        let spoiled = await running.ask(
            "POST", path, token: running.tokens[.source], headers: headers, body: Array("{".utf8))
        #expect(spoiled?.status == 400)
        #expect(await running.ask("POST", path, headers: headers, body: body)?.status == 409)
        try await running.stop()
    }

    @Test func whatIsUnderWayIsAnsweredWhenTheServerStops() async throws {
        let running = try await RunningServer()
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.hold()
        async let answer = running.deliver(RunningServer.webhook(1))
        try await running.journal.untilHeld()
        async let stopped: Void = running.stop()
        try await Task.sleep(for: .milliseconds(200))
        await running.journal.release()
        #expect(await answer?.status == 200)
        try await stopped
    }

    @Test func whoListensHearsWhatBecomesDurable() async throws {
        let running = try await RunningServer()
        let (port, token) = (running.port, running.tokens[.viewer] ?? "")
        async let heard = onThread { () -> String in
            guard let client = RawClient(port: port) else { return "" }
            client.send("GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\r\n")
            return String(decoding: client.readAll(), as: UTF8.self)
        }
        while running.ports.events.listenerCount == 0 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 200)
        try await running.stop()
        #expect(await heard.contains("event: alert.began\ndata: {}"))
    }
}
