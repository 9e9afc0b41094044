internal import HTTPTypes
internal import HandrailCore
internal import Hummingbird
internal import NIOCore

/// One thing that the server answers. It cannot be made without saying who may use it, and what it takes and answers: the
/// OpenAPI document is made from the same values.
struct Route: Sendable {
    typealias Handler = @Sendable (Call) async throws(RouteError) -> Answer

    let method: HTTPRequest.Method
    /// Segments; one in braces takes any value.
    let path: String
    let access: Access
    let about: RouteDescription
    let handler: Handler
    private let segments: [Segment]

    private enum Segment {
        case fixed(String)
        case named(String)
    }

    init(
        _ method: HTTPRequest.Method, _ path: String, _ access: Access, _ about: RouteDescription,
        _ handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.access = access
        self.about = about
        self.handler = handler
        segments = path.split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .named(String(segment.dropFirst().dropLast())) : .fixed(String(segment))
        }
    }

    /// The values of the segments in braces; nil where the path is another one.
    func parameters(of given: [Substring]) -> [String: String]? {
        guard segments.count == given.count else { return nil }
        var parameters: [String: String] = [:]
        for (segment, value) in zip(segments, given) {
            switch segment {
            case .named(let name): parameters[name] = String(value)
            case .fixed(let text): guard text.utf8.elementsEqual(value.utf8) else { return nil }
            }
        }
        return parameters
    }
}

/// What a route is told of a request.
struct Call: Sendable {
    let request: Request
    let parameters: [String: String]
    let query: [String: String]
    /// Nil where nobody has to be known.
    let holder: Holder?
    let receivedAt: ContinuousClock.Instant

    /// A number from 1 on, without sign or leading zero.
    func number(_ name: String) throws(RouteError) -> Int {
        guard let text = parameters[name], let number = Self.natural(text), number > 0 else {
            throw RouteError(.notFound, "there is no such \(name)")
        }
        return number
    }

    func number(inQuery name: String, in range: ClosedRange<Int>, else standard: Int) throws(RouteError) -> Int {
        guard let text = query[name] else { return standard }
        guard let number = Self.natural(text), range.contains(number) else {
            throw RouteError(
                .badRequest, "`\(name)` takes a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func natural(_ text: String) -> Int? {
        guard let number = Int(text), number >= 0, String(number).utf8.elementsEqual(text.utf8) else { return nil }
        return number
    }
}

/// What a route answers.
struct Answer: Sendable {
    enum Body: Sendable {
        case bytes([UInt8])
        /// Written as they come, until the server stops or the client goes, or may not listen any more.
        case events(AsyncStream<EventHub.Piece>, isAllowed: @Sendable () -> Bool)
    }

    var status = HTTPResponse.Status.ok
    var contentType = "application/json"
    let body: Body

    init(_ json: [UInt8], status: HTTPResponse.Status = .ok) {
        self.status = status
        body = .bytes(json)
    }

    init(text: String, contentType: String, status: HTTPResponse.Status = .ok) {
        self.status = status
        self.contentType = contentType
        body = .bytes(Array(text.utf8))
    }

    init(events: AsyncStream<EventHub.Piece>, isAllowed: @escaping @Sendable () -> Bool) {
        contentType = "text/event-stream"
        body = .events(events, isAllowed: isAllowed)
    }
}

/// Why a request is not answered as it was hoped.
struct RouteError: Error {
    let status: HTTPResponse.Status
    /// One sentence, for people; nothing in it comes from a secret.
    let message: String
    /// Seconds after which it may be tried again.
    var retryAfter: Int?
    /// For the metric: one word.
    var reason: String?
    /// The methods that the path takes, where this one is not among them.
    var allowed: String?

    init(_ status: HTTPResponse.Status, _ message: String, retryAfter: Int? = nil, reason: String? = nil) {
        self.status = status
        self.message = message
        self.retryAfter = retryAfter
        self.reason = reason
    }
}
