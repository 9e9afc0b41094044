internal import HandrailCore
public import HandrailEngine
internal import HandrailFormats
public import HandrailSigning
internal import NIOHTTP1

/// Tells people through a webhook: `POST` of `{"schema": "handrail.announcement/1", "to", "text", "incident", "run"}`.
///
/// With a key it carries a ``MessageSignature``, made when it is sent.
public struct WebhookNotifier: Notifier {
    /// Why nobody was told, as far as one knows.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// How long is waited after each attempt that failed.
    private static let pauses: [Duration] = [.milliseconds(500), .seconds(2)]

    private let address: ServerAddress
    private let key: @Sendable () -> SigningSecret?
    private let clock: any WallClock

    /// - Parameter key: asked for each time, since it may be replaced; nil: what is sent is not signed.
    public init(
        _ address: ServerAddress, clock: any WallClock, key: @escaping @Sendable () -> SigningSecret?
    ) {
        self.address = address
        self.key = key
        self.clock = clock
    }

    public func announce(_ announcement: Announcement) async throws {
        let body = Self.body(announcement)
        for pause in Self.pauses {
            do {
                return try await send(body)
            } catch {
                try await Task.sleep(for: pause)
            }
        }
        try await send(body)
    }

    private func send(_ body: [UInt8]) async throws(Failure) {
        let signature = key().map { MessageSignature(body, key: $0, seconds: clock.now.milliseconds / 1000) }
        let headers = signature.map { [(name: MessageSignature.header, value: $0.text)] } ?? []
        let answer: OutgoingHTTP.Answer
        do {
            answer = try await OutgoingHTTP(method: .POST, url: address.text, headers: headers, body: body).send()
        } catch {
            switch error {
            case .notSent(let because), .unanswered(let because):
                throw Failure(description: "the webhook was not reached: \(because)")
            }
        }
        guard answer.isSuccess else { throw Failure(description: "the webhook answered \(answer.status)") }
    }

    private static func body(_ announcement: Announcement) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { object in
            object.member("schema", "handrail.announcement/1")
            object.member("to") { if let to = announcement.to { $0.value(to) } else { $0.null() } }
            object.member("text", announcement.text)
            object.member("incident") { if let id = announcement.incident { $0.value(id) } else { $0.null() } }
            object.member("run") { if let id = announcement.run { $0.value(id) } else { $0.null() } }
        }
        return writer.bytes
    }
}
