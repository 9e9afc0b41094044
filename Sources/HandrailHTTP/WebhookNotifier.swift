internal import Crypto
internal import HandrailCore
public import HandrailEngine
internal import HandrailFormats
internal import NIOHTTP1

/// Tells people through a webhook: `POST` of `{"schema": "handrail.announcement/1", "to", "text", "incident", "run"}`.
///
/// With a key, `X-Handrail-Signature: t=SECONDS,v1=HEX` carries the HMAC-SHA-256 of `SECONDS.BODY`, SECONDS being the
/// Unix time of sending; a receiver refuses one that is too far from its own.
public struct WebhookNotifier: Notifier {
    /// Why nobody was told, as far as one knows.
    public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// Below this a key can be guessed.
    public static let shortestKeyBytes = 16
    /// How long is waited after each attempt that failed.
    private static let pauses: [Duration] = [.milliseconds(500), .seconds(2)]

    private let address: ServerAddress
    private let key: SymmetricKey?
    private let clock: any WallClock

    /// - Parameter key: at least ``shortestKeyBytes``; nil: what is sent is not signed.
    public init(_ address: ServerAddress, key: [UInt8]?, clock: any WallClock) throws(Failure) {
        if let key, key.count < Self.shortestKeyBytes {
            throw Failure(description: "the webhook's key is shorter than \(Self.shortestKeyBytes) bytes")
        }
        self.address = address
        self.key = key.map { SymmetricKey(data: $0) }
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
        let headers = key.map { [(name: "x-handrail-signature", value: signature(of: body, key: $0))] } ?? []
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

    private func signature(of body: [UInt8], key: SymmetricKey) -> String {
        let seconds = clock.now.milliseconds / 1000
        let code = HMAC<SHA256>.authenticationCode(for: Array("\(seconds).".utf8) + body, using: key)
        return "t=\(seconds),v1=\(code.hexadecimal)"
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
