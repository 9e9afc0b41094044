/// What a person asks for, and how it came.
public struct MadeRequest: Hashable, Sendable {
    public let request: PersonRequest
    /// Two of one id are one request. Nil where nobody could hand it in twice.
    public let id: String?
    /// The id of the token that it came with: evidence, should that be in other hands. Decides nothing.
    public let token: String?

    public init(_ request: PersonRequest, id: String? = nil, token: String? = nil) {
        self.request = request
        self.id = id
        self.token = token
    }
}

/// A request that was answered: when, to whom, and whether it was done.
public struct HandledRequest: Hashable, Sendable {
    public let id: String
    public let at: Timestamp
    public let by: Person
    public let refusal: String?

    public init(id: String, at: Timestamp, by: Person, refusal: String?) {
        self.id = id
        self.at = at
        self.by = by
        self.refusal = refusal
    }
}

/// The requests of late, by their ids, so that one that is handed in again does not do its work again: a `resume` whose answer
/// could not be written would else undo a `pause` that came later.
struct HandledRequests: Sendable {
    /// Longer than a request counts that lies somewhere.
    private static let memory = Duration.seconds(48 * 60 * 60)
    /// Whoever makes more than that in two days could only repeat requests of their own.
    static let most = 10_000

    private var byID: [ExactText: HandledRequest] = [:]
    /// The oldest first.
    private var order: [ExactText] = []

    /// The oldest first.
    var all: [HandledRequest] { order.compactMap { byID[$0] } }

    subscript(id: String) -> HandledRequest? { byID[ExactText(id)] }

    mutating func note(_ request: HandledRequest) {
        let id = ExactText(request.id)
        guard byID.updateValue(request, forKey: id) == nil else { return }
        order.append(id)
    }

    /// Depends on nothing but the time and what was noted, so that a fold forgets the same.
    mutating func forget(at now: Timestamp) {
        let surplus = max(0, order.count - Self.most)
        let old = order.prefix { id in byID[id].map { now - $0.at > Self.memory } ?? true }.count
        let count = max(surplus, old)
        guard count > 0 else { return }
        for id in order.prefix(count) { byID[id] = nil }
        order.removeFirst(count)
    }
}
