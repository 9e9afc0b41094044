internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads a request's body under a limit of its own and one of all bodies together. The memory is given back when what is
/// done with it is over. It may come slowly, so whoever began it has to be good still when it is there.
struct RequestBodyReader {
    let limit: Int
    let parts: ServerParts
    let owner: BodyOwner

    private var admission: Admission { parts.admission }

    func read(
        _ call: Call, _ use: ([UInt8]) async throws(RouteError) -> Answer
    ) async throws(RouteError) -> Answer {
        let request = call.request
        try Self.mustBePlain(request)
        let announced = try announcedLength(of: request)
        var reserved = 0
        defer { admission.release(bytes: reserved, for: owner) }
        // Who is not known yet takes only what has arrived: announcing costs nothing.
        let expected = owner == .unproven ? 0 : announced ?? 0
        try reserve(expected, &reserved)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(expected)
        do {
            for try await buffer in request.body {
                guard bytes.count + buffer.readableBytes <= limit else { throw tooLarge }
                try reserve(bytes.count + buffer.readableBytes - reserved, &reserved)
                bytes.append(contentsOf: buffer.readableBytesView)
            }
        } catch let error as RouteError {
            throw error
        } catch {
            throw RouteError(.badRequest, "the body ended too early", reason: "body")
        }
        if let holder = call.holder, !parts.isGood(holder) {
            throw RouteError(.unauthorized, "the token is not known, expired or revoked", reason: "access")
        }
        return try await use(bytes)
    }

    private var tooLarge: RouteError {
        RouteError(.contentTooLarge, "the body is larger than \(limit) bytes", reason: "size")
    }

    private func reserve(_ more: Int, _ reserved: inout Int) throws(RouteError) {
        guard more > 0 else { return }
        if let refusal = admission.reserve(bytes: more, for: owner) {
            throw RouteError(
                .tooManyRequests, "too much is under way; send it again", retryAfter: 1,
                reason: refusal.reason)
        }
        reserved += more
    }

    /// What is compressed may be a thousand times as large as it looks, and no source of ours compresses.
    private static func mustBePlain(_ request: Request) throws(RouteError) {
        if let encoding = request.headers[.contentEncoding], encoding.lowercased() != "identity" {
            throw RouteError(.unsupportedMediaType, "a compressed body is not taken", reason: "encoding")
        }
        if let type = request.headers[.contentType], !isJSON(type) {
            throw RouteError(.unsupportedMediaType, "the body has to be JSON", reason: "type")
        }
    }

    private static func isJSON(_ type: String) -> Bool {
        let name = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return name == "application/json" || name.hasPrefix("application/") && name.hasSuffix("+json")
            || name == "text/json"
    }

    private func announcedLength(of request: Request) throws(RouteError) -> Int? {
        guard let text = request.headers[.contentLength] else { return nil }
        guard let length = Call.natural(text) else { throw RouteError(.badRequest, "the length is no number") }
        guard length <= limit else { throw tooLarge }
        return length
    }
}
