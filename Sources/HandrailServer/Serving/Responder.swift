internal import HTTPTypes
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import Hummingbird
internal import NIOCore

/// Finds the route of a request, asks who it is from, and turns what comes of it into a response.
struct Responder: HTTPResponder {
    typealias Context = BasicRequestContext

    let routes: [Route]
    let parts: ServerParts

    init(_ parts: ServerParts, version: String) {
        let described =
            HealthRoutes(parts: parts).routes + [DeliveryRoute(parts: parts).route] + LookingRoutes(parts: parts).routes
            + RequestRoutes(parts: parts).routes
        routes = described + [Self.openAPI(of: described, version)]
        self.parts = parts
    }

    private static func openAPI(of routes: [Route], _ version: String) -> Route {
        let document = OpenAPI.document(of: routes, version: version)
        return Route(
            .get, "/v1/openapi.json", .anybody,
            RouteDescription(name: "openAPI", summary: "The OpenAPI document of all but this.")
        ) { _ async throws(RouteError) in Answer(document) }
    }

    @Sendable func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let receivedAt = ContinuousClock.now
        let (name, result) = await answer(to: request, at: receivedAt)
        switch result {
        case .success(let answer):
            parts.metrics.add(.requests, [name, "\(answer.status.code)"])
            return Self.response(of: answer)
        case .failure(let error):
            parts.metrics.add(.requests, [name, "\(error.status.code)"])
            return Self.response(of: error)
        }
    }

    private func answer(
        to request: Request, at receivedAt: ContinuousClock.Instant
    ) async -> (route: String, Result<Answer, RouteError>) {
        // A path has no dots and no percent signs of ours in it: nothing is decoded, so nothing can be hidden.
        let segments = request.uri.path.split(separator: "/", omittingEmptySubsequences: true)
        let found = routes.compactMap { route in route.parameters(of: segments).map { (route: route, values: $0) } }
        guard let first = found.first else { return ("none", .failure(RouteError(.notFound, "there is nothing here"))) }
        guard let match = found.first(where: { $0.route.method == request.method }) else {
            let allowed = found.map(\.route.method.rawValue).joined(separator: ", ")
            var error = RouteError(.methodNotAllowed, "this takes \(allowed)")
            error.allowed = allowed
            return (first.route.path, .failure(error))
        }
        let route = match.route
        do throws(RouteError) {
            let holder = try holder(of: request, for: route.access)
            let query = try Self.query(of: request, known: route.about.query)
            let call = Call(
                request: request, parameters: match.values, query: query, holder: holder, receivedAt: receivedAt)
            return (route.path, .success(try await route.handler(call)))
        } catch {
            return (route.path, .failure(error))
        }
    }

    // MARK: - Who

    private func holder(of request: Request, for access: Access) throws(RouteError) -> Holder? {
        let holder = Self.token(of: request).flatMap { parts.ports.tokens().holder(of: $0, at: parts.clock.now) }
        switch access {
        case .anybody, .deliverers: return holder
        case .holders(let roles):
            guard let holder else {
                throw RouteError(.unauthorized, "this needs a token: Authorization: Bearer …")
            }
            guard roles.contains(holder.role) else {
                throw RouteError(.forbidden, "a token of a \(holder.role.rawValue) may not do this")
            }
            return holder
        }
    }

    private static func token(of request: Request) -> String? {
        guard let header = request.headers[.authorization], header.utf8.count < 200 else { return nil }
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        return String(parts[1])
    }

    private static func query(
        of request: Request, known: [RouteDescription.Field]
    ) throws(RouteError) -> [String: String] {
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            let name = String(name)
            guard known.contains(where: { $0.name.hasSameBytes(as: name) }), query[name] == nil else {
                let names = known.map { "`\($0.name)`" }.joined(separator: ", ")
                throw RouteError(.badRequest, names.isEmpty ? "it takes no query" : "it takes only \(names), each once")
            }
            query[name] = String(value)
        }
        return query
    }

    // MARK: - Responses

    private static func response(of answer: Answer) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = answer.contentType
        headers[.cacheControl] = "no-store"
        switch answer.body {
        case .bytes(let bytes):
            return Response(status: answer.status, headers: headers, body: body(of: bytes))
        case .events(let pieces, let isAllowed):
            return Response(status: .ok, headers: headers, body: EventText.body(of: pieces, while: isAllowed))
        }
    }

    private static let pieceBytes = 64 << 10

    /// Piece by piece where it is long: so it shows whether the client reads on.
    private static func body(of bytes: [UInt8]) -> ResponseBody {
        guard bytes.count > pieceBytes else { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
        return ResponseBody(contentLength: bytes.count) { writer in
            for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
                let piece = bytes[start..<min(bytes.count, start + pieceBytes)]
                try await writer.write(ByteBuffer(bytes: piece))
            }
            try await writer.finish(nil)
        }
    }

    private static func response(of error: RouteError) -> Response {
        var writer = JSONWriter(style: .compact)
        writer.object { $0.member("error", error.message) }
        var headers = HTTPFields()
        headers[.contentType] = "application/json"
        headers[.cacheControl] = "no-store"
        if let seconds = error.retryAfter { headers[.retryAfter] = "\(seconds)" }
        if let allowed = error.allowed { headers[.allow] = allowed }
        if error.status == .unauthorized { headers[.wwwAuthenticate] = "Bearer" }
        return Response(
            status: error.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: writer.bytes)))
    }
}
