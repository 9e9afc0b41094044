internal import HandrailCore
internal import HandrailSigning
internal import Synchronization

/// By what a request says whose delivery it is.
struct DeliveryCredentials: Sendable {
    /// Whom the request's token stands for; nil where there is no good one.
    var holder: Holder?
    /// Whether it brought any.
    var hasToken = false
    /// The header with the signature.
    var signature: String?
}

/// Says whether a delivery may come in, and whether it is known whose it is.
final class DeliveryGate: Sendable {
    enum Entry: Hashable {
        /// What is not authenticated never leads to an automatic action.
        case open(isAuthenticated: Bool)
        case refused(status: Int, because: String)
    }

    private enum Proof {
        case token, nobody
        /// Only the body shows whether it fits.
        case signature(MessageSignature, [SigningSecret])
        case none(status: Int, because: String)
    }

    private let keys: @Sendable (_ source: String) -> [SigningSecret]
    private let takesUnauthenticated: Bool
    private let startedAt: Timestamp
    private let replays = Mutex([String: ReplayWindow]())

    /// - Parameters:
    ///   - keys: what deliveries of a source may be signed with at the moment.
    ///   - takesUnauthenticated: otherwise a delivery of nobody is refused.
    ///   - startedAt: what was signed before may have been taken by the process before this one.
    init(
        keys: @escaping @Sendable (_ source: String) -> [SigningSecret], takesUnauthenticated: Bool,
        startedAt: Timestamp
    ) {
        self.keys = keys
        self.takesUnauthenticated = takesUnauthenticated
        self.startedAt = startedAt
    }

    /// What can be said before the body has been read: nobody's is read in vain. Nil: nothing stands against it.
    func obstacle(to source: String, _ credentials: DeliveryCredentials, at now: Timestamp) -> Entry? {
        switch proof(for: source, credentials, now) {
        case .none(let status, let because): .refused(status: status, because: because)
        case .token, .nobody, .signature: nil
        }
    }

    func entry(to source: String, _ credentials: DeliveryCredentials, body: [UInt8], at now: Timestamp) -> Entry {
        switch proof(for: source, credentials, now) {
        case .token: return .open(isAuthenticated: true)
        case .nobody: return .open(isAuthenticated: false)
        case .none(let status, let because): return .refused(status: status, because: because)
        case .signature(let signature, let keys):
            guard keys.contains(where: { signature.fits(body, key: $0) }) else {
                return .refused(status: 401, because: "the signature does not fit")
            }
            return first(signature, of: source, now)
        }
    }

    /// A delivery that was let in and not kept may come again under the same signature.
    func forget(_ header: String?, of source: String) {
        guard let signature = header.flatMap({ MessageSignature($0) }) else { return }
        replays.withLock { $0[source]?.release(signature) }
    }

    private func proof(for source: String, _ credentials: DeliveryCredentials, _ now: Timestamp) -> Proof {
        if let holder = credentials.holder {
            guard holder.role == .source else {
                return .none(status: 403, because: "a token of a \(holder.role.rawValue) delivers nothing")
            }
            guard holder.source.map({ $0.hasSameBytes(as: source) }) ?? true else {
                return .none(status: 403, because: "this token is for another source")
            }
            return .token
        }
        if credentials.hasToken { return .none(status: 401, because: "the token is not known, expired or revoked") }
        if let header = credentials.signature { return proof(for: source, header, now) }
        return takesUnauthenticated
            ? .nobody : .none(status: 401, because: "a delivery needs a token or a signature")
    }

    private func proof(for source: String, _ header: String, _ now: Timestamp) -> Proof {
        let keys = keys(source)
        guard !keys.isEmpty else { return .none(status: 401, because: "there is no key for this source") }
        guard let signature = MessageSignature(header) else {
            return .none(status: 401, because: "the signature does not fit")
        }
        guard signature.isFresh(at: now) else {
            return .none(status: 401, because: "the signature is older than five minutes, or from the future")
        }
        guard signature.seconds >= startedAt.milliseconds / 1000 else {
            return .none(status: 503, because: "the signature is older than this server's start: sign it again")
        }
        return .signature(signature, keys)
    }

    private func first(_ signature: MessageSignature, of source: String, _ now: Timestamp) -> Entry {
        let verdict = replays.withLock { windows -> ReplayWindow.Verdict in
            // Two sources may have one key, and the path is not signed.
            guard !windows.values.contains(where: { $0.hasTaken(signature) }) else { return .seen }
            return windows[source, default: ReplayWindow()].note(signature, at: now)
        }
        return switch verdict {
        case .first: .open(isAuthenticated: true)
        case .seen: .refused(status: 409, because: "this delivery was taken already")
        case .full: .refused(status: 429, because: "too many signed deliveries within ten minutes")
        }
    }
}
