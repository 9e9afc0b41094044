internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailSQLite
internal import HandrailServer

/// The documents of the command line, made by a server from its own journal.
struct JournalDocuments: StateDocuments {
    /// A page ends with the entry that reaches this: an entry may have 16 MiB, and who reads goes on behind the last.
    private static let pageBytes = 4 << 20
    private static let entriesAtOnce = 32

    private let access: JournalAccess
    private let follower: CatalogFollower

    init(_ directory: StateDirectory) async throws {
        access = try JournalAccess(directory)
        follower = try await access.follower()
    }

    func document(_ question: StateQuestion) async throws(StateDocumentError) -> [UInt8] {
        do {
            return Array(try await text(question).utf8)
        } catch let error as StateDocumentError {
            throw error
        } catch {
            throw .unavailable(because: "\(error)")
        }
    }

    private func text(_ question: StateQuestion) async throws -> String {
        switch question {
        case .entries(let sequence, let limit): return try await entries(after: sequence, limit)
        case .incidents(let isOpen, let limit):
            let catalog = try await follower.current()
            return IncidentJSON.list(Array(catalog.incidents(isOpen: isOpen).prefix(limit)), standing: catalog).json
        case .incident(let id):
            guard let incident = try await follower.current().incidents[id] else { throw Self.none("incident", id) }
            return IncidentJSON.explanation(incident, run: nil, try await access.trials(of: incident.decisions)).json
        case .runs(let phase, let incident, let limit):
            let found = try await follower.current().runs(phase, incident: incident)
            return RunJSON.list(Array(found.prefix(limit))).json
        case .run(let id): return RunJSON.one(try await run(id)).json
        case .explanation(let id): return try await explanation(of: try await run(id))
        case .pending: return RunJSON.pending(try await follower.current().pending).json
        case .pendingRun(let id):
            let run = try await run(id)
            guard let question = run.question else {
                throw StateDocumentError.notFound(because: "run \(id) does not wait for an approval")
            }
            return RunJSON.pending([(run, question)]).json
        }
    }

    private func run(_ id: Int) async throws -> CatalogRun {
        guard let run = try await follower.current().runs[id] else { throw Self.none("run", id) }
        return run
    }

    private static func none(_ thing: String, _ id: Int) -> StateDocumentError {
        .notFound(because: "there is no \(thing) \(id) in this journal, or it is forgotten")
    }

    private func explanation(of run: CatalogRun) async throws -> String {
        let tried = try await access.trials(of: [CatalogDecision(record: run.record, sequence: run.sequence)])
        return IncidentJSON.explanation(try await follower.current().incidents[run.incident], run: run, tried).json
    }

    private func entries(after sequence: Int64, _ limit: Int) async throws -> String {
        var entries: [JournalEntry] = []
        var bytes = 0
        try await access.scan(after: sequence, atOnce: min(limit, Self.entriesAtOnce)) { found in
            for entry in found where entries.count < limit && bytes < Self.pageBytes {
                entries.append(entry)
                bytes += entry.record.payload.count
            }
            return entries.count < limit && bytes < Self.pageBytes
        }
        return EntryJSON.list(entries, schema: "handrail.entries/1").json
    }
}
