import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

@testable import HandrailServer

/// What the journal says of who could ask, and who did.
@Suite(.timeLimit(.minutes(2))) struct EvidenceTests {
    private static let pause = #"{"scope":"everything","because":"x"}"#

    private func change(_ id: String) -> AccessChange {
        .tokens([TokenStanding(id: id, standing: .made, role: "responder")])
    }

    private func kinds(_ running: RunningServer) async -> [String] {
        await running.journal.records.map(\.kind).filter { $0.hasPrefix("access") || $0 == "request.made" }
    }

    /// Should a token get into other hands, the journal says what was asked with it.
    @Test func aRequestNamesItsToken() async throws {
        let running = try await RunningServer()
        let token = try #require(running.tokens[.responder])
        #expect(await running.ask("POST", "/v1/pause", token: token, body: Array(Self.pause.utf8))?.status == 200)
        let records = await running.journal.records
        let made = try #require(records.first { $0.kind == "request.made" })
        let id = String(try #require(token.split(separator: "_").dropFirst().first))
        #expect(try JSONValue(parsing: made.payload)["token"] == .string(id))
        #expect(!records.contains { String(decoding: $0.payload, as: UTF8.self).contains(token) })
        try await running.stop()
    }

    /// Each request is preceded by what was read before it, and the end by what nobody has asked about any more.
    @Test func whoCanAskStandsBeforeWhatHeAsksFor() async throws {
        let running = try await RunningServer()
        for number in 0..<20 {
            running.access.add(change("\(number)"))
            let answer = await running.conductor.handle(
                .pause(.everything, because: "x"), token: "\(number)", by: Person("ada"))
            #expect(answer == .done)
        }
        #expect(
            await kinds(running) == Array(repeating: ["access.changed", "request.made"], count: 20).flatMap(\.self))
        running.access.add(.unreadable)
        try await running.stop()
        #expect(await kinds(running).last == "access.unreadable")
        #expect(await running.journal.records.last?.kind == "engine.stopped")
    }

    /// Though it was good when the request came to the conductor.
    @Test func nothingIsDoneBehindTheEntryThatATokenIsRevoked() async throws {
        let running = try await RunningServer()
        running.access.add(change("1"))
        running.access.revoke(token: "1")
        let answer = await running.conductor.handle(.resume(.everything), token: "1", by: Person("ada"))
        #expect(answer == .refused(because: "its token is good no more"))
        await running.conductor.passTime()
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await kinds(running) == ["access.changed"])
        try await running.stop()
    }

    @Test func whatIsReadWhileTheJournalFailsIsKeptAfterwards() async throws {
        let running = try await RunningServer()
        while await running.conductor.isBusy { try await Task.sleep(for: .milliseconds(5)) }
        await running.journal.fail(because: "the disk is full")
        for number in 0..<3 {
            running.access.add(change("\(number)"))
            await running.conductor.passTime()
        }
        #expect(await kinds(running) == [])
        await running.journal.fail(because: nil)
        while await kinds(running).count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        let ids = await running.journal.records.filter { $0.kind == "access.changed" }.compactMap { record in
            String(decoding: record.payload, as: UTF8.self).firstMatch(of: /"id":"([0-9]+)"/).map {
                String($0.output.1)
            }
        }
        #expect(ids == ["0", "1", "2"])
        try await running.stop()
    }

    /// Whoever lets the body of a request drip does not outlast the revocation.
    @Test func aTokenThatIsRevokedWhileTheBodyComesAsksForNothing() async throws {
        // Nobody outside sees that the head was read. Where it was not, the answer is another one, and it is tried with more time.
        for pause in [100, 1000, 10_000] {
            let running = try await RunningServer()
            let answer = try await revoke(.responder, "/v1/pause", Self.pause, on: running) {
                try await Task.sleep(for: .milliseconds(pause))
            }
            #expect(answer.hasPrefix("HTTP/1.1 401 "), "\(answer)")
            #expect(await !running.journal.records.contains { $0.kind == "request.made" })
            try await running.stop()
            if answer.contains("expired or revoked") { return }
        }
        Issue.record("no head was read within ten seconds")
    }

    @Test func aTokenThatIsRevokedWhileTheBodyComesDeliversNothing() async throws {
        let running = try await RunningServer()
        let body = String(decoding: RunningServer.webhook(1), as: UTF8.self)
        let answer = try await revoke(.source, "/v1/deliveries/alertmanager", body, on: running) {
            while await running.ask("GET", "/metrics", token: running.tokens[.viewer])?.text
                .contains("handrail_queue_bytes 0\n") != false
            { try await Task.sleep(for: .milliseconds(5)) }
        }
        #expect(answer.hasPrefix("HTTP/1.1 401 "), "\(answer)")
        #expect(await !running.journal.records.contains { $0.kind == "alert.began" })
        try await running.stop()
    }

    /// - Parameter untilRead: waits until all but the last byte is there.
    private func revoke(
        _ role: Role, _ path: String, _ body: String, on running: RunningServer, _ untilRead: () async throws -> Void
    ) async throws -> String {
        let client = try #require(RawClient(port: running.port))
        client.send(
            "POST \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Authorization: Bearer \(running.tokens[role] ?? "")\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
                + body.dropLast())
        try await untilRead()
        try running.revoke(role)
        client.send(body.utf8.suffix(1))
        return String(decoding: await onThread { client.readAll() }, as: UTF8.self)
    }
}
