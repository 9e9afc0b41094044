internal import AsyncHTTPClient
internal import Glibc
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
        /// For people: what the server said. It is not trusted more than an alert.
        var excerpt: String { EscapedExcerpt.of(String(decoding: body.prefix(1000), as: UTF8.self), limit: 200) }
    }

    enum Failure: Error, Hashable, Sendable {
        /// Not a byte of the request was sent.
        case notSent(because: String)
        /// It may have arrived.
        case unanswered(because: String)
    }

    private static let connecting = TimeAmount.seconds(5)
    private static let answering = TimeAmount.seconds(10)
    private static let longestAnswerBytes = 1 << 20

    /// Lives as long as the process: a client that is not shut down must not go away.
    private static let client = HTTPClient(
        eventLoopGroupProvider: .singleton,
        configuration: HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: connecting, read: answering)))

    let method: HTTPMethod
    let url: String
    var headers: [(name: String, value: String)] = []
    var body: [UInt8]?

    func send() async throws(Failure) -> Answer {
        var request = HTTPClientRequest(url: url)
        request.method = method
        if let body {
            request.headers.add(name: "content-type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body))
        }
        for header in headers { request.headers.add(name: header.name, value: header.value) }
        do {
            let response = try await Self.client.execute(request, timeout: Self.answering)
            let answer = try await response.body.collect(upTo: Self.longestAnswerBytes)
            return Answer(status: Int(response.status.code), body: Array(answer.readableBytesView))
        } catch let error as NIOConnectionError {
            throw .notSent(because: "nothing answers at \(error.host):\(error.port)")
        } catch let error as IOError where error.errnoCode == ECONNREFUSED {
            // Only an attempt to connect ends so.
            throw .notSent(because: "nothing listens there")
        } catch let error as HTTPClientError where error == .connectTimeout {
            throw .notSent(because: "no connection within \(Self.connecting.nanoseconds / 1_000_000_000) s")
        } catch {
            throw .unanswered(because: "no whole answer: \(error)")
        }
    }
}
