import HTTPTypes
import HandrailFormats
import Testing

@testable import HandrailServer

/// Every route with every role, and with none.
@Suite struct AccessTests {
    private enum May { case everybody, viewers, responders, sources }

    /// Written down here once more: a route that opens to others by mistake is noticed, and so is a new one.
    private static let table: [(route: String, may: May)] = [
        ("GET /healthz", .everybody), ("GET /readyz", .everybody), ("GET /v1/openapi.json", .everybody),
        ("GET /metrics", .viewers), ("GET /v1/events", .viewers), ("POST /v1/deliveries/{source}", .sources),
        ("GET /v1/incidents", .viewers), ("GET /v1/incidents/{incident}", .viewers), ("GET /v1/runs", .viewers),
        ("GET /v1/runs/{run}", .viewers), ("GET /v1/runs/{run}/explanation", .viewers),
        ("GET /v1/pending", .viewers), ("GET /v1/pending/{run}", .viewers),
        ("GET /v1/journal/entries", .viewers), ("POST /v1/runs/{run}/approve", .responders),
        ("POST /v1/runs/{run}/reject", .responders), ("POST /v1/runs/{run}/cancel", .responders),
        ("POST /v1/runs/{run}/rollback", .responders), ("POST /v1/runs/{run}/take-over", .responders),
        ("POST /v1/pause", .responders), ("POST /v1/resume", .responders), ("POST /v1/release", .responders),
    ]

    private static func isAllowed(_ role: Role?, _ may: May) -> Bool {
        switch may {
        case .everybody: true
        case .viewers: role == .viewer || role == .responder
        case .responders: role == .responder
        case .sources: role == .source
        }
    }

