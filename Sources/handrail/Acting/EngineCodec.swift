internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats

/// The journal's JSON behind the engine's port.
struct EngineCodec: EventCodec {
    let codec: JournalCodec

    init(workspace: Workspace) {
        codec = JournalCodec(
            identity: AlertIdentity(ignoredLabels: Set(workspace.correlation.dedupe.ignoreLabels)))
    }

    func record(of entry: TimelineEntry) -> JournalRecord {
        let (kind, payload) = codec.encode(entry)
        return JournalRecord(at: entry.at, kind: kind, payload: payload)
    }

    func entry(of record: JournalRecord) throws -> TimelineEntry {
        try codec.decode(kind: record.kind, payload: record.payload, at: record.at)
    }
}
