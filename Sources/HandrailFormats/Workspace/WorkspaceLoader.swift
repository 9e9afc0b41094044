public import HandrailCore

/// What loading a workspace gives.
public struct LoadedWorkspace: Sendable {
    /// Nil where there is an error: a set of files is loaded as a whole or not at all.
    public let workspace: Workspace?
    /// All of them, by file and place.
    public let findings: [Finding]
    public let tests: [TestDocument]
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
        return LoadedWorkspace(
            workspace: findings.errorCount == 0 ? workspace : nil, findings: findings.sorted, tests: tests,
            documentCount: nodes.count, fileCount: files.count)
    }
}