    @Test func everyRouteIsOpenToWhomItSaysAndToNobodyElse() async throws {
        let running = try await RunningServer()
        let routes = Responder(ServerParts(running.ports, ServerSettings()), version: "").routes
        #expect(Set(routes.map { "\($0.method.rawValue) \($0.path)" }) == Set(Self.table.map(\.route)))
        for (route, may) in Self.table {
            let words = route.split(separator: " ").map(String.init)
            let path = words[1].replacing("{source}", with: "alertmanager").replacing("{run}", with: "1")
                .replacing("{incident}", with: "1")
            for role in [nil] + Role.allCases.map(Optional.some) {
                let answer = try #require(
                    await running.ask(
                        words[0], path, token: role.flatMap { running.tokens[$0] },
                        body: words[0] == "POST" ? Array("{}".utf8) : nil), "\(route)")
                let isRefused = answer.status == 401 || answer.status == 403
                #expect(
                    isRefused != Self.isAllowed(role, may),
                    "\(route) with \(role?.rawValue ?? "none"): \(answer.status)")
                if role == nil, isRefused { #expect(answer.status == 401 && answer.head.contains("WWW-Authenticate")) }
            }
            // What looks like a token and is none opens nothing that needs one.
            if may != .everybody {
                for token in ["x", "handrail_00000000_" + String(repeating: "0", count: 64), ""] {
                    let answer = await running.ask(
                        words[0], path, token: token, body: words[0] == "POST" ? Array("{}".utf8) : nil)
                    #expect(answer?.status == 401, "\(route) with `\(token)`")
                }
            }
        }
        try await running.stop()
    }

    @Test func whatIsNotThereIsNotThereAndOtherMethodsAreNot() async throws {
        let running = try await RunningServer()
        let token = running.tokens[.responder]
        for (method, path, status) in [
            ("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v1/runs/", 200), ("GET", "//v1//runs", 200),
            ("GET", "/v1/runs/1/", 404), ("GET", "/v1/runs/01", 404), ("GET", "/v1/runs/-1", 404),
            ("GET", "/v1/runs/99999999999999999999", 404), ("GET", "/v1/%72uns", 404), ("GET", "/../healthz", 404),
            ("DELETE", "/v1/runs", 405), ("HEAD", "/healthz", 405), ("OPTIONS", "/v1/pause", 405),
            ("GET", "/v1/runs?x=1", 400), ("GET", "/v1/runs?limit=0", 400), ("GET", "/v1/runs?limit=1&limit=2", 400),
            ("GET", "/v1/runs?only=none", 400), ("GET", "/healthz?x=1", 400), ("GET", "/v1/runs?limit=1000", 200),
            ("GET", "/v1/incidents?open=true&limit=5", 200), ("GET", "/v1/incidents?open=yes", 400),
        ] {
            let answer = await running.ask(method, path, token: token)
            #expect(answer?.status == status, "\(method) \(path): \(answer?.status ?? 0)")
        }
        try await running.stop()
    }

    /// Names of a workspace's own sources are for those who deliver.
    @Test func whoMayNotDeliverIsNotToldWhereTo() async throws {
        let running = try await RunningServer()
        for token in [nil, "x", running.tokens[.viewer]] {
            let answers = await [
                running.ask("POST", "/v1/deliveries/alertmanager", token: token, body: Array("{}".utf8)),
                running.ask("POST", "/v1/deliveries/nothing", token: token, body: Array("{}".utf8)),
            ]
            #expect(answers[0]?.status == answers[1]?.status && answers[0]?.status != 404)
        }
        try await running.stop()
    }

    @Test func whatPeopleAskForIsCheckedToTheLetter() async throws {
        let running = try await RunningServer()
        let token = running.tokens[.responder]
        let digest = String(repeating: "a", count: 64)
        for (path, body, status) in [
            ("/v1/pause", #"{"scope":"everything","because":"x"}"#, 200),
            ("/v1/pause", #"{"scope":"everything"}"#, 400),
            ("/v1/pause", #"{"scope":"all","because":"x"}"#, 400), ("/v1/pause", "[]", 400), ("/v1/pause", "", 400),
            ("/v1/pause", #"{"scope":"everything","because":"x","by":"grace"}"#, 400),
            ("/v1/pause", #"{"scope":"everything","because":"x","because":"y"}"#, 400),
            ("/v1/pause", #"{"scope":"everything","because":1}"#, 400),
            ("/v1/pause", #"{"scope":"everything","because":""}"#, 400),
            ("/v1/pause", #"{"scope":"service:\u0301x","because":"x"}"#, 200),
            ("/v1/pause", #"{"scope":"service:","because":"x"}"#, 400),
            ("/v1/runs/1/approve", #"{"digest":"\#(digest)"}"#, 409), ("/v1/runs/0/approve", "{}", 404),
            ("/v1/runs/1/approve", #"{"digest":"\#(digest)","person":"grace"}"#, 400),
        ] {
            let answer = await running.ask("POST", path, token: token, body: Array(body.utf8))
            // Without `people:` everybody may pause. There is no run to be approved.
            #expect(answer?.status == status, "\(path) \(body): \(answer?.text ?? "")")
        }
        try await running.stop()
    }

    @Test func theOpenAPIDocumentSaysWhatThereIs() async throws {
        let running = try await RunningServer()
        let answer = try #require(await running.ask("GET", "/v1/openapi.json"))
        let document = try JSONValue(parsing: answer.body)
        guard case .object(let paths)? = document["paths"] else { throw RunningServer.NotRunning() }
        let described = paths.flatMap { path -> [String] in
            guard case .object(let methods) = path.value else { return [] }
            return methods.map { "\($0.name.uppercased()) \(path.name)" }
        }
        #expect(Set(described + ["GET /v1/openapi.json"]) == Set(Self.table.map(\.route)))
        // What may be answered is in it, and what never is is not.
        let listed = document["paths"]?["/v1/runs"]?["get"]?["responses"]
        #expect(listed?["503"] != nil)
        let delivery = document["paths"]?["/v1/deliveries/{source}"]?["post"]
        #expect(delivery?["responses"]?["408"] == nil && delivery?["responses"]?["429"] != nil)
        guard case .array(let ways)? = delivery?["security"] else { throw RunningServer.NotRunning() }
        #expect(ways.contains { $0["token"] != nil } && ways.contains { $0["signature"] != nil })
        let parts = ServerParts(running.ports, ServerSettings())
        let names = Responder(parts, version: "").routes.map(\.about.name)
        #expect(Set(names).count == names.count)
        try await running.stop()
    }
}
