import HandrailCore
import HandrailEngine
import NIOCore
import NIOHTTP1
import Testing

@testable import HandrailHTTP

private let mark = "handrail run 7, step 1, plan 2c26b46b68ffc68f"
private let identifier = "5b3f1c2e-0000-4000-8000-000000000001"

private func listed(
    _ identifier: String = identifier, state: String = "active", by: String = "handrail",
    comment: String = "why [\(mark)]"
) -> String {
    #"{"id":"\#(identifier)","status":{"state":"\#(state)"},"createdBy":"\#(by)","comment":"\#(comment)"}"#
}

private func answer(_ status: Int, _ body: String) -> LoopbackServer.Behaviour {
    .answer(status: status, headers: [], body: body)
}

/// A silence is over when Alertmanager shows that, and not because somebody says so.
@Suite struct ExpiringTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// To the order, to the question for the silence, to that for all silences.
        let answers: [LoopbackServer.Behaviour]
        let outcome: Outcome
    }

    enum Outcome { case over, refused, unknown }

    private static let html = answer(200, "<html>sign in</html>")

    @Test(arguments: [
        Case(
            testDescription: "done", answers: [answer(200, ""), answer(200, listed(state: "expired"))], outcome: .over),
        Case(
            testDescription: "500, and over all the same",
            answers: [answer(500, ""), answer(200, listed(state: "expired"))], outcome: .over),
        Case(testDescription: "500, and active", answers: [answer(500, ""), answer(200, listed())], outcome: .unknown),
        Case(testDescription: "no answer, and active", answers: [.hangUp, answer(200, listed())], outcome: .unknown),
        Case(
            testDescription: "no answer, and over", answers: [.hangUp, answer(200, listed(state: "expired"))],
            outcome: .over),
        Case(testDescription: "forbidden", answers: [answer(403, ""), answer(200, listed())], outcome: .refused),
        Case(testDescription: "200 by a proxy, and active", answers: [html, answer(200, listed())], outcome: .unknown),
        Case(testDescription: "200 by a proxy throughout", answers: [html], outcome: .unknown),
        Case(
            testDescription: "200 by a proxy, 404 by another, and listed",
            answers: [html, answer(404, ""), answer(200, "[\(listed())]")], outcome: .unknown),
        Case(
            testDescription: "another silence is shown",
            answers: [answer(200, ""), answer(200, listed("other", state: "expired"))], outcome: .unknown),
        Case(
            testDescription: "forgotten", answers: [answer(404, ""), answer(404, ""), answer(200, "[]")], outcome: .over
        ),
        Case(
            testDescription: "forgotten among others",
            answers: [answer(404, ""), answer(404, ""), answer(200, "[\(listed("other"))]")], outcome: .over),
        Case(testDescription: "404 by a proxy throughout", answers: [answer(404, "not found")], outcome: .unknown),
        Case(
            testDescription: "404 by a proxy, then 200 by it", answers: [answer(404, ""), answer(404, ""), html],
            outcome: .unknown),
        Case(
            testDescription: "404 by a proxy, then an error as an object",
            answers: [answer(404, ""), answer(404, ""), answer(200, "{}")], outcome: .unknown),
        Case(
            testDescription: "404, and what is listed are no silences",
            answers: [answer(404, ""), answer(404, ""), answer(200, "[1]")], outcome: .unknown),
        Case(
            testDescription: "404 by a proxy, and listed",
            answers: [answer(404, ""), answer(404, ""), answer(200, "[\(listed())]")], outcome: .refused),
    ])
    func itIsOverOnlyWhenAlertmanagerShowsIt(test: Case) async throws {
        let server = try await LoopbackServer(test.answers)
        var outcome = Outcome.over
        do {
            try await alertmanager(server.url).expire(MadeSilence(identifier: identifier, server: server.url))
        } catch SilencerError.refused {
            outcome = .refused
        } catch SilencerError.unknown {
            outcome = .unknown
        }
        #expect(outcome == test.outcome)
        #expect(server.requests.first?.head.method == .DELETE)
        try await server.stop()
    }

    @Test func aSilenceOfAnotherServerIsNotLookedForHere() async throws {
        let server = try await LoopbackServer([answer(404, ""), answer(404, ""), answer(200, "[]")])
        let because = "it was made at http://other:9093, and this is \(server.url)"
        await #expect(throws: SilencerError.refused(because: because)) {
            try await alertmanager(server.url).expire(
                MadeSilence(identifier: identifier, server: "http://other:9093"))
        }
        #expect(server.requests.isEmpty)
        try await server.stop()
    }
}

