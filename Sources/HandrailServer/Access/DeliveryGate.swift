internal import HandrailCore
internal import Synchronization

/// Says whether a delivery may come in, and whether it is known whose it is.
final class DeliveryGate: Sendable {
    enum Entry: Hashable {
        /// What is not authenticated never leads to an automatic action.
        case open(isAuthenticated: Bool)
        case refused(status: Int, because: String)
    }

    private let keys: [String: [UInt8]]
    private let takesUnauthenticated: Bool
    private let replays = Mutex(ReplayWindow())

    /// - Parameters:
    ///   - keys: what deliveries are signed with, by source.
    ///   - takesUnauthenticated: otherwise a delivery of nobody is refused.
    init(keys: [String: [UInt8]], takesUnauthenticated: Bool) {
        self.keys = keys
        self.takesUnauthenticated = takesUnauthenticated
    }

    /// - Parameters:
    ///   - holder: whom the request's token stands for; nil where there is no good one.
    ///   - hasToken: whether it brought any.
    func entry(
        source: String, holder: Holder?, hasToken: Bool, signature header: String?, body: [UInt8], at now: Timestamp
    ) -> Entry {
        if let holder {
            guard holder.role == .source else {
                return .refused(status: 403, because: "a token of a \(holder.role.rawValue) delivers nothing")
            }
            guard holder.source.map({ $0.hasSameBytes(as: source) }) ?? true else {
                return .refused(status: 403, because: "this token is for another source")
            }
            return .open(isAuthenticated: true)
        }
        if hasToken { return .refused(status: 401, because: "the token is not known, expired or revoked") }
        if let header { return signed(source, header, body, now) }
        guard takesUnauthenticated else {
            return .refused(status: 401, because: "a delivery needs a token or a signature")
        }
        return .open(isAuthenticated: false)
    }

    /// A delivery that was let in and not kept may come again under the same signature.
    func forget(_ header: String?) {
        guard let signature = header.flatMap({ DeliverySignature($0) }) else { return }
        replays.withLock { $0.remove(signature) }
    }

    private func signed(_ source: String, _ header: String, _ body: [UInt8], _ now: Timestamp) -> Entry {
        guard let key = keys[source] else {
            return .refused(status: 401, because: "there is no key for this source")
        }
        guard let signature = DeliverySignature(header), signature.fits(body, key: key) else {
            return .refused(status: 401, because: "the signature does not fit")
        }
        guard signature.isFresh(at: now) else {
            return .refused(status: 401, because: "the signature is older than five minutes, or from the future")
        }
        return switch replays.withLock({ $0.note(signature, at: now) }) {
        case .first: .open(isAuthenticated: true)
        case .seen: .refused(status: 409, because: "this delivery was taken already")
        case .full: .refused(status: 429, because: "too many signed deliveries within ten minutes")
        }
    }
}
