internal import CEL
internal import HandrailCore

/// Decodes all documents of a workspace, those first that others refer to, and checks them against each other.
struct WorkspaceDecoder {
    let reading: Reading

    func decode(_ nodes: [YAMLNode]) -> (Workspace, [TestDocument]) {
        let documents = nodes.compactMap(document)
        checkNames(documents)
        func all(_ kind: DocumentKind) -> [Document] { documents.filter { $0.kind == kind } }

        var declarations = Declarations()
        if nodes.count > documents.count { reading.findings.markIncomplete() }
        let isIncomplete = reading.findings.isIncomplete
        var before = reading.findings.errorCount
        declarations.topology = TopologyDecoder(reading: reading).decode(all(.topology))
        declarations.isTopologyBroken = isIncomplete || reading.findings.errorCount > before
        before = reading.findings.errorCount
        declarations.roles = PeopleDecoder(reading: reading).decode(all(.people))
        declarations.arePeopleBroken = isIncomplete || reading.findings.errorCount > before
        let actions = BuiltInActions.all + all(.action).compactMap(ActionDecoder(reading: reading).decode)
        declarations.actions = Dictionary(actions.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        declarations.actionNames = BuiltInActions.all.map(\.name) + all(.action).map(\.name)
        declarations.runbookNames = all(.runbook).map(\.name)

        let policies = all(.policy).compactMap(PolicyDecoder(reading: reading, declarations: declarations).decode)
        let correlation = CorrelationDecoder(reading: reading).decode(all(.correlation))
        let runbooks = all(.runbook).compactMap(RunbookDecoder(reading: reading, declarations: declarations).decode)
        let sources = all(.source).compactMap(MappedSourceDecoder(reading: reading).decode)
        let tests = all(.test).compactMap(TestDecoder(reading: reading).decode)
        EscalationCheck(findings: reading.findings).check(runbooks, among: all(.runbook))
        warnAboutCoverage(all(.runbook), all(.policy))
        let workspace = Workspace(
            runbooks: sorted(runbooks, \.name), actions: sorted(actions, \.name), policies: sorted(policies, \.name),
            correlation: correlation, topology: declarations.topology, roles: declarations.roles,
            sources: sorted(sources, \.name))
        return (workspace, tests)
    }

    private func sorted<Value>(_ values: [Value], _ name: KeyPath<Value, String>) -> [Value] {
        values.sorted { ExactText($0[keyPath: name]) < ExactText($1[keyPath: name]) }
    }

    // MARK: - Documents

    private func document(_ node: YAMLNode) -> Document? {
        guard case .mapping(let entries) = node.content, let first = entries.first else {
            reading.error("no-kind", "a document is a mapping, and this is \(node.kindInWords)", at: node)
            return nil
        }
        guard let kind = DocumentKind(rawValue: first.key) else {
            refuse(first, entries)
            return nil
        }
        let name =
            switch kind {
            case .runbook, .action, .source: reading.documentName(first.value, kind.inWords)
            case .policy, .correlation, .topology, .people, .test:
                reading.text(first.value, "the name of \(kind.inWords)")
            }
        // Without a name the rest is still worth reading; nothing else can be called like this.
        return Document(kind: kind, name: name ?? "", nameNode: first.value, node: node)
    }

    private func refuse(_ first: YAMLEntry, _ entries: [YAMLEntry]) {
        let kinds = DocumentKind.allCases.map(\.rawValue)
        if let later = entries.first(where: { kinds.contains($0.key) }) {
            reading.error(
                "kind-not-first", "the key `\(later.key)` must come first: it says what the document is",
                at: later.keyNode)
            return
        }
        let suggestion = Suggestion.nearest(first.key, among: kinds)
        reading.error(
            "no-kind", "\(quoted(first.key)) is not a kind of document", at: first.keyNode, suggestion: suggestion,
            notes: suggestion == nil
                ? ["a document begins with " + kinds.map { "`\($0):`" }.joined(separator: ", ")] : [])
    }

    private func checkNames(_ documents: [Document]) {
        let builtIn = Set(BuiltInActions.all.map(\.name))
        var known: [String: [ExactText: FileLocation]] = [:]
        for document in documents where !document.name.isEmpty {
            let location = reading.location(document.nameNode)
            if document.kind == .action, builtIn.contains(document.name) {
                reading.error(
                    "duplicate-name", "\(quoted(document.name)) is a built-in action", at: document.nameNode)
            } else if let first = known[document.kind.rawValue]?[ExactText(document.name)] {
                reading.error(
                    "duplicate-name", "\(document.kind.inWords) called \(quoted(document.name)) exists already",
                    at: document.nameNode, notes: ["it stands at \(first)"])
            } else {
                known[document.kind.rawValue, default: [:]][ExactText(document.name)] = location
            }
        }
    }

    private func warnAboutCoverage(_ runbooks: [Document], _ policies: [Document]) {
        guard policies.isEmpty, !reading.findings.isIncomplete, let first = runbooks.first else { return }
        reading.findings.warning(
            "no-policy", "there is no policy, so a person approves every run", at: first.nameNode.span,
            notes: ["a policy is a document that begins with `policy:`"])
    }
}
