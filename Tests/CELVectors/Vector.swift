internal import Foundation

/// A case as the conformance suite of the CEL specification states it.
struct Vector: Decodable {
    struct Declaration: Decodable {
        let name: String
        /// `ident` or `function`.
        let kind: String
        /// Of variables only.
        let type: String?
    }

    struct Binding: Decodable {
        let value: TaggedValue
    }

    struct Expectation: Decodable {
        let value: TaggedValue?
        let error: [String]?
        let deducedType: String?
    }

    let id: String
    let profile: String
    let expr: String
    let disableCheck: Bool?
    let checkOnly: Bool?
    let container: String?
    let typeEnv: [Declaration]?
    let bindings: [String: Binding]?
    let expect: Expectation
}

/// One file of cases. One that cannot be read is a failure, and does not hide the others.
struct VectorFile: Decodable {
    enum Entry: Decodable {
        case vector(Vector)
        case unreadable(id: String, profile: String, reason: String)

        private struct Name: Decodable {
            let id: String?
            let profile: String?
        }

        init(from decoder: any Decoder) throws {
            do {
                self = .vector(try Vector(from: decoder))
            } catch {
                let name = try? Name(from: decoder)
                self = .unreadable(
                    id: name?.id ?? "(no id)", profile: name?.profile ?? "(unreadable)",
                    reason: "cannot be read: \(error)")
            }
        }
    }

    let tests: [Entry]

    static func read(_ url: URL) throws -> VectorFile {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(VectorFile.self, from: Data(contentsOf: url))
    }
}
