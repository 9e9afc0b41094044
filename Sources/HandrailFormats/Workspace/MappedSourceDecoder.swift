internal import CEL
internal import HandrailCore

/// Decodes `source:` documents.
struct MappedSourceDecoder {
    private static let status = CELType.enumeration(CELEnumeration(name: "status", values: ["firing", "resolved"]))
    private static let alertKeys = ["labels", "annotations", "identity", "status", "startsAt", "endsAt"]

    let reading: Reading

    func decode(_ document: Document) -> MappedSource? {
        guard let fields = reading.fields(document.node, "a source", ["source", "about", "alerts", "alert"]) else {
            return nil
        }
        if SourceKind(rawValue: document.name) != nil {
            reading.error(
                "duplicate-name", "\(quoted(document.name)) is a kind of source that is known without a mapping",
                at: document.nameNode)
        }
        let events = fields["alerts"].map { self.events($0) }
        let alert = fields.required("alert").flatMap(mapping)
        let about = reading.text(fields["about"], "`about`") ?? ""
        guard let alert, events == nil || events.flatMap(\.self) != nil else { return nil }
        return MappedSource(
            name: document.name, about: about, events: events.flatMap(\.self), alert: alert,
            location: reading.location(document.node))
    }

    private func events(_ node: YAMLNode) -> MappedExpression? {
        expression(node, "`alerts`", in: FactDeclarations.payload(), fits: "a list of events, or one event") {
            Self.isEvents($0)
        }
    }

    private func mapping(_ node: YAMLNode) -> AlertMapping? {
        guard let fields = reading.fields(node, "`alert`", Self.alertKeys) else { return nil }
        let labels = entries(fields.required("labels"), "`labels`", "a label")
        if case .mapping(let entries)? = fields["labels"]?.content, entries.isEmpty, let node = fields["labels"] {
            reading.error("empty", "`labels` has no label, and an alert is known by its labels", at: node)
        }
        let because = "without `resolved` no alert of the source ever ends; write '\"firing\"' if it never says so"
        let status = reading.program(
            fields.required("status", because: because), "`status`", in: FactDeclarations.event(), as: Self.status)
        var optional = AlertMapping.Optionals()
        optional.identity = expression(
            fields["identity"], "`identity`", in: FactDeclarations.event(), fits: Self.plain, Self.isPlain)
        optional.startsAt = time(fields["startsAt"], "`startsAt`")
        optional.endsAt = time(fields["endsAt"], "`endsAt`")
        let annotations = entries(fields["annotations"], "`annotations`", "an annotation")
        return status.map { status in
            AlertMapping(
                labels: labels, annotations: annotations, status: MappedExpression(status), optional: optional)
        }
    }

    private func entries(_ node: YAMLNode?, _ list: String, _ what: String) -> [AlertMapping.Entry] {
        reading.entries(node, list).compactMap { entry in
            guard !entry.key.utf8.isEmpty, !entry.key.hasSameBytes(as: AlertIdentity.keyLabel.string) else {
                reading.error("bad-name", "\(what) cannot be called \(quoted(entry.key))", at: entry.keyNode)
                return nil
            }
            let value = expression(
                entry.value, what, in: FactDeclarations.event(), fits: Self.plain, Self.isPlain)
            return value.map { AlertMapping.Entry(name: ExactText(entry.key), value: $0) }
        }
    }

    private func time(_ node: YAMLNode?, _ what: String) -> MappedExpression? {
        expression(
            node, what, in: FactDeclarations.event(), fits: "a timestamp, an RFC 3339 text or Unix seconds",
            Self.isTime)
    }

    // MARK: - Types

    private func expression(
        _ node: YAMLNode?, _ what: String, in facts: CELEnvironment, fits wanted: String, _ fits: (CELType) -> Bool
    ) -> MappedExpression? {
        guard let node, let program = reading.program(node, what, in: facts, as: .dyn) else { return nil }
        guard fits(program.resultType) else {
            reading.error("expression", "\(what) is \(wanted), and this is \(program.resultType)", at: node)
            return nil
        }
        return MappedExpression(program)
    }

    private static let plain = "a text, a number or a boolean"

    private static func isPlain(_ type: CELType) -> Bool {
        switch type {
        case .dyn, .nothing, .null, .bool, .int, .uint, .double, .string, .enumeration: true
        case .optional(let wrapped): isPlain(wrapped)
        case .bytes, .timestamp, .duration, .type, .list, .map, .object: false
        }
    }

    private static func isTime(_ type: CELType) -> Bool {
        switch type {
        case .dyn, .nothing, .null, .int, .uint, .double, .string, .timestamp: true
        case .optional(let wrapped): isTime(wrapped)
        case .bool, .bytes, .duration, .type, .list, .map, .object, .enumeration: false
        }
    }

    private static func isEvents(_ type: CELType) -> Bool {
        switch type {
        case .dyn, .nothing, .list, .map, .object: true
        case .optional(let wrapped): isEvents(wrapped)
        case .null, .bool, .int, .uint, .double, .string, .bytes, .timestamp, .duration, .type, .enumeration: false
        }
    }
}
