internal import GRDB
internal import HandrailCore
internal import HandrailEngine

/// Reads entries in their order and checks each against the one before it, trusting nothing that it reads.
struct EntryScan {
    /// What is wrong with an entry that cannot follow the one before it.
    enum Fault: Hashable, Sendable, CustomStringConvertible {
        case missing
        case columns
        case hash

        var description: String {
            switch self {
            case .missing: "it is missing"
            case .columns: "its columns have wrong types or lengths"
            case .hash: "its content, or its place, is not what its hash was made of"
            }
        }
    }

    /// One entry that should be there. The sequence is the one expected.
    struct Row {
        let sequence: Int64
        let at: Timestamp
        let fault: Fault?
    }

    private let statement: SQLStatement
    private var hasher: ChainHasher
    /// Of the entry that was read last, and found good.
    private(set) var sequence: Int64

    /// The hash of the entry that was read last, and found good.
    var hash: [UInt8] { hasher.previous }

    /// - Parameter limit: how many at most; negative for all.
    init(after head: JournalHead, limit: Int, of database: Database) throws {
        statement = try SQLStatement(
            "SELECT sequence, at, kind, payload, hash FROM entry WHERE sequence > ? ORDER BY sequence LIMIT ?",
            of: database)
        try statement.bind(head.sequence, at: 1)
        try statement.bind(Int64(limit), at: 2)
        sequence = head.sequence
        hasher = ChainHasher(previous: head.hash)
    }

    func end() { statement.reset() }

    /// Nil at the end. After a row with a fault there is nothing to be read.
    mutating func next() throws -> Row? {
        guard try statement.step() else { return nil }
        let (expected, overflow) = sequence.addingReportingOverflow(1)
        guard !overflow, statement.integer(0) == expected else {
            return Row(sequence: overflow ? sequence : expected, at: Timestamp(milliseconds: 0), fault: .missing)
        }
        let at = statement.integer(1) ?? 0
        let fault = check(expected)
        if fault == nil { sequence = expected }
        return Row(sequence: expected, at: Timestamp(milliseconds: at), fault: fault)
    }

    private mutating func check(_ expected: Int64) -> Fault? {
        guard let at = statement.integer(1) else { return .columns }
        let isHashed: Bool? = statement.withText(2) { kind in
            statement.withBlob(3) { payload in
                guard kind.count <= JournalLimits.kindBytes, payload.count <= JournalLimits.payloadBytes else {
                    return false
                }
                hasher.hash(sequence: expected, at: at, kind: kind, payload: payload)
                return true
            }
        }
        .flatMap { $0 }
        guard isHashed == true else { return .columns }
        let isSame = statement.withBlob(4) { $0.elementsEqual(hasher.previous) }
        guard let isSame else { return .columns }
        return isSame ? nil : .hash
    }

    /// The row that was read last. Nil where its kind is not UTF-8.
    func entry() -> JournalEntry? {
        guard let kind = statement.text(2), let payload = statement.blob(3), let at = statement.integer(1) else {
            return nil
        }
        let record = JournalRecord(at: Timestamp(milliseconds: at), kind: kind, payload: payload)
        return JournalEntry(sequence: sequence, record: record, hash: hash)
    }
}
