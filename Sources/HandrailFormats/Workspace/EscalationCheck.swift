internal import HandrailCore

/// Finds `after:` chains that come back to where they began: none of their runbooks could ever run.
struct EscalationCheck {
    let findings: FindingList

    func check(_ runbooks: [Runbook], among documents: [Document]) {
        var next: [String: String] = [:]
        for runbook in runbooks { next[runbook.name] = runbook.signature.after?.runbook }
        // A runbook that failed to decode is looked up by what it says.
        for document in documents where next[document.name] == nil {
            next[document.name] = Self.afterNode(document)?.text
        }
        var reported: Set<String> = []
        for document in documents where !reported.contains(document.name) {
            guard let loop = loop(from: document.name, next), let node = Self.afterNode(document) else { continue }
            reported.formUnion(loop)
            if loop.count == 1 {
                findings.error("escalation-loop", "\(quoted(document.name)) waits for itself", at: node.span)
                continue
            }
            let chain = (loop + [document.name]).map(quoted).joined(separator: " after ")
            findings.error("escalation-loop", "these wait for each other: \(chain)", at: node.span)
        }
    }

    private func loop(from name: String, _ next: [String: String]) -> [String]? {
        var path = [name]
        var seen: Set<String> = [name]
        while let last = path.last, let following = next[last] {
            if following == name { return path }
            guard seen.insert(following).inserted else { return nil }
            path.append(following)
        }
        return nil
    }

    private static func afterNode(_ document: Document) -> YAMLNode? {
        document.node.value(of: "signature")?.value(of: "after")?.value(of: "runbook")
    }
}