/// A call without an answer may have made a silence.
@Suite struct LostSilenceTests {
    private static let request = SilenceRequest(
        matchers: #"{alertname="HostDown"}"#, duration: .seconds(600), because: "why", mark: mark)

    private static let others = [
        listed("a-1", comment: "[\(mark)] was before"), listed("a-2", by: "ada"),
        listed("a-3", comment: "why [handrail run 17, step 1, plan 2c26b46b68ffc68f]"),
        listed("a-4", comment: "why [x\(mark)]"), listed("a-5", comment: ""),
    ]

    @Test(arguments: [answer(500, "oops"), .hangUp, answer(200, "{}")])
    func aSilenceThatWasMadeAllTheSameIsTakenOver(first: LoopbackServer.Behaviour) async throws {
        let list = "[\((Self.others + [listed()]).joined(separator: ","))]"
        let server = try await LoopbackServer([first, answer(200, list)])
        let made = try await alertmanager(server.url).silence(Self.request)
        #expect(made == MadeSilence(identifier: identifier, server: server.url))
        #expect(server.requests.map(\.head.method) == [.POST, .GET])
        try await server.stop()
    }

    @Test func nobodyElsesSilenceIsTakenOver() async throws {
        let list = "[\((Self.others + [listed(state: "expired")]).joined(separator: ","))]"
        let server = try await LoopbackServer([answer(500, "oops"), answer(200, list)])
        await #expect(throws: SilencerError.unknown(because: "Alertmanager answered 500: oops")) {
            try await alertmanager(server.url).silence(Self.request)
        }
        try await server.stop()
    }

    @Test func whatWasAskedForBeforeIsLookedForFirst() async throws {
        let server = try await LoopbackServer([answer(200, "[\(listed())]")])
        let again = SilenceRequest(
            matchers: Self.request.matchers, duration: .seconds(600), because: "why", mark: mark, isRepeated: true)
        #expect(try await alertmanager(server.url).silence(again).identifier == identifier)
        #expect(server.requests.map(\.head.method) == [.GET])
        try await server.stop()
    }

    @Test func theUndoEndsWhatItFinds() async throws {
        let list = "[\((Self.others + [listed()]).joined(separator: ","))]"
        let server = try await LoopbackServer([
            answer(200, list), answer(200, ""), answer(200, listed(state: "expired")),
        ])
        let made = try await alertmanager(server.url).expireSilence(marked: mark)
        #expect(made.identifier == identifier)
        #expect(
            server.requests.map { "\($0.head.method) \($0.head.uri)" } == [
                "GET /api/v2/silences", "DELETE /api/v2/silence/\(identifier)", "GET /api/v2/silence/\(identifier)",
            ])
        try await server.stop()
    }

    /// The request may still be on its way.
    @Test func whereNothingIsFoundNobodyKnows() async throws {
        let server = try await LoopbackServer([answer(200, "[\(Self.others.joined(separator: ","))]")])
        let because =
            "no silence of this step is at \(server.url), and the request for one may still be under way"
        await #expect(throws: SilencerError.unknown(because: because)) {
            try await alertmanager(server.url).expireSilence(marked: mark)
        }
        #expect(server.requests.count == 1)
        try await server.stop()
    }
}

@Suite struct OutgoingHTTPTests {
    @Test(.timeLimit(.minutes(1))) func anAnswerThatNeverEndsIsGivenUp() async throws {
        let server = try await LoopbackServer([.dribble(every: .milliseconds(20))])
        let request = OutgoingHTTP(method: .GET, url: server.url, patience: .milliseconds(500))
        await #expect(throws: OutgoingHTTP.Failure.unanswered(because: "no whole answer within 500ms")) {
            try await request.send()
        }
        try await server.stop()
    }

    @Test func anAnswerIsBounded() async throws {
        for (bytes, isTaken) in [(1 << 20, true), (1 << 20 + 1, false)] {
            let server = try await LoopbackServer([answer(200, String(repeating: "a", count: bytes))])
            do {
                // Other tests may keep the machine busy, and this one is not about time.
                let answer = try await OutgoingHTTP(method: .GET, url: server.url, patience: .seconds(300)).send()
                #expect(isTaken && answer.body.count == bytes)
            } catch OutgoingHTTP.Failure.unanswered {
                #expect(!isTaken)
            }
            try await server.stop()
        }
    }

    /// Whatever the server repeats, and wherever what is shown of it is cut.
    @Test(arguments: 150..<210)
    func noSecretOfAnAnswerIsShown(offset: Int) async throws {
        let secret = "canary\"of the/answer=7f3a"
        let body = String(repeating: ".", count: offset) + secret
        let server = try await LoopbackServer([answer(400, body)])
        do {
            _ = try await alertmanager(server.url, secrets: [secret]).silence(
                SilenceRequest(matchers: "A", duration: .seconds(60), because: "", mark: ""))
            Issue.record("it was silenced")
        } catch SilencerError.refused(let because) {
            #expect(!because.contains("cana"))
        }
        try await server.stop()
    }
}
