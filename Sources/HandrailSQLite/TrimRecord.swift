internal import HandrailCore
internal import HandrailEngine

/// What keeps the removal of old entries provable: a record in the chain itself.
///
/// Its kind is `journal.trimmed` and its payload `{"hash":"…","through":N}`: the last entry that was removed, and that entry's
/// hash, on which the first entry that was kept follows. Folds pass over it.
public enum TrimRecord {
    public static let kind = "journal.trimmed"

    static func record(of anchor: Checkpoint, at time: Timestamp) -> JournalRecord {
        JournalRecord(at: time, kind: kind, payload: payload(through: anchor.sequence, hash: anchor.hash))
    }

    static func payload(through sequence: Int64, hash: [UInt8]) -> [UInt8] {
        Array(#"{"hash":"\#(hash.hexadecimal)","through":\#(sequence)}"#.utf8)
    }
}
