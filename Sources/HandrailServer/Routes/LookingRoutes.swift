internal import HTTPTypes
internal import HandrailCore
public import HandrailEngine
internal import Hummingbird

/// What can be looked at. Each is one JSON document, the same that the command line writes with `--output json`.
public enum StateQuestion: Hashable, Sendable {
    case incidents(isOpen: Bool, limit: Int)
    case incident(Int)
    /// `only` those that stand there; nil: all.
    case runs(only: CatalogRun.Phase?, incident: Int?, limit: Int)
    case run(Int)
    case explanation(run: Int)
    case pending
    case pendingRun(Int)
    /// Of the journal itself.
    case entries(after: Int64, limit: Int)
}

/// Answers what is looked at from the journal: nothing is shown that is not durable.
public protocol StateDocuments: Sendable {
    func document(_ question: StateQuestion) async throws(StateDocumentError) -> [UInt8]
}

public enum StateDocumentError: Error, Hashable, Sendable {
    /// One lowercase sentence without a final stop.
    case notFound(because: String)
    case unavailable(because: String)
}

struct LookingRoutes: Sendable {
    let parts: ServerParts

    private static let phases = CatalogRun.Phase.allCases.map(\.rawValue) + ["all"]
    private static let limit = RouteDescription.Field("limit", .integer(1...1000), "How many at most; 50.")

    var routes: [Route] {
        lists + [
            one("incident", "showIncident", "One incident with all that happened in it.") { .incident($0) },
            one("run", "showRun", "One run: the decision, all that happened since, and what its commands printed.") {
                .run($0)
            },
            one("run", "explainRun", "Why a run was decided as it was.", under: "explanation") {
                .explanation(run: $0)
            },
            Route(
                .get, "/v1/pending/{run}", .viewers,
                RouteDescription(
                    name: "showPending", summary: "What a person is asked to approve, with its digest.",
                    statuses: [503])
            ) { call async throws(RouteError) in try await answer(.pendingRun(try call.number("run"))) },
        ]
    }

    private var lists: [Route] {
        [
            Route(
                .get, "/v1/incidents", .viewers,
                RouteDescription(
                    name: "listIncidents", summary: "Incidents, the newest first.",
                    query: [.init("open", .flag, "Only those in which an alert still fires."), Self.limit],
                    statuses: [503])
            ) { call async throws(RouteError) in
                try await answer(
                    .incidents(
                        isOpen: try flag("open", call),
                        limit: try call.number(inQuery: "limit", in: 1...1000, else: 50)))
            },
            Route(
                .get, "/v1/runs", .viewers,
                RouteDescription(
                    name: "listRuns", summary: "Runs, the newest first.",
                    query: [
                        .init("only", .choice(Self.phases), "Where they stand."),
                        .init("incident", .integer(1...Int(Int32.max)), "Only those for this incident."), Self.limit,
                    ], statuses: [503])
            ) { call async throws(RouteError) in try await answer(try runs(call)) },
            Route(
                .get, "/v1/pending", .viewers,
                RouteDescription(
                    name: "listPending", summary: "What waits for a person's approval.", statuses: [503])
            ) { _ async throws(RouteError) in try await answer(.pending) },
            Route(
                .get, "/v1/journal/entries", .viewers,
                RouteDescription(
                    name: "listEntries", summary: "Entries of the journal in their order, with their hashes.",
                    query: [
                        .init("after", .integer(0...Int(Int32.max)), "Only those behind this number."), Self.limit,
                    ], statuses: [503])
            ) { call async throws(RouteError) in
                try await answer(
                    .entries(
                        after: Int64(try call.number(inQuery: "after", in: 0...Int(Int32.max), else: 0)),
                        limit: try call.number(inQuery: "limit", in: 1...1000, else: 50)))
            },
        ]
    }

    private func one(
        _ thing: String, _ name: String, _ summary: String, under: String? = nil,
        _ question: @escaping @Sendable (Int) -> StateQuestion
    ) -> Route {
        let path = "/v1/\(thing)s/{\(thing)}" + (under.map { "/\($0)" } ?? "")
        return Route(.get, path, .viewers, RouteDescription(name: name, summary: summary, statuses: [503])) {
            call async throws(RouteError) in
            try await answer(question(try call.number(thing)))
        }
    }

    private func runs(_ call: Call) throws(RouteError) -> StateQuestion {
        let only = call.query["only"] ?? "all"
        let phase = CatalogRun.Phase(rawValue: only)
        guard phase != nil || only.hasSameBytes(as: "all") else {
            throw RouteError(.badRequest, "`only` takes one of \(Self.phases.joined(separator: ", "))")
        }
        let incident = try call.number(inQuery: "incident", in: 1...Int(Int32.max), else: 0)
        return .runs(
            only: phase, incident: incident == 0 ? nil : incident,
            limit: try call.number(inQuery: "limit", in: 1...1000, else: 50))
    }

    private func flag(_ name: String, _ call: Call) throws(RouteError) -> Bool {
        switch call.query[name] {
        case nil, "false": return false
        case "true": return true
        default: throw RouteError(.badRequest, "`\(name)` takes true or false")
        }
    }

    private func answer(_ question: StateQuestion) async throws(RouteError) -> Answer {
        do throws(StateDocumentError) {
            return Answer(try await parts.documents.document(question))
        } catch {
            switch error {
            case .notFound(let because): throw RouteError(.notFound, because)
            case .unavailable: throw RouteError(.serviceUnavailable, "the journal cannot be read", retryAfter: 5)
            }
        }
    }
}
