import Glibc
import HandrailCore
import HandrailEngine
import HandrailFormats
import Testing

@testable import HandrailHTTP

struct FixedClock: WallClock {
    let now: Timestamp
}

private let request = SilenceRequest(
    matchers: #"{alertname="HostDown", zone=~"z[12]", host!="h1", rack!~"r.*"}"#, duration: .seconds(600),
    comment: #"quoted "text" and <tags>"#)

/// What is certain about a call, and what is not, whatever a server does.
@Suite struct SilencerAnswerTests {
    @Test(arguments: [
        (400, SilencerError.refused(because: "Alertmanager answered 400: bad\\n\\u{1b}[31mred")),
        (302, .refused(because: "Alertmanager answered 302: bad\\n\\u{1b}[31mred")),
        (500, .unknown(because: "Alertmanager answered 500: bad\\n\\u{1b}[31mred")),
        (503, .unknown(because: "Alertmanager answered 503: bad\\n\\u{1b}[31mred")),
    ])
    func anAnswerIsNoMoreThanItSays(status: Int, error: SilencerError) async throws {
        let other = try await LoopbackServer([.answer(status: 200, headers: [], body: "{}")])
        let server = try await LoopbackServer([
            .answer(status: status, headers: [("location", other.url)], body: "bad\n\u{1b}[31mred")
        ])
        await #expect(throws: error) { try await alertmanager(server.url).silence(request) }
        #expect(server.requests.count == 1)
        #expect(other.requests.isEmpty, "a redirect was followed")
        try await server.stop()
        try await other.stop()
    }

    @Test(arguments: ["", "{", "{}", #"{"silenceID": 7}"#, #"{"silenceID": "../../x"}"#])
    func anAnswerWithoutASilenceLeavesItUnknown(body: String) async throws {
        let server = try await LoopbackServer([.answer(status: 200, headers: [], body: body)])
        await #expect(throws: SilencerError.unknown(because: "Alertmanager's answer names no silence")) {
            try await alertmanager(server.url).silence(request)
        }
        try await server.stop()
    }

    @Test func whoHangsUpMayHaveDoneIt() async throws {
        let server = try await LoopbackServer([.hangUp])
        do {
            _ = try await alertmanager(server.url).silence(request)
            Issue.record("it was silenced")
        } catch SilencerError.unknown {}
        try await server.stop()
    }

    @Test func whoDoesNotListenHasNotDoneIt() async throws {
        let server = try await LoopbackServer([.hangUp])
        let url = server.url
        try await server.stop()
        do {
            _ = try await alertmanager(url).silence(request)
            Issue.record("it was silenced")
        } catch SilencerError.unreachable(let because) {
            #expect(because.hasPrefix("Alertmanager was not reached: nothing "))
        }
    }

    @Test func whatIsNoIdentifierIsNotSent() async throws {
        let server = try await LoopbackServer([.answer(status: 200, headers: [], body: "")])
        for identifier in ["", "../status", "a b", "a?b", String(repeating: "a", count: 65)] {
            await #expect(throws: SilencerError.refused(because: "this is no identifier of a silence")) {
                try await alertmanager(server.url).expire(identifier)
            }
        }
        #expect(server.requests.isEmpty)
        try await server.stop()
    }

    private func alertmanager(_ url: String) throws -> Alertmanager {
        Alertmanager(try ServerAddress(url), clock: FixedClock(now: Timestamp(milliseconds: 1_000)))
    }
}

/// Against the real one.
@Suite(.enabled(if: RealAlertmanager.program != nil, "there is no Alertmanager: scripts/servers fetches it"))
struct RealAlertmanagerTests {
    @Test func aSilenceSaysWhatTheSelectorSaysAndEnds() async throws {
        let server = try await RealAlertmanager()
        let alertmanager = Alertmanager(try ServerAddress(server.url + "/"), clock: Now())
        let identifier = try await alertmanager.silence(request)
        let made = try await server.silence(identifier)
        #expect(made["status"]?["state"] == .string("active"))
        #expect(made["comment"] == .string(request.comment))
        #expect(made["createdBy"] == .string("handrail"))
        #expect(
            matchers(of: made) == [
                "alertname HostDown true false", "host h1 false false", "rack r.* false true", "zone z[12] true true",
            ])
        try await alertmanager.expire(identifier)
        #expect(try await server.silence(identifier)["status"]?["state"] == .string("expired"))
        // Twice is as good as once, and what was never there is not there.
        try await alertmanager.expire(identifier)
        try await alertmanager.expire("00000000-0000-0000-0000-000000000000")
        await server.stop()
    }

    @Test func whatAlertmanagerRefusesIsRefused() async throws {
        let server = try await RealAlertmanager()
        let alertmanager = Alertmanager(try ServerAddress(server.url), clock: Now())
        do {
            _ = try await alertmanager.silence(
                SilenceRequest(matchers: #"{alertname="x"}"#, duration: .seconds(-600), comment: "over already"))
            Issue.record("it was silenced")
        } catch SilencerError.refused(let because) {
            #expect(because.hasPrefix("Alertmanager answered 400: "))
        }
        await server.stop()
    }

    private func matchers(of silence: JSONValue) -> [String] {
        guard case .array(let matchers)? = silence["matchers"] else { return [] }
        return matchers.map { matcher in
            ["name", "value", "isEqual", "isRegex"].map { text(matcher[$0]) }.joined(separator: " ")
        }.sorted()
    }

    private func text(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text): text
        case .bool(let flag): "\(flag)"
        default: "?"
        }
    }
}

private struct Now: WallClock {
    var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
