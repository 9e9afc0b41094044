public import HandrailCore
internal import HandrailFormats
internal import Synchronization

/// Decodes deliveries of several connections at once. Each decoder remembers labels from one payload to the next, so there
/// are few of them: two, and one for what nobody vouches for. A payload that is made to be slow, for a mapped source, then
/// holds up only its like.
public final class SourceDecoders: Sendable {
    /// Decoders for those of whom it is known who they are; the last one is for the others.
    private static let trusted = 2

    private let decoders: [OneDecoder]
    private let turn = Atomic<UInt>(0)
    private let mapped: Mutex<[ExactText: MappedSource]>

    /// - Parameters:
    ///   - identity: how alerts are told apart; the engine's.
    ///   - mapped: the workspace's own sources.
    public init(identity: AlertIdentity, mapped: [MappedSource] = []) {
        decoders = (0...Self.trusted).map { _ in OneDecoder(identity) }
        self.mapped = Mutex(Self.byName(mapped))
    }

    /// After a reload.
    public func replace(mapped: [MappedSource]) {
        self.mapped.withLock { $0 = Self.byName(mapped) }
    }

    private static func byName(_ sources: [MappedSource]) -> [ExactText: MappedSource] {
        Dictionary(sources.map { (ExactText($0.name), $0) }) { first, _ in first }
    }

    /// All that a delivery's path may name.
    var sourceNames: [String] {
        SourceKind.allCases.map(\.rawValue) + mapped.withLock { $0.keys.sorted().map(\.string) }
    }

    /// What a delivery's path names; nil where that is nothing.
    func source(named name: String) -> DeliverySource? {
        if let kind = SourceKind(rawValue: name), kind.rawValue.hasSameBytes(as: name) { return .kind(kind) }
        return mapped.withLock { $0[ExactText(name)] }.map { .mapped($0) }
    }

    /// Of the decoder whose turn it is.
    func place(isAuthenticated: Bool) -> Int {
        guard isAuthenticated else { return Self.trusted }
        return Int(turn.wrappingAdd(1, ordering: .relaxed).newValue % UInt(Self.trusted))
    }

    /// - Throws: where the payload is not of its kind. Single wrong alerts are in the result.
    func decode(
        _ bytes: [UInt8], of source: DeliverySource, receivedAt: Timestamp, isAuthenticated: Bool
    ) async throws(SourceError) -> DecodedDelivery {
        try await decoders[place(isAuthenticated: isAuthenticated)]
            .decode(bytes, of: source, receivedAt: receivedAt, isAuthenticated: isAuthenticated)
    }
}

/// Whose payloads come in by one path.
enum DeliverySource: Sendable {
    case kind(SourceKind)
    case mapped(MappedSource)

    var name: String {
        switch self {
        case .kind(let kind): kind.rawValue
        case .mapped(let source): source.name
        }
    }
}

private actor OneDecoder {
    private var decoder: SourceDecoder

    init(_ identity: AlertIdentity) {
        decoder = SourceDecoder(identity: identity)
    }

    func decode(
        _ bytes: [UInt8], of source: DeliverySource, receivedAt: Timestamp, isAuthenticated: Bool
    ) throws(SourceError) -> DecodedDelivery {
        switch source {
        case .kind(let kind):
            try decoder.decode(
                bytes, as: kind, receivedAt: receivedAt, source: kind.rawValue, isAuthenticated: isAuthenticated)
        case .mapped(let mapped):
            try decoder.decode(
                bytes, as: mapped, receivedAt: receivedAt, source: mapped.name, isAuthenticated: isAuthenticated)
        }
    }
}
