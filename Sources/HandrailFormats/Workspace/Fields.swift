internal import HandrailCore

/// The entries of a mapping whose keys are known; any other key is a finding.
struct Fields {
    let node: YAMLNode
    /// Such as `a step`, for messages.
    let what: String
    private let entries: [YAMLEntry]
    private let findings: FindingList

    /// Nil, with a finding, where the node is no mapping.
    init?(_ node: YAMLNode, _ what: String, keys: [String], _ findings: FindingList) {
        guard case .mapping(let entries) = node.content else {
            findings.error("wrong-kind", "\(what) is a mapping, and this is \(node.kindInWords)", at: node.span)
            return nil
        }
        self.node = node
        self.what = what
        self.entries = entries
        self.findings = findings
        refuseUnknown(keys)
    }

    private func refuseUnknown(_ keys: [String]) {
        let unused = keys.filter { entry($0) == nil }
        for entry in entries where !keys.contains(where: { $0.hasSameBytes(as: entry.key) }) {
            guard !findings.isFull else { return }
            let suggestion = Suggestion.nearest(entry.key, among: unused.isEmpty ? keys : unused)
            let notes = suggestion == nil ? ["\(what) has " + keys.map { "`\($0)`" }.joined(separator: ", ")] : []
            findings.error(
                "unknown-key", "unknown key \(quoted(entry.key))", at: entry.keyNode.span, suggestion: suggestion,
                notes: notes)
        }
    }

    /// The value of a key that may be left out.
    subscript(key: String) -> YAMLNode? {
        entry(key)?.value
    }

    func entry(_ key: String) -> YAMLEntry? {
        entries.first { $0.key.hasSameBytes(as: key) }
    }

    /// Left out, it is a finding.
    func required(_ key: String, because: String? = nil) -> YAMLNode? {
        if let value = self[key] { return value }
        missing(key, because: because)
        return nil
    }

    /// Points at the first key, since what is not there has no place.
    func missing(_ key: String, because: String? = nil) {
        findings.error(
            "missing-key", "\(what) has no `\(key)`", at: entries.first?.keyNode.span ?? node.span,
            notes: because.map { [$0] } ?? [])
    }
}
