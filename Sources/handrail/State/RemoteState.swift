internal import Glibc
internal import HandrailCore
internal import HandrailEngine
internal import HandrailFormats
internal import HandrailHTTP

/// The state of an engine elsewhere, through its server.
struct RemoteState: Sendable {
    let address: ServerAddress
    private let client: HandrailClient

    /// - Parameters:
    ///   - server: its address.
    ///   - tokenFile: holds the token; nil: the variable `HANDRAIL_TOKEN` does.
    init(server: String, tokenFile: String?) throws {
        do {
            address = try ServerAddress(server)
        } catch {
            throw Failure(Failure.wrongUsage, "--server takes an address: \(error)")
        }
        client = HandrailClient(address, token: try Self.token(tokenFile))
    }

    private static func token(_ file: String?) throws -> String {
        let text: String
        if let file {
            text = String(decoding: try WholeInput.bytes(of: file), as: UTF8.self)
        } else if let value = getenv("HANDRAIL_TOKEN") {
            text = String(cString: value)
        } else {
            throw Failure(Failure.wrongUsage, "a server needs a token: use --token-file FILE or HANDRAIL_TOKEN")
        }
        let token = text.filter { !$0.isWhitespace }
        guard !token.isEmpty, token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Failure(Failure.wrongUsage, "what should be the token is none")
        }
        return token
    }

    func get(_ path: String) async throws -> [UInt8] {
        do throws(HandrailClient.Problem) {
            return try await client.get(path)
        } catch {
            throw failure(error)
        }
    }

    func listen(_ take: (String) -> Void) async throws {
        do throws(HandrailClient.Problem) {
            try await client.listen(take)
        } catch {
            throw failure(error)
        }
    }

    /// What passes by itself is as if the server were away for a moment; `watch` comes back then.
    func failure(_ problem: HandrailClient.Problem) -> Failure {
        switch problem {
        case .refused(let status, let because):
            Failure(
                (400..<500).contains(status) && status != 429 ? Failure.findings : Failure.unreachable,
                "\(address) refuses: \(TerminalText.escaped(because))")
        case .unreachable(let because):
            Failure(Failure.unreachable, "could not reach \(address): \(TerminalText.escaped(because))")
        }
    }

    // MARK: - Asking

    func ask(_ request: PersonRequest) async throws {
        let (path, members) = Self.route(of: request)
        var writer = JSONWriter(style: .compact)
        writer.object { object in
            for (name, value) in members { object.member(name, value) }
        }
        do throws(HandrailClient.Problem) {
            _ = try await client.post(path, writer.bytes)
        } catch {
            if case .unreachable(let because) = error {
                throw Failure(
                    Failure.unreachable,
                    "no answer of \(address), so look whether it was done: \(TerminalText.escaped(because))")
            }
            throw failure(error)
        }
    }

    private static func route(of request: PersonRequest) -> (path: String, members: [(String, String)]) {
        switch request {
        case .approve(let run, let digest): ("/v1/runs/\(run)/approve", [("digest", digest)])
        case .reject(let run, let because): ("/v1/runs/\(run)/reject", [("because", because)])
        case .cancel(let run, let because): ("/v1/runs/\(run)/cancel", [("because", because)])
        case .rollBack(let run, let because): ("/v1/runs/\(run)/rollback", [("because", because)])
        case .takeOver(let run, let because): ("/v1/runs/\(run)/take-over", [("because", because)])
        case .pause(let scope, let because): ("/v1/pause", [("scope", scope.description), ("because", because)])
        case .resume(let scope): ("/v1/resume", [("scope", scope.description)])
        case .release(let target, let because): ("/v1/release", [("target", target), ("because", because)])
        }
    }
}

/// A journal elsewhere. Its entries are folded here, so what is shown is the same as beside it.
extension RemoteState: JournalReading {
    func entries(after sequence: Int64, limit: Int) async throws -> [JournalEntry] {
        let bytes = try await get("/v1/journal/entries?after=\(sequence)&limit=\(min(limit, 1000))")
        let document: JSONValue
        do {
            document = try JSONValue(parsing: bytes, maximumValues: .max)
        } catch {
            throw damaged(error.description)
        }
        guard case .array(let values)? = document["entries"] else { throw damaged("no `entries`") }
        return try values.map(entry)
    }

    /// A server hands out none.
    func foldLatestSnapshot<State: Sendable>(
        into state: State, _ take: @escaping @Sendable (inout State, JournalRecord) -> Void
    ) async throws -> (sequence: Int64, state: State)? { nil }

    private func entry(_ value: JSONValue) throws -> JournalEntry {
        guard case .integer(let sequence)? = value["sequence"], case .string(let time)? = value["at"],
            let at = Timestamp(rfc3339: time), case .string(let kind)? = value["kind"],
            case .string(let text)? = value["hash"], let hash = [UInt8](hexadecimal: text[...], count: 32),
            let payload = value["payload"]
        else { throw damaged("an entry that is none") }
        var writer = JSONWriter(style: .compact)
        writer.value(payload)
        let record = JournalRecord(at: at, kind: kind, payload: writer.bytes)
        return JournalEntry(sequence: sequence, record: record, hash: hash)
    }

    private func damaged(_ what: String) -> Failure {
        Failure(Failure.unreachable, "\(address) does not answer as a Handrail does: \(TerminalText.escaped(what))")
    }
}
