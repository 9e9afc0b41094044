public import HandrailCore
public import HandrailEngine
internal import HandrailFormats
internal import NIOHTTP1

/// Silences of an Alertmanager, over version 2 of its API.
public struct Alertmanager: Silencer {
    private let address: ServerAddress
    private let clock: any WallClock
    private let redactor: @Sendable () -> Redactor
    private static let longestListBytes = 16 << 20

    /// - Parameters:
    ///   - address: such as `http://127.0.0.1:9093`, with whatever prefix it is served under.
    ///   - redactor: rids what the server says of secrets; asked for each time, since it may be replaced.
    public init(_ address: ServerAddress, clock: any WallClock, redactor: @escaping @Sendable () -> Redactor) {
        self.address = address
        self.clock = clock
        self.redactor = redactor
    }

    /// What was asked for before, or asked for without an answer, is looked for: a second silence would outlive the undo.
    public func silence(_ request: SilenceRequest) async throws -> MadeSilence {
        let selector: Selector
        do {
            selector = try SelectorParser.parse(request.matchers)
        } catch {
            throw SilencerError.refused(because: "the selector cannot be read: \(error.message)")
        }
        if request.isRepeated, let found = try await silences().first(where: { $0.isActive(marked: request.mark) }) {
            return made(found.identifier)
        }
        do {
            return made(try await post(request, selector))
        } catch {
            guard case .unknown = error, let listed = try? await silences(),
                let found = listed.first(where: { $0.isActive(marked: request.mark) })
            else { throw error }
            return made(found.identifier)
        }
    }

    private func post(_ request: SilenceRequest, _ selector: Selector) async throws(SilencerError) -> String {
        let answer = try await answer(.POST, "/api/v2/silences", Self.body(request, selector, at: clock.now))
        guard answer.isSuccess else { throw refusal(answer) }
        guard let document = try? JSONValue(parsing: answer.body),
            case .string(let identifier)? = document["silenceID"],
            ListedSilence.isIdentifier(identifier)
        else { throw .unknown(because: "Alertmanager's answer names no silence") }
        return identifier
    }

    private func made(_ identifier: String) -> MadeSilence {
        MadeSilence(identifier: identifier, server: address.text)
    }

    // MARK: - Expiring

    /// What the answer to the order says is not enough: a proxy may have given it. It is over when Alertmanager shows it so.
    ///
    /// Alertmanager refuses to expire what is over, and forgets it later. Both are what was wanted.
    public func expire(_ silence: MadeSilence) async throws {
        let identifier = silence.identifier
        guard ListedSilence.isIdentifier(identifier) else {
            throw SilencerError.refused(because: "this is no identifier of a silence")
        }
        if let server = silence.server, server != address.text {
            throw SilencerError.refused(because: "it was made at \(server), and this is \(address)")
        }
        let failure = await failureToDelete(identifier)
        if let failure, case .unreachable = failure { throw failure }
        guard try await isOver(identifier) else {
            throw failure ?? .unknown(because: "Alertmanager said that it ended the silence, and shows it as not over")
        }
    }

    public func expireSilence(marked mark: String) async throws -> MadeSilence {
        let found = try await silences().filter { $0.isOurs(marked: mark) }
        guard let first = found.first else {
            throw SilencerError.unknown(
                because: "no silence of this step is at \(address), and the request for one may still be under way")
        }
        for silence in found where silence.state != .expired { try await expire(made(silence.identifier)) }
        return made(first.identifier)
    }

    private func failureToDelete(_ identifier: String) async -> SilencerError? {
        do {
            let answer = try await answer(.DELETE, "/api/v2/silence/\(identifier)", nil)
            return answer.isSuccess ? nil : refusal(answer)
        } catch {
            return error
        }
    }

    private func isOver(_ identifier: String) async throws(SilencerError) -> Bool {
        let found = try await answer(.GET, "/api/v2/silence/\(identifier)", nil)
        if found.status == 404 {
            // Only Alertmanager knows what it has forgotten; anybody answers 404.
            let listed = try await silences().first { $0.identifier == identifier }
            return listed == nil || listed?.state == .expired
        }
        guard found.isSuccess, let document = try? JSONValue(parsing: found.body),
            let silence = ListedSilence(document), silence.identifier == identifier
        else { throw .unknown(because: "Alertmanager does not show the silence: \(shown(found))") }
        return silence.state == .expired
    }

    /// All there are, the ended ones that it still knows among them.
    private func silences() async throws(SilencerError) -> [ListedSilence] {
        let answer = try await answer(.GET, "/api/v2/silences", nil, longestAnswerBytes: Self.longestListBytes)
        guard answer.status == 200, case .array(let items)? = try? JSONValue(parsing: answer.body) else {
            throw .unknown(because: "Alertmanager does not list its silences: \(shown(answer))")
        }
        let silences = items.compactMap { ListedSilence($0) }
        guard silences.count == items.count else {
            throw .unknown(because: "what Alertmanager lists are no silences")
        }
        return silences
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
            object.member("createdBy", ListedSilence.creator)
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
        _ method: HTTPMethod, _ path: String, _ body: [UInt8]?, longestAnswerBytes: Int = 1 << 20
    ) async throws(SilencerError) -> OutgoingHTTP.Answer {
        do {
            return try await OutgoingHTTP(
                method: method, url: address.text + path, body: body, longestAnswerBytes: longestAnswerBytes
            ).send()
        } catch {
            switch error {
            case .notSent(let because): throw .unreachable(because: "Alertmanager was not reached: \(because)")
            case .unanswered(let because): throw .unknown(because: "Alertmanager did not answer: \(because)")
            }
        }
    }

    /// A server's own error, or that of a proxy before it, says nothing about what was done.
    private func refusal(_ answer: OutgoingHTTP.Answer) -> SilencerError {
        let because = "Alertmanager answered \(shown(answer))"
        return answer.status >= 500 ? .unknown(because: because) : .refused(because: because)
    }

    private func shown(_ answer: OutgoingHTTP.Answer) -> String {
        "\(answer.status): \(answer.excerpt(without: redactor()))"
    }
}
