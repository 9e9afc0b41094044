internal import HandrailCore

/// Decodes `people:` documents. Several add up; a role stands in one of them.
struct PeopleDecoder {
    let reading: Reading

    func decode(_ documents: [Document]) -> [String: [String]] {
        var roles: [String: [String]] = [:]
        var known: [ExactText: FileLocation] = [:]
        for document in documents {
            guard let fields = reading.fields(document.node, "a people document", ["people", "about", "roles"]) else {
                continue
            }
            for entry in reading.entries(fields.required("roles"), "`roles`") {
                if let first = known[ExactText(entry.key)] {
                    reading.error(
                        "duplicate-name", "role \(quoted(entry.key)) is declared twice", at: entry.keyNode,
                        notes: ["it is declared at \(first) already"])
                    continue
                }
                known[ExactText(entry.key)] = reading.location(entry.keyNode)
                roles[entry.key] = people(entry)
            }
        }
        return roles
    }

    private func people(_ entry: YAMLEntry) -> [String] {
        var people: [String] = []
        var known: Set<ExactText> = []
        for node in reading.list(entry.value, "a role") {
            guard let name = reading.text(node, "a person") else { continue }
            if known.insert(ExactText(name)).inserted {
                people.append(name)
            } else {
                reading.error("duplicate-name", "\(quoted(name)) is in this role twice", at: node)
            }
        }
        if people.isEmpty, case .sequence = entry.value.content {
            reading.findings.warning("empty-role", "role \(quoted(entry.key)) has nobody in it", at: entry.keyNode.span)
        }
        return people
    }
}
