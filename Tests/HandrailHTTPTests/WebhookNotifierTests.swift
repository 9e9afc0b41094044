import Crypto
import HandrailCore
import HandrailEngine
import HandrailSigning
import NIOHTTP1
import Synchronization
import Testing

@testable import HandrailHTTP

@Suite struct WebhookNotifierTests {
    private let clock = FixedClock(now: Timestamp(milliseconds: 1_764_000_000_123))
    private let announcement = Announcement(to: "sre", text: "run 7 is held: \"quoted\"\nwhy", incident: 3, run: nil)

    @Test func whatIsPostedIsSignedTogetherWithItsTime() async throws {
        let server = try await LoopbackServer([.answer(status: 204, headers: [], body: "")])
        let key = Array("0123456789abcdef".utf8)
        try await WebhookNotifier(ServerAddress(server.url + "/hook?a=b"), clock: clock) { SigningSecret(key) }
            .announce(announcement)
        let request = try #require(server.requests.first)
        #expect(server.requests.count == 1)
        #expect(request.head.uri == "/hook?a=b")
        #expect(request.head.headers["content-type"] == ["application/json"])
        let body = String(decoding: request.body, as: UTF8.self)
        #expect(
            body
                == #"{"schema":"handrail.announcement/1","to":"sre","text":"run 7 is held: \"quoted\"\nwhy","incident":3,"#
                + #""run":null}"#)
        // As a receiver would check it.
        let signature = try #require(request.head.headers["x-handrail-signature"].first)
        #expect(signature.hasPrefix("t=1764000000,v1="))
        let code = try bytes(hexadecimal: signature.dropFirst("t=1764000000,v1=".count))
        let isValid = HMAC<SHA256>.isValidAuthenticationCode(
            code, authenticating: Array("1764000000.".utf8) + request.body, using: SymmetricKey(data: key))
        #expect(isValid)
        try await server.stop()
    }

    @Test func itIsTriedAgain() async throws {
        let server = try await LoopbackServer([
            .hangUp, .answer(status: 503, headers: [], body: ""), .answer(status: 200, headers: [], body: ""),
        ])
        try await WebhookNotifier(ServerAddress(server.url), clock: clock) { nil }.announce(announcement)
        #expect(server.requests.count == 3)
        #expect(server.requests.allSatisfy { $0.head.headers["x-handrail-signature"].isEmpty })
        try await server.stop()
    }

    @Test func afterThreeTimesItIsSaid() async throws {
        let server = try await LoopbackServer([.answer(status: 410, headers: [], body: "gone")])
        let notifier = WebhookNotifier(try ServerAddress(server.url), clock: clock) { nil }
        await #expect(throws: WebhookNotifier.Failure(description: "the webhook answered 410")) {
            try await notifier.announce(announcement)
        }
        #expect(server.requests.count == 3)
        try await server.stop()
    }

    /// A key that is replaced counts from the next message on.
    @Test func itIsSignedWithTheKeyOfTheMoment() async throws {
        let server = try await LoopbackServer([.answer(status: 204, headers: [], body: "")])
        let key = Mutex(Array("0123456789abcdef".utf8))
        let notifier = WebhookNotifier(try ServerAddress(server.url), clock: clock) {
            SigningSecret(key.withLock { $0 })
        }
        try await notifier.announce(announcement)
        key.withLock { $0 = Array("fedcba9876543210".utf8) }
        try await notifier.announce(announcement)
        let signatures = try server.requests.map { request in
            try #require(request.head.headers["x-handrail-signature"].first.flatMap { MessageSignature($0) })
        }
        let secrets = try ["0123456789abcdef", "fedcba9876543210"].map { try #require(SigningSecret(Array($0.utf8))) }
        for (request, (signature, secret)) in zip(server.requests, zip(signatures, secrets)) {
            #expect(signature.fits(request.body, key: secret))
        }
        #expect(!signatures[1].fits(server.requests[1].body, key: secrets[0]))
        try await server.stop()
    }

    private func bytes(hexadecimal text: some StringProtocol) throws -> [UInt8] {
        let digits = Array(text)
        return try stride(from: 0, to: digits.count - 1, by: 2).map { index in
            try #require(UInt8(String(digits[index...index + 1]), radix: 16))
        }
    }
}

@Suite struct ServerAddressTests {
    @Test(arguments: [
        "http://localhost", "http://127.0.0.1:9093", "https://alerts.example/prefix", "http://[::1]:9093",
        "https://hooks.example/a?token=b",
    ])
    func anAddressStays(text: String) throws {
        #expect(try ServerAddress(text).text == text)
    }

    @Test func theLastSlashGoes() throws { #expect(try ServerAddress("http://a:1/am/").text == "http://a:1/am") }

    @Test(arguments: [
        ("", "it has to begin with `http://` or `https://`"),
        ("localhost:9093", "it has to begin with `http://` or `https://`"),
        ("file:///etc/passwd", "it has to begin with `http://` or `https://`"),
        ("http://", "it names no host"), ("http://:9093", "it names no host"),
        ("http://a:", "its port is not within 1 to 65535"), ("http://a:0", "its port is not within 1 to 65535"),
        ("http://a:65536", "its port is not within 1 to 65535"), ("http://a:x/", "its port is not within 1 to 65535"),
        ("http://ada:secret@a", "a user or password must not stand in an address"),
        ("http://a/#b", "a fragment (`#`) means nothing to a server"),
        ("http://a\r\nHost: b", "it has a blank, a control character or a letter that is not ASCII"),
        ("http://ä", "it has a blank, a control character or a letter that is not ASCII"),
    ])
    func whatIsNoAddressIsRefused(text: String, because: String) {
        #expect(throws: ServerAddress.Invalid(because)) { try ServerAddress(text) }
    }
}
