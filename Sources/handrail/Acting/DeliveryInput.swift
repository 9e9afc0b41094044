internal import Dispatch
internal import HandrailCore
internal import HandrailFormats

/// What deliveries are decoded by, beside their kind.
struct DeliveryForm: Sendable {
    let identity: AlertIdentity
    /// The workspace's own sources.
    let mapped: [MappedSource]
}

/// Deliveries from a file or the standard input, read on a thread of their own: a pipe may stay silent for hours.
final class DeliveryInput: Sendable {
    private let queue = DispatchQueue(label: "deliveries")
    private let content: Content

    /// - Parameters:
    ///   - payload: the whole input is one payload of this kind. Nil: it is a recording.
    ///   - redactor: for what is said of alerts that are refused, which shows pieces of them.
    init(path: String, payload: SourceKind?, form: DeliveryForm, redactor: Redactor) throws {
        do {
            content = try Content(path: path, payload: payload, form: form, redactor: redactor)
        } catch let error as RecordingError {
            throw Failure(Failure.unreachable, error.message)
        }
    }

    /// Nil at the end. A line that is not valid is reported, and the rest goes on.
    func next() async throws -> Delivery? {
        let (queue, content) = (queue, content)
        return try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Result { try content.next() }) }
        }
    }

    /// Proof for `@unchecked Sendable`: everything in it is touched on the serial queue above and nowhere else, once
    /// `init` is over.
    private final class Content: @unchecked Sendable {
        private var reader: RecordingReader?
        private var payload: (kind: SourceKind, bytes: [UInt8])?
        private let path: String
        private let identity: AlertIdentity
        private let redactor: Redactor

        init(path: String, payload kind: SourceKind?, form: DeliveryForm, redactor: Redactor) throws {
            self.redactor = redactor
            self.path = path
            identity = form.identity
            if let kind {
                payload = (kind, try WholeInput.bytes(of: path))
            } else {
                reader = try RecordingReader(path: path, identity: identity, mappedSources: form.mapped)
            }
        }

        func next() throws -> Delivery? {
            if let (kind, bytes) = payload {
                payload = nil
                return try delivery(bytes, kind)
            }
            while let item = try reader?.next() {
                switch item {
                case .delivery(let decoded, let line):
                    report(decoded, "\(path):\(line)")
                    return decoded.delivery
                case .invalidLine(let number, let reason): report("\(path):\(number): \(reason)")
                }
            }
            return nil
        }

        private func delivery(_ bytes: [UInt8], _ kind: SourceKind) throws -> Delivery {
            var decoder = SourceDecoder(identity: identity)
            do {
                let decoded = try decoder.decode(
                    bytes, as: kind, receivedAt: SystemClock().now, source: kind.rawValue, isAuthenticated: true)
                report(decoded, path)
                return decoded.delivery
            } catch {
                throw Failure(Failure.findings, TerminalText.escaped(redacted("\(path): \(error.message)")))
            }
        }

        private func report(_ decoded: DecodedDelivery, _ place: String) {
            for alert in decoded.rejected { report("\(place): alert \(alert.index): \(alert.reason)") }
        }

        private func report(_ text: String) {
            EngineLog.error.write("handrail: \(TerminalText.escaped(redacted(text)))\n")
        }

        /// Reasons show the beginnings of values, and `…` where they were cut, perhaps within a secret.
        private func redacted(_ text: String) -> String {
            let pieces = text.split(separator: "…", omittingEmptySubsequences: false)
            return pieces.indices.map { index in
                let redacted = redactor.redact(Array(pieces[index].utf8), isCut: index < pieces.endIndex - 1)
                return String(decoding: redacted, as: UTF8.self)
            }.joined(separator: "…")
        }
    }
}
