internal import HandrailCore
public import HandrailEngine
internal import HandrailFormats
internal import NIOHTTP1

/// Silences of an Alertmanager, over version 2 of its API.
public struct Alertmanager: Silencer {
    private let address: ServerAddress
    private let clock: any WallClock

    /// - Parameter address: such as `http://127.0.0.1:9093`, with whatever prefix it is served under.
    public init(_ address: ServerAddress, clock: any WallClock) {
        self.address = address
        self.clock = clock
    }

    public func silence(_ request: SilenceRequest) async throws -> String {
        let selector: Selector
        do {
            selector = try SelectorParser.parse(request.matchers)
        } catch {
            throw SilencerError.refused(because: "the selector cannot be read: \(error.message)")
        }
        let answer = try await answer(.POST, "/api/v2/silences", Self.body(request, selector, at: clock.now))
        guard answer.isSuccess else { throw Self.refusal(answer) }
        guard let document = try? JSONValue(parsing: answer.body),
            case .string(let identifier)? = document["silenceID"],
            Self.isIdentifier(identifier)
        else { throw SilencerError.unknown(because: "Alertmanager's answer names no silence") }
        return identifier
    }

    /// Alertmanager refuses to expire what is over, and forgets it later. Both are what was wanted.
    public func expire(_ identifier: String) async throws {
        guard Self.isIdentifier(identifier) else {
            throw SilencerError.refused(because: "this is no identifier of a silence")
        }
        let path = "/api/v2/silence/\(identifier)"
        let answer = try await answer(.DELETE, path, nil)
        if answer.isSuccess || answer.status == 404 { return }
        let found = try await self.answer(.GET, path, nil)
        guard found.status != 404, !Self.isExpired(found) else { return }
        throw Self.refusal(answer)
    }

    private static func isExpired(_ answer: OutgoingHTTP.Answer) -> Bool {
        guard answer.isSuccess, let document = try? JSONValue(parsing: answer.body) else { return false }
        return document["status"]?["state"] == .string("expired")
    }

    /// It becomes part of a path.
    private static func isIdentifier(_ text: String) -> Bool {
        !text.utf8.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    // MARK: - What is sent

    private static func body(_ request: SilenceRequest, _ selector: Selector, at now: Timestamp) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("matchers") { list in
                list.array { array in
                    for matcher in selector.matchers { array.object { write(matcher, to: &$0) } }
                }
            }
            object.member("startsAt", now.rfc3339)
            object.member("endsAt", (now + request.duration).rfc3339)
            object.member("createdBy", "handrail")
            object.member("comment", request.comment)
        }
        return writer.bytes
    }

    private static func write(_ matcher: Matcher, to object: inout JSONWriter) {
        object.member("name", matcher.name.string)
        object.member("value", matcher.value.string)
        switch matcher.comparison {
        case .equal, .notEqual: object.member("isRegex", false)
        case .matches, .doesNotMatch: object.member("isRegex", true)
        }
        switch matcher.comparison {
        case .equal, .matches: object.member("isEqual", true)
        case .notEqual, .doesNotMatch: object.member("isEqual", false)
        }
    }

    // MARK: - What is answered

    private func answer(
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]?
    ) async throws(SilencerError) -> OutgoingHTTP.Answer {
        do {
            return try await OutgoingHTTP(method: method, url: address.text + path, body: body).send()
        } catch {
            switch error {
            case .notSent(let because): throw .unreachable(because: "Alertmanager was not reached: \(because)")
            case .unanswered(let because): throw .unknown(because: "Alertmanager did not answer: \(because)")
            }
        }
    }

    /// A server's own error, or that of a proxy before it, says nothing about what was done.
    private static func refusal(_ answer: OutgoingHTTP.Answer) -> SilencerError {
        let because = "Alertmanager answered \(answer.status): \(answer.excerpt)"
        return answer.status >= 500 ? .unknown(because: because) : .refused(because: because)
    }
}
