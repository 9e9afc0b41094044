import Glibc
import HandrailCore
import HandrailEngine
import HandrailFormats
import NIOHTTP1
import Testing

@testable import HandrailHTTP

struct FixedClock: WallClock {
    let now: Timestamp
}

private let request = SilenceRequest(
    matchers: #"{alertname="HostDown", zone=~"z[12]", host!="h1", rack!~"r.*"}"#, duration: .seconds(600),
    because: #"quoted "text" and <tags>"#, mark: "handrail run 7, step 1, plan 2c26b46b68ffc68f")

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
        // Where it may have been made it is looked for.
        #expect(server.requests.map(\.head.method) == (status >= 500 ? [.POST, .GET] : [.POST]))
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
        let port = try DeafPort()
        defer { port.close() }
        do {
            _ = try await alertmanager(port.url).silence(request)
            Issue.record("it was silenced")
        } catch SilencerError.unreachable(let because) {
            #expect(because.hasPrefix("Alertmanager was not reached: nothing "))
        }
    }

    @Test func whatIsNoIdentifierIsNotSent() async throws {
        let server = try await LoopbackServer([.answer(status: 200, headers: [], body: "")])
        for identifier in ["", "../status", "a b", "a?b", String(repeating: "a", count: 65)] {
            await #expect(throws: SilencerError.refused(because: "this is no identifier of a silence")) {
                try await alertmanager(server.url).expire(MadeSilence(identifier: identifier, server: nil))
            }
        }
        #expect(server.requests.isEmpty)
        try await server.stop()
    }
}

func alertmanager(_ url: String, secrets: [String] = []) throws -> Alertmanager {
    Alertmanager(
        try ServerAddress(url), clock: FixedClock(now: Timestamp(milliseconds: 1_000))
    ) { Redactor(secrets: secrets.map { .init(name: "canary", bytes: Array($0.utf8)) }) }
}

/// Against the real one.
@Suite(.enabled(if: RealAlertmanager.program != nil, "there is no Alertmanager: scripts/servers fetches it"))
struct RealAlertmanagerTests {
    @Test func aSilenceSaysWhatTheSelectorSaysAndEnds() async throws {
        try await RealAlertmanager.run { server in
            let alertmanager = Alertmanager(try ServerAddress(server.url + "/"), clock: Now()) { Redactor() }
            let silence = try await alertmanager.silence(request)
            #expect(silence.server == server.url)
            let identifier = silence.identifier
            let made = try await server.silence(identifier)
            #expect(made["status"]?["state"] == .string("active"))
            #expect(made["comment"] == .string(request.comment))
            #expect(made["createdBy"] == .string("handrail"))
            #expect(
                matchers(of: made) == [
                    "alertname HostDown true false", "host h1 false false", "rack r.* false true",
                    "zone z[12] true true",
                ])
            try await alertmanager.expire(silence)
            #expect(try await server.silence(identifier)["status"]?["state"] == .string("expired"))
            // Twice is as good as once, and what was never there is not there.
            try await alertmanager.expire(silence)
            try await alertmanager.expire(
                MadeSilence(identifier: "00000000-0000-0000-0000-000000000000", server: server.url))
        }
    }

    @Test func aSilenceIsFoundByItsMark() async throws {
        try await RealAlertmanager.run { server in
            let alertmanager = Alertmanager(try ServerAddress(server.url), clock: Now()) { Redactor() }
            let other = SilenceRequest(
                matchers: request.matchers, duration: request.duration, because: request.because, mark: "run 8")
            let (silence, neighbour) = (
                try await alertmanager.silence(request), try await alertmanager.silence(other)
            )
            let again = SilenceRequest(
                matchers: request.matchers, duration: request.duration, because: request.because, mark: request.mark,
                isRepeated: true)
            #expect(try await alertmanager.silence(again) == silence)
            #expect(try await alertmanager.expireSilence(marked: request.mark) == silence)
            #expect(try await server.silence(silence.identifier)["status"]?["state"] == .string("expired"))
            #expect(try await server.silence(neighbour.identifier)["status"]?["state"] == .string("active"))
            // It was there and is over, which is known.
            #expect(try await alertmanager.expireSilence(marked: request.mark) == silence)
        }
    }

    @Test func whatAlertmanagerRefusesIsRefused() async throws {
        try await RealAlertmanager.run { server in
            let alertmanager = Alertmanager(try ServerAddress(server.url), clock: Now()) { Redactor() }
            do {
                _ = try await alertmanager.silence(
                    SilenceRequest(
                        matchers: #"{alertname="x"}"#, duration: .seconds(-600), because: "over already", mark: "run 1")
                )
                Issue.record("it was silenced")
            } catch SilencerError.refused(let because) {
                #expect(because.hasPrefix("Alertmanager answered 400: "))
            }
        }
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
