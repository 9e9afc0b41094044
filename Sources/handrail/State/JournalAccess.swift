internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailSQLite

/// A state directory's journal for those who look: the catalog folded from it, and single entries as they stand there.
struct JournalAccess {
    /// Of which the catalog shows nothing; there are many of them.
    private static let unshownKinds: Set<String> = [
        "alert.began", "alert.renewed", "alert.ended", "alert.lapsed", "memory.alert", "memory.ledger", "memory.storm",
    ]

    private let reader: any JournalReading
    /// Nil where the journal is elsewhere.
    private let file: JournalReader?
    private let codec = ShownEvents()

    init(_ directory: StateDirectory) throws {
        do {
            let file = try JournalReader(directory: directory.path)
            (reader, self.file) = (file, file)
        } catch {
            throw Self.failure(error)
        }
    }

    init(_ remote: RemoteState) {
        (reader, file) = (remote, nil)
    }

    /// - Parameter pinned: what is shown however long ago it ended.
    func catalog(pinnedRun: Int? = nil, pinnedIncident: Int? = nil) async throws -> Catalog {
        var limits = Catalog.Limits()
        if let pinnedRun { limits.pinnedRuns = [pinnedRun] }
        if let pinnedIncident { limits.pinnedIncidents = [pinnedIncident] }
        let catalogReader = CatalogReader(reader, codec: codec) { !Self.unshownKinds.contains($0) }
        do {
            let reading = try await read(catalogReader, limits)
            if let first = reading.firstUnreadable {
                let text =
                    "\(reading.unreadable) entries are not shown, the first is \(first.sequence): \(first.because)"
                Console.error.write("handrail: \(TerminalText.escaped(text))\n")
            }
            return reading.catalog
        } catch {
            throw Self.failure(error)
        }
    }

    /// A catalog that keeps up with the journal.
    func follower() async throws -> CatalogFollower {
        var removed: Int64 = 0
        do {
            _ = try await reader.entries(after: 0, limit: 1)
        } catch JournalError.removed(let through) {
            removed = through
        } catch {
            throw Self.failure(error)
        }
        return CatalogFollower(reader, codec: codec, after: removed) { !Self.unshownKinds.contains($0) }
    }

    private func read(_ reader: CatalogReader, _ limits: Catalog.Limits) async throws -> CatalogReader.Reading {
        do {
            return try await reader.read(limits: limits)
        } catch JournalError.removed(let through) {
            return try await reader.read(limits: limits, after: through)
        }
    }

    /// What the journal says of how a decision was made; nothing where it is not there any more.
    func trials(of decisions: [CatalogDecision]) async throws -> [(record: DecisionRecord, trials: [RecordedTrial])] {
        var tried: [(record: DecisionRecord, trials: [RecordedTrial])] = []
        for decision in decisions {
            let entry = decision.sequence > 0 ? try await entry(decision.sequence) : nil
            tried.append((decision.record, entry.map { RecordedTrial.all(in: $0.record.payload) } ?? []))
        }
        return tried
    }

    private func entry(_ sequence: Int64) async throws -> JournalEntry? {
        do {
            return try await reader.entries(after: sequence - 1, limit: 1).first
        } catch JournalError.removed {
            // The first entry that is kept has no entry before it.
            return nil
        } catch {
            throw Self.failure(error)
        }
    }

    func checkpoints() async throws -> [Checkpoint] {
        guard let file else {
            throw Failure(Failure.wrongUsage, "checkpoints are read beside the journal only, not through a server")
        }
        do {
            return try await file.checkpoints()
        } catch {
            throw Self.failure(error)
        }
    }

    /// 0 where there is none, and where the journal is elsewhere.
    func lastSequence() async throws -> Int64 {
        do {
            return try await file?.lastSequence() ?? 0
        } catch {
            throw Self.failure(error)
        }
    }

    /// - Throws: where this version does not know its kind.
    static func event(of entry: JournalEntry) throws -> TimelineEntry { try ShownEvents().entry(of: entry.record) }

    /// Calls back with each entry in its order, until it says that it has enough.
    ///
    /// - Parameter limit: how many are read at once.
    func scan(
        after sequence: Int64 = 0, atOnce limit: Int = 4096, _ take: ([JournalEntry]) throws -> Bool
    ) async throws {
        var sequence = sequence
        do {
            while true {
                let entries: [JournalEntry]
                do {
                    entries = try await reader.entries(after: sequence, limit: limit)
                } catch JournalError.removed(let through) {
                    sequence = through
                    continue
                }
                guard let last = entries.last, try take(entries) else { return }
                sequence = last.sequence
            }
        } catch let error as JournalError {
            throw Self.failure(error)
        }
    }

    private static func failure(_ error: any Error) -> any Error {
        error is Failure ? error : Failure(Failure.unreachable, TerminalText.escaped("\(error)"))
    }
}

/// Events as they are shown. How alerts are told apart needs the workspace, and nothing that is shown depends on it.
private struct ShownEvents: EventCodec {
    private let codec = JournalCodec(identity: AlertIdentity())

    func record(of entry: TimelineEntry) -> JournalRecord {
        let (kind, payload) = codec.encode(entry)
        return JournalRecord(at: entry.at, kind: kind, payload: payload)
    }

    func entry(of record: JournalRecord) throws -> TimelineEntry {
        try codec.decode(kind: record.kind, payload: record.payload, at: record.at)
    }
}
