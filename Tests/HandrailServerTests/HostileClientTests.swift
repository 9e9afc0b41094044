import Glibc
import HandrailEngine
import Testing

@testable import HandrailServer

/// Clients that do what no client should. The server goes on, and answers others.
@Suite(.serialized) struct HostileClientTests {
    private static let patience = Duration.seconds(1)

    private func running() async throws -> RunningServer {
        try await RunningServer { $0.requestPatience = Self.patience }
    }

    /// What a client is answered that says these bytes, and others meanwhile.
    private func answer(to bytes: [UInt8], _ running: RunningServer) async -> String {
        let port = running.port
        let text = await onThread { () -> String in
            guard let client = RawClient(port: port) else { return "no connection" }
            client.send(bytes)
            return String(decoding: client.readAll(), as: UTF8.self)
        }
        #expect(await running.ask("GET", "/healthz")?.status == 200)
        return text
    }

    private func head(_ running: RunningServer, _ lines: String...) -> [UInt8] {
        let first = "POST /v1/deliveries/alertmanager HTTP/1.1\r\nHost: x\r\n"
        let token = "Authorization: Bearer \(running.tokens[.source] ?? "")\r\n"
        return Array((first + token + lines.map { $0 + "\r\n" }.joined() + "\r\n").utf8)
    }

    @Test func headersAreBounded() async throws {
        let running = try await running()
        let long = "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + String(repeating: "a", count: 100_000) + "\r\n\r\n"
        let many = "GET /healthz HTTP/1.1\r\nHost: x\r\n" + String(repeating: "X-Y: z\r\n", count: 10_000) + "\r\n"
        let path = "GET /" + String(repeating: "a", count: 1_000_000) + " HTTP/1.1\r\nHost: x\r\n\r\n"
        for bytes in [long, many, path] {
            let text = await answer(to: Array(bytes.utf8), running)
            #expect(text.isEmpty || text.hasPrefix("HTTP/1.1 4"), "\(text.prefix(100))")
        }
        try await running.stop()
    }

    @Test func lengthsThatAreWrongEndTheConnection() async throws {
        let running = try await running()
        let body = RunningServer.webhook(1)
        let kept = await running.journal.records.count
        for lines in [
            ["Content-Length: \(body.count + 1000)"], ["Content-Length: -1"], ["Content-Length: 99999999999999999999"],
            ["Content-Length: 5", "Content-Length: 6"], ["Content-Length: 5", "Transfer-Encoding: chunked"],
            ["Transfer-Encoding: chunked"], ["Content-Length: 0x10"],
        ] {
            let head = lines.map { $0 + "\r\n" }.joined()
            let text = await answer(
                to: Array(
                    "POST /v1/deliveries/alertmanager HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(running.tokens[.source] ?? "")\r\n\(head)\r\n"
                        .utf8) + body, running)
            #expect(!text.contains(" 200 "), "\(lines): \(text.prefix(100))")
        }
        #expect(await running.journal.records.allSatisfy { $0.kind != "alert.began" } && kept > 0)
        try await running.stop()
    }

    @Test func aDripOfAHeadAndOneOfABodyAreCutOff() async throws {
        let running = try await running()
        let begun = ContinuousClock.now
        for bytes in [Array("GET /healthz HTTP/1.1\r\n".utf8), head(running, "Content-Length: 1000")] {
            let port = running.port
            let isCut = await onThread { () -> Bool in
                guard let client = RawClient(port: port) else { return false }
                client.send(bytes)
                for _ in 0..<300 {
                    guard client.send("a") else { return true }
                    usleep(100_000)
                }
                return false
            }
            #expect(isCut)
            #expect(await running.ask("GET", "/healthz")?.status == 200)
        }
        // Whatever the machine is doing: without a deadline each would have gone on for half a minute.
        #expect(ContinuousClock.now - begun < .seconds(50))
        try await running.stop()
    }

    @Test func aCompressedBodyIsNotUnpacked() async throws {
        let running = try await running()
        let bomb = [UInt8](repeating: 0x1F, count: 1000)
        let bytes = head(running, "Content-Encoding: gzip", "Content-Length: \(bomb.count)", "Connection: close") + bomb
        #expect(await answer(to: bytes, running).hasPrefix("HTTP/1.1 415"))
        try await running.stop()
    }

    @Test func whatIsNoHTTPIsAnsweredWithARefusalOrNothing() async throws {
        let running = try await running()
        for bytes in [
            [UInt8](repeating: 0, count: 10_000), [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], Array("\r\n\r\n\r\n".utf8),
            Array("GET /healthz HTTP/9.9\r\n\r\n".utf8), Array("GET\u{0}/healthz HTTP/1.1\r\n\r\n".utf8),
            Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), [0xFF, 0xFE, 0xFD] + Array(" / HTTP/1.1\r\n\r\n".utf8),
            Array("GET /v1/runs HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \u{0}\r\n\r\n".utf8),
        ] {
            let text = await answer(to: bytes, running)
            #expect(!text.hasPrefix("HTTP/1.1 2"), "\(bytes.prefix(20)): \(text.prefix(100))")
        }
        try await running.stop()
    }

    @Test func othersAreAnsweredBesideThousandsOfConnections() async throws {
        let running = try await RunningServer { $0.requestPatience = .seconds(300) }
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        // Both ends are in this process, and so are the loops that other tests need: ten thousand are tried by hand.
        let wanted = getenv("HANDRAIL_CONNECTIONS").flatMap { Int(String(cString: $0)) } ?? 2000
        let count = min(wanted, (Int(clamping: limit.rlim_max) - 2000) / 2)
        try #require(count > 100)
        let port = running.port
        let opened = Connections()
        await onThread { opened.open(count, port: port) }
        print("\(opened.count) connections at once")
        #expect(opened.count == count)
        #expect(await running.ask("GET", "/healthz")?.status == 200)
        #expect(await running.deliver(RunningServer.webhook(1))?.status == 200)
        opened.close()
        try await running.stop()
    }

    /// Proof for `@unchecked Sendable`: one thread opens, and the test looks only after that thread has answered.
    private final class Connections: @unchecked Sendable {
        private var clients: [RawClient] = []
        var count: Int { clients.count }
        func open(_ count: Int, port: Int) {
            for _ in 0..<count {
                guard let client = RawClient(port: port) else { return }
                client.send("GET /healthz HTTP/1.1\r\n")
                clients.append(client)
            }
        }
        func close() { clients = [] }
    }
}
