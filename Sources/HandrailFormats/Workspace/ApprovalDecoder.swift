internal import HandrailCore

/// Decodes the `approval` of a rule, and checks that there are people who could give it.
struct ApprovalDecoder {
    /// Who can't approve although a role would allow it.
    private enum Excluded: String, CaseIterable {
        case author
    }

    let reading: Reading
    let declarations: Declarations

    func decode(_ node: YAMLNode) -> Approval? {
        guard let fields = reading.fields(node, "`approval`", ["from", "count", "expires", "exclude"]) else {
            return nil
        }
        let roles = reading.list(fields["from"], "`from`").compactMap(role)
        let count = reading.integer(fields["count"], "`count`", 1...10)
        let expires = reading.duration(fields["expires"], "`expires`")
        let excluded = reading.list(fields["exclude"], "`exclude`").compactMap {
            reading.choice($0, "an entry of `exclude`", Excluded.self)
        }
        let standard = Approval.standard
        let approval = Approval(
            from: roles.distinct, count: count ?? standard.count, expires: expires ?? standard.expires,
            excludesAuthor: excluded.contains(.author))
        checkEnough(for: approval, at: fields["count"] ?? fields["from"] ?? fields.node)
        if excluded.contains(.author), let place = fields["exclude"] { checkOthers(than: approval, at: place) }
        return approval
    }

    private func role(_ node: YAMLNode) -> String? {
        guard let role = reading.text(node, "a role") else { return nil }
        let known = declarations.roles.keys.sorted()
        if !declarations.arePeopleBroken, !known.contains(where: { $0.hasSameBytes(as: role) }) {
            reading.error(
                "unknown-role", "no `people:` document declares the role \(quoted(role))", at: node,
                suggestion: Suggestion.nearest(role, among: known))
        }
        return role
    }

    private func checkEnough(for approval: Approval, at node: YAMLNode) {
        guard let people = people(of: approval), people < approval.count else { return }
        if people == 0 {
            let roles = approval.from.map(quoted).joined(separator: " or ")
            reading.error("not-enough-people", "nobody has the role \(roles), so nobody could approve", at: node)
            return
        }
        reading.error(
            "not-enough-people", "\(approval.count) people must approve, and the roles have \(people)", at: node)
    }

    /// Any of them may turn out to be the author of what is to be approved.
    private func checkOthers(than approval: Approval, at node: YAMLNode) {
        guard let people = people(of: approval), people == approval.count else { return }
        let left = people == 1 ? "nobody is left to approve" : "only \(people - 1) left, and \(people) must approve"
        reading.findings.warning(
            "not-enough-people", "if the author is one of the roles' people, \(left)", at: node.span)
    }

    /// How many different people may approve; nil where that is not known.
    private func people(of approval: Approval) -> Int? {
        guard !declarations.arePeopleBroken, !declarations.roles.isEmpty else { return nil }
        let roles = approval.from.isEmpty ? declarations.roles.keys.sorted() : approval.from
        let lists = roles.compactMap { declarations.roles[$0] }
        guard lists.count == roles.count else { return nil }
        return Array(lists.joined()).distinct.count
    }
}
