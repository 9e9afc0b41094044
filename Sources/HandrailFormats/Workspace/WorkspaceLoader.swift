public import HandrailCore

/// What loading a workspace gives.
public struct LoadedWorkspace: Sendable {
    /// Nil where there is an error: a set of files is loaded as a whole or not at all.
    public let workspace: Workspace?
    /// All of them, by file and place.
    public let findings: [Finding]
    public let tests: [TestDocument]
    /// Each document as it was written, in the order of files and places; only those whose kind is known.
    public let documents: [WorkspaceDocument]
    /// How many documents there are, the broken ones included.
    public let documentCount: Int
    public let fileCount: Int

    public var errorCount: Int { findings.count { $0.severity == .error } }
    public var warningCount: Int { findings.count { $0.severity == .warning } }
}

/// Loads and checks everything that users wrote.
public enum WorkspaceLoader {
    /// The workspace in a folder: all `.yaml` and `.yml` files below its `runbooks/` and `policies/`.
    public static func load(root: String) -> LoadedWorkspace {
        let findings = FindingList()
        return load(WorkspaceFiles.below(root, findings), in: root, findings)
    }

    /// Some files, or folders of files, and nothing else.
    public static func load(paths: [String]) -> LoadedWorkspace {
        let findings = FindingList()
        return load(WorkspaceFiles.named(paths, findings), in: paths.first ?? ".", findings)
    }

    /// Files that are in memory already.
    public static func load(files: [(path: String, bytes: [UInt8])]) -> LoadedWorkspace {
        load(files.map { WorkspaceFiles.File(path: $0.path, bytes: $0.bytes) }, in: ".", FindingList())
    }

    private static func load(
        _ files: [WorkspaceFiles.File], in root: String, _ findings: FindingList
    ) -> LoadedWorkspace {
        let sources = files.map { SourceText(path: $0.path, bytes: $0.bytes) }
        let nodes = sources.flatMap { YAMLReader.read($0, into: findings) }
        if nodes.isEmpty, findings.errorCount == 0 {
            let note = "a workspace is a folder with `runbooks/` and `policies/`, and YAML files in them"
            findings.add(
                Finding(code: "no-documents", message: "there are no documents here", file: root, notes: [note]))
        }
        let decoder = WorkspaceDecoder(reading: Reading(findings: findings))
        let (workspace, tests) = decoder.decode(nodes)
        let documents = nodes.compactMap { WorkspaceDocument($0) }
        return LoadedWorkspace(
            workspace: findings.errorCount == 0 ? workspace : nil, findings: findings.sorted, tests: tests,
            documents: documents, documentCount: nodes.count, fileCount: files.count)
    }
}

/// A document's own bytes: what a plan that rests on it was decided with.
public struct WorkspaceDocument: Sendable {
    public let kind: DocumentKind
    public let name: String
    public let file: String
    /// From its first key to its end, without what stands around it.
    public let bytes: [UInt8]

    init?(_ node: YAMLNode) {
        guard case .mapping(let entries) = node.content, let first = entries.first,
            let kind = DocumentKind(rawValue: first.key)
        else { return nil }
        self.kind = kind
        name = first.value.text ?? ""
        file = node.source.path
        bytes = node.source.bytes(in: node.start.byte..<max(node.start.byte, node.end.byte))
    }
}
