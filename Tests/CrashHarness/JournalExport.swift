import Foundation

/// What `handrail audit export` says of the journal, as far as the checks ask for it.
struct JournalExport {
    struct Entry {
        /// As it was exported, with its hash.
        let line: String
        let kind: String
        let payload: Payload
    }

    struct Payload: Decodable {
        struct Event: Decodable {
            let type: String
            var by: String?
        }

        struct Effect: Decodable {
            let type: String
            var step: Int?
        }

        struct State: Decodable {
            struct Ending: Decodable {
                let type: String
            }

            let type: String
            var ending: Ending?
            var because: String?
        }

        struct Decision: Decodable {
            var run: Int?
        }

        var run: Int?
        var event: Event?
        var state: State?
        var effects: [Effect]?
        var decision: Decision?
        var by: String?
        var refusal: String?
        var id: String?
    }

    private struct Line: Decodable {
        let kind: String
        let payload: Payload
    }

    let entries: [Entry]

    init(_ text: String) throws {
        let decoder = JSONDecoder()
        entries = try text.split(separator: "\n").map { line in
            let decoded = try decoder.decode(Line.self, from: Data(line.utf8))
            return Entry(line: String(line), kind: decoded.kind, payload: decoded.payload)
        }
    }

    var lines: [String] { entries.map(\.line) }

    /// What was to be done once these entries were durable, in their order.
    var intents: [Payload.Effect] { entries.flatMap { $0.payload.effects ?? [] } }

    /// The runs that were decided.
    var decidedRuns: [Int] { entries.filter { $0.kind == "decision.made" }.compactMap(\.payload.decision?.run) }

    /// Where a run stands.
    func state(of run: Int) -> Payload.State? {
        entries.last { $0.kind == "run.advanced" && $0.payload.run == run }?.payload.state
    }

    /// Who has approved, as it counted.
    var approvals: [String] {
        entries.filter { $0.payload.event?.type == "approved" }.compactMap(\.payload.event?.by)
    }

    /// The ids of all requests, in their order.
    var requestIDs: [String] { entries.filter { $0.kind == "request.made" }.compactMap(\.payload.id) }

    /// Requests that were done, and not refused.
    var grantedRequests: Int { entries.count { $0.kind == "request.made" && $0.payload.refusal == nil } }
}

/// What the executor did: each call is one line, `VERB STEP`.
struct Effect: Hashable, CustomStringConvertible {
    enum Verb: String {
        case plan, read, perform = "do", undo, probe
    }

    let verb: Verb
    let step: String

    var description: String { "\(verb.rawValue) \(step)" }

    struct Unreadable: Error, CustomStringConvertible {
        let description: String
    }

    static func all(in text: String) throws -> [Effect] {
        try text.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            guard words.count >= 2, let verb = Verb(rawValue: String(words[0])) else {
                throw Unreadable(description: "the executor wrote `\(line)`")
            }
            return Effect(verb: verb, step: String(words[1]))
        }
    }
}
