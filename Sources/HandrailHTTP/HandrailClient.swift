internal import AsyncHTTPClient
internal import HandrailCore
internal import HandrailFormats
internal import NIOCore
internal import NIOHTTP1

/// Another Handrail, asked over HTTP with a token.
public struct HandrailClient: Sendable {
    public enum Problem: Error, Hashable, Sendable {
        /// It answered, and said no. The text is not escaped.
        case refused(status: Int, because: String)
        /// Nobody knows whether it has done anything.
        case unreachable(because: String)
    }

    private static let longestAnswerBytes = 64 << 20

    private let address: ServerAddress
    private let token: String
    private let silence: Duration

    /// - Parameter silence: how long nothing may come while it listens; a server says something every 15 seconds.
    public init(_ address: ServerAddress, token: String, silence: Duration = .seconds(45)) {
        self.address = address
        self.token = token
        self.silence = silence
    }

    /// - Parameter path: from `/v1` on, with its query.
    public func get(_ path: String) async throws(Problem) -> [UInt8] {
        try await send(.GET, path, nil)
    }

    public func post(_ path: String, _ body: [UInt8]) async throws(Problem) -> [UInt8] {
        try await send(.POST, path, body)
    }

    private func send(_ method: HTTPMethod, _ path: String, _ body: [UInt8]?) async throws(Problem) -> [UInt8] {
        var request = OutgoingHTTP(
            method: method, url: address.text + path, headers: [("authorization", "Bearer \(token)")], body: body)
        request.longestAnswerBytes = Self.longestAnswerBytes
        request.patience = .seconds(60)
        let answer: OutgoingHTTP.Answer
        do throws(OutgoingHTTP.Failure) {
            answer = try await request.send()
        } catch {
            switch error {
            case .notSent(let because), .unanswered(let because): throw .unreachable(because: because)
            }
        }
        guard answer.isSuccess else { throw Self.problem(answer.status, answer.body) }
        return answer.body
    }

    private static func problem(_ status: Int, _ body: [UInt8]) -> Problem {
        let document = try? JSONValue(parsing: body, maximumValues: 100)
        guard case .string(let because)? = document?["error"] else {
            return .refused(status: status, because: "it answered \(status)")
        }
        return .refused(status: status, because: because)
    }

    // MARK: - Events

    /// Listens until the server ends the stream.
    ///
    /// - Parameter take: called with the data of each event: one line of JSON.
    /// - Throws: also where nothing has come for too long: the server, or the way to it, has gone without a word.
    public func listen(_ take: (String) -> Void) async throws(Problem) {
        let client = OutgoingHTTP.client(silence: silence)
        let problem: Problem?
        do throws(Problem) {
            try await listen(through: client, take)
            problem = nil
        } catch {
            problem = error
        }
        try? await client.shutdown()
        if let problem { throw problem }
    }

    private func listen(through client: HTTPClient, _ take: (String) -> Void) async throws(Problem) {
        var request = HTTPClientRequest(url: address.text + "/v1/events")
        request.headers.add(name: "authorization", value: "Bearer \(token)")
        do {
            let response = try await client.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                let body = try await response.body.collect(upTo: 1 << 16)
                throw Self.problem(Int(response.status.code), Array(body.readableBytesView))
            }
            var lines = EventLines()
            for try await buffer in response.body {
                for data in try lines.take(buffer.readableBytesView) { take(data) }
            }
        } catch let problem as Problem {
            throw problem
        } catch {
            throw .unreachable(because: "\(error)")
        }
    }
}

/// The data of server-sent events, out of pieces that end anywhere.
struct EventLines {
    private static let longestBytes = 1 << 20
    private static let name = Array("data: ".utf8)

    private var line: [UInt8] = []

    /// - Throws: where a line is longer than any of ours.
    mutating func take(_ bytes: some Sequence<UInt8>) throws -> [String] {
        var found: [String] = []
        for byte in bytes {
            guard byte == 0x0A else {
                guard line.count < Self.longestBytes else {
                    throw HandrailClient.Problem.unreachable(because: "it sends an event without end")
                }
                line.append(byte)
                continue
            }
            if line.starts(with: Self.name) {
                found.append(String(decoding: line.dropFirst(Self.name.count), as: UTF8.self))
            }
            line = []
        }
        return found
    }
}
