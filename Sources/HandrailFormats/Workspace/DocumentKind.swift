/// What a document is; the word that it begins with.
public enum DocumentKind: String, Hashable, Sendable, CaseIterable {
    case runbook, action, policy, correlation, topology, people, test, source

    /// As messages name it.
    var inWords: String {
        switch self {
        case .runbook, .policy, .correlation, .topology, .test, .source: "a \(rawValue)"
        case .action: "an action"
        case .people: "a people document"
        }
    }
}

/// A document whose kind and name are known.
struct Document {
    let kind: DocumentKind
    let name: String
    let nameNode: YAMLNode
    let node: YAMLNode
}

/// A `test:` document. Only its shape has been checked; whoever runs it reads the rest.
public struct TestDocument: Sendable {
    public let name: String
    public let node: YAMLNode
}
