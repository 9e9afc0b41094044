public import HandrailCore

/// Timeline entries as the journal keeps them, and back: a kind, and a payload of canonical JSON.
///
/// Canonical: compact, members in a fixed order, what is nil left out. The same entry always makes the same bytes. Kinds
/// and members are listed under "Journal events" in `ARCHITECTURE.md`. They are never renamed and never change their
/// meaning, so old journals always decode: a member that is not known is ignored, one that was added later has a value
/// that stands for its absence. A kind that is not known is an error, since nobody can say what would be lost with it.
///
/// Two members are evidence for people and are not read back: the `effects` of a run's event, since a permit is made in
/// the core and nowhere else, and the `trials` of a decision.
public struct JournalCodec: Sendable {
    private let identity: AlertIdentity

    /// - Parameter identity: that of the workspace, so that decoded alerts are the same ones as delivered alerts.
    public init(identity: AlertIdentity) {
        self.identity = identity
    }

    /// What `encode` calls the entry, without writing it down.
    public static func kind(of entry: TimelineEntry) -> String { entry.event.kind.rawValue }

    /// The time of the entry is no part of the payload: the journal keeps it beside it.
    public func encode(_ entry: TimelineEntry) -> (kind: String, payload: [UInt8]) {
        let kind = entry.event.kind
        var writer = JSONWriter(style: .compact, capacity: 512)
        writer.object { object in
            if kind.isOfAnIncident { object.member("incident", ifAny: entry.incident) }
            entry.event.writeMembers(to: &object)
        }
        return (kind.rawValue, writer.bytes)
    }

    /// Safe on any bytes: the time and memory it takes are bounded by their number.
    public func decode(
        kind: String, payload: [UInt8], at time: Timestamp
    ) throws(JournalCodecError) -> TimelineEntry {
        guard let known = JournalKind(rawValue: kind) else {
            throw JournalCodecError(kind: kind, message: "no such kind is known; a newer version may have written it")
        }
        do {
            let value = try PayloadValue(parsing: payload, identity: identity)
            let incident = known.isOfAnIncident ? try value.optionalNatural("incident") : nil
            return TimelineEntry(at: time, incident: incident, event: try TimelineEvent(known, value))
        } catch {
            throw JournalCodecError(kind: kind, message: error.message)
        }
    }
}

/// An entry that cannot be read. Whoever folds stops there: what it said is not known.
public struct JournalCodecError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As it stands in the journal.
    public let kind: String
    /// One lowercase sentence without a final stop.
    public let message: String

    public var description: String { "event `\(EscapedExcerpt.of(kind))`: \(message)" }
}
