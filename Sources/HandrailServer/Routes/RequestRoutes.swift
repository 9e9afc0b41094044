internal import HTTPTypes
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import Hummingbird

/// What people may ask for, as the command line does: in the name of the token's person, journaled, and answered once it
/// is durable.
struct RequestRoutes: Sendable {
    let parts: ServerParts

    /// Unicode scalars, which is what JSON Schema counts.
    private static let longestText = 1000
    private static let longestName = 200
    private static let mostBodyBytes = 64 << 10
    private static let because = RouteDescription.Field("because", .text(most: longestText), "Why.")
    private static let digest = RouteDescription.Field(
        "digest", .pattern("^[0-9a-f]{64}$"), "Of the plan that was seen, as `/v1/pending` shows it.")
    private static let scope = RouteDescription.Field(
        "scope", .pattern(#"^(everything|(runbook|service):[^\u0000-\u001f]{1,200})$"#),
        "`everything`, `runbook:NAME` or `service:NAME`.")
    private static let target = RouteDescription.Field("target", .text(most: longestText), "As it is shown.")

    var routes: [Route] {
        [
            ofRun("approve", "approveRun", "Approves exactly the plan with this digest.", [Self.digest]) {
                (run, members) throws(RouteError) in
                .approve(run: run, digest: try Self.digest(members))
            },
            ofRun("reject", "rejectRun", "Rejects a plan.", [Self.because]) {
                .reject(run: $0, because: $1["because"] ?? "")
            },
            ofRun("cancel", "cancelRun", "Stops a run, and undoes what may have run.", [Self.because]) {
                .cancel(run: $0, because: $1["because"] ?? "")
            },
            ofRun("rollback", "rollBackRun", "Undoes what a run may have done.", [Self.because]) {
                .rollBack(run: $0, because: $1["because"] ?? "")
            },
            ofRun("take-over", "takeOverRun", "Leaves a held run to the person.", [Self.because]) {
                .takeOver(run: $0, because: $1["because"] ?? "")
            },
            route("/v1/pause", "pause", "Stops new steps.", [Self.scope, Self.because]) {
                (_, members) throws(RouteError) in
                .pause(try Self.scope(members), because: members["because"] ?? "")
            },
            route("/v1/resume", "resume", "Lets new steps begin again.", [Self.scope]) {
                (_, members) throws(RouteError) in .resume(try Self.scope(members))
            },
            route("/v1/release", "release", "Says that a quarantined target is fine.", [Self.target, Self.because]) {
                .release(target: $1["target"] ?? "", because: $1["because"] ?? "")
            },
        ]
    }

    private typealias Make = @Sendable (Int, [String: String]) throws(RouteError) -> PersonRequest

    private func ofRun(
        _ verb: String, _ name: String, _ summary: String, _ fields: [RouteDescription.Field], _ make: @escaping Make
    ) -> Route {
        route("/v1/runs/{run}/\(verb)", name, summary, fields, make)
    }

    private func route(
        _ path: String, _ name: String, _ summary: String, _ fields: [RouteDescription.Field], _ make: @escaping Make
    ) -> Route {
        Route(
            .post, path, .responders,
            RouteDescription(
                name: name, summary: summary, body: .members(fields), statuses: [409, 503])
        ) { call async throws(RouteError) in
            let run = path.contains("{run}") ? try call.number("run") : 0
            let reader = RequestBodyReader(limit: Self.mostBodyBytes, parts: parts, owner: .person)
            return try await reader.read(call) { bytes async throws(RouteError) in
                try await ask(try make(run, try Self.members(of: bytes, fields)), of: call.holder)
            }
        }
    }

    private func ask(_ request: PersonRequest, of holder: Holder?) async throws(RouteError) -> Answer {
        guard let holder, let person = holder.person else {
            throw RouteError(.forbidden, "the token stands for nobody")
        }
        switch await parts.conductor.handle(request, token: holder.id, by: person) {
        case .done: return Answer(Array(#"{"answer":"done"}"#.utf8))
        case .refused(let because): throw RouteError(.conflict, because)
        // Why is in the log and in the metrics; paths of ours are nobody's business.
        case .notKept: throw RouteError(.serviceUnavailable, "it could not be kept; ask again", retryAfter: 5)
        }
    }

    private static func digest(_ members: [String: String]) throws(RouteError) -> String {
        let digest = members["digest"] ?? ""
        guard [UInt8](hexadecimal: digest[...], count: 32) != nil else {
            throw RouteError(.badRequest, "`digest` takes 64 hexadecimal digits")
        }
        return digest
    }

    private static func scope(_ members: [String: String]) throws(RouteError) -> PauseScope {
        let text = members["scope"] ?? ""
        let name = text.unicodeScalars.drop { $0 != ":" }.dropFirst()
        guard let scope = PauseScope(text), name.count <= longestName, !name.contains(where: { $0.value < 0x20 }) else {
            throw RouteError(.badRequest, "`scope` takes everything, runbook:NAME or service:NAME")
        }
        return scope
    }

    // MARK: - Bodies

    /// Exactly these members, each a text that is neither empty nor too long.
    private static func members(
        of bytes: [UInt8], _ fields: [RouteDescription.Field]
    ) throws(RouteError) -> [String: String] {
        let document: JSONValue
        do throws(JSONError) {
            document = try JSONValue(parsing: bytes, maximumValues: 100)
        } catch {
            throw RouteError(.badRequest, "the body is no JSON: \(error.description)")
        }
        guard case .object(let given) = document else { throw RouteError(.badRequest, "the body is no object") }
        var members: [String: String] = [:]
        for member in given {
            guard fields.contains(where: { $0.name.hasSameBytes(as: member.name) }), members[member.name] == nil else {
                throw RouteError(.badRequest, "the body takes only \(names(of: fields)), each once")
            }
            guard case .string(let text) = member.value, 1...longestText ~= text.unicodeScalars.count else {
                throw RouteError(.badRequest, "`\(member.name)` is no text of 1 to \(longestText) characters")
            }
            members[member.name] = text
        }
        guard members.count == fields.count else {
            throw RouteError(.badRequest, "the body needs \(names(of: fields))")
        }
        return members
    }

    private static func names(of fields: [RouteDescription.Field]) -> String {
        fields.map { "`\($0.name)`" }.joined(separator: " and ")
    }
}
