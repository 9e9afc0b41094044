internal import AsyncHTTPClient
internal import Glibc
internal import HandrailCore
internal import HandrailFormats
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// One request to another server, and what is known of it afterwards.
///
/// No redirect is followed: whoever answers must not choose whom else we talk to.
struct OutgoingHTTP: Sendable {
    struct Answer: Sendable {
        let status: Int
        let body: [UInt8]

        var isSuccess: Bool { (200..<300).contains(status) }

        /// For people: what the server said. It is not trusted more than an alert, and may repeat what it was sent.
        func excerpt(without redactor: Redactor) -> String {
            // Before anything is cut or escaped, for then a secret might not be found any more.
            let looked = Array(body.prefix(Self.excerptedBytes))
            let redacted = redactor.redact(looked, isCut: body.count > looked.count)
            return EscapedExcerpt.of(String(decoding: redacted.prefix(1000), as: UTF8.self), limit: 200)
        }

        private static let excerptedBytes = 64 << 10
    }

    enum Failure: Error, Hashable, Sendable {
        /// Not a byte of the request was sent.
        case notSent(because: String)
        /// It may have arrived.
        case unanswered(because: String)
    }

    private struct Overdue: Error {}

    private static let connecting = TimeAmount.seconds(5)

    /// Lives as long as the process: a client that is not shut down must not go away.
    static let client = client(silence: nil)

    /// - Parameter silence: how long nothing may come; nil: for ever.
    static func client(silence: Duration?) -> HTTPClient {
        HTTPClient(
            eventLoopGroupProvider: .singleton,
            configuration: HTTPClient.Configuration(
                redirectConfiguration: .disallow,
                timeout: .init(connect: connecting, read: silence.map { .milliseconds($0.milliseconds) })))
    }

    let method: HTTPMethod
    let url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?
    var longestAnswerBytes = 1 << 20
    /// For all of it, to the last byte: the client's own deadlines end with the head, or start anew with each piece.
    var patience = Duration.seconds(10)

    func send() async throws(Failure) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        do {
            return try await answer(to: request)
        } catch let error as NIOConnectionError {
            throw .notSent(because: "nothing answers at \(error.host):\(error.port)")
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            // Only an attempt to connect ends so.
            throw .notSent(because: "nothing listens there")
        } catch let error as HTTPClientError where error == .connectTimeout {
            throw .notSent(because: "no connection within \(Self.connecting.nanoseconds / 1_000_000_000) s")
        } catch is Overdue {
            throw .unanswered(because: "no whole answer within \(patience.inWords)")
        } catch {
            throw .unanswered(because: "no whole answer: \(error)")
        }
    }

    /// The answer or the end of patience, whichever is first. The other one is cancelled.
    private func answer(to request: HTTPClientRequest) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer.self) { group in
            group.addTask { try await wholeAnswer(to: request) }
            group.addTask {
                try await Task.sleep(for: patience)
                throw Overdue()
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw Overdue() }
            return first
        }
    }

    private func wholeAnswer(to request: HTTPClientRequest) async throws -> Answer {
        let response = try await Self.client.execute(request, deadline: .distantFuture)
        let answer = try await response.body.collect(upTo: longestAnswerBytes)
        // A body whose reading was cancelled ends early, and looks whole.
        try Task.checkCancellation()
        return Answer(status: Int(response.status.code), body: Array(answer.readableBytesView))
    }
}
