internal import HandrailCore

/// One event of CloudEvents 1.0, structured JSON.
///
/// If `data` is an object with `labels` or `status`, it is an alert as Alertmanager writes them, and the event's attributes
/// fill in what it leaves out. Any other event is a firing alert that is called like its type.
struct CloudEvent {
    typealias Refusal = AlertFields.Refusal

    private static let ownAttributes: Set<ExactText> = [
        "specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data",
        "data_base64",
    ]
    /// Registered extensions that differ from event to event, so that as labels they would make each another alert.
    private static let passingAttributes: Set<ExactText> = [
        "causationid", "correlationid", "dataref", "expirytime", "recordedtime", "sampledrate", "sequence",
        "sequencetype", "traceparent", "tracestate",
    ]

    private let event: EventObject
    private let type: String
    private let source: String
    private let data: EventObject?

    init(_ event: EventObject) throws(Refusal) {
        let version = try event.required("specversion")
        guard version.hasSameBytes(as: "1.0") else {
            throw Refusal(reason: "`specversion` is `\(EscapedExcerpt.of(version))`, and only `1.0` is known")
        }
        _ = try event.required("id")
        self.event = event
        type = try event.required("type")
        source = try event.required("source")
        data = try Self.alertData(of: event)
    }

    private static func alertData(of event: EventObject) throws(Refusal) -> EventObject? {
        guard case .object(let members)? = event["data"] else { return nil }
        let data = try EventObject(members, "`data`")
        return data["labels"] != nil || data["status"] != nil ? data : nil
    }

    func alert(receivedAt: Timestamp, identity: AlertIdentity) throws(Refusal) -> Alert {
        let status = try data?.status("status") ?? .firing
        return Alert(
            labels: try labels().labels(identity), annotations: try annotations(), status: status,
            startsAt: try startsAt(status, receivedAt), endsAt: try data?.time("endsAt"))
    }

    /// A resolve that does not say what it ends, ends what fires now. What fires has not begun later than now.
    private func startsAt(_ status: Alert.Status, _ receivedAt: Timestamp) throws(Refusal) -> Timestamp {
        let time = try event.time("time")
        if let startsAt = try data?.time("startsAt") { return startsAt }
        switch status {
        case .firing: return min(time ?? receivedAt, receivedAt)
        case .resolved: return receivedAt
        }
    }

    // MARK: - Labels

    private func labels() throws(Refusal) -> LabelDraft {
        var labels = LabelDraft()
        try addTexts(of: "labels", to: &labels)
        labels.add("alertname", type)
        labels.add("source", source)
        labels.add("subject", try event.text("subject"))
        try addExtensions(to: &labels, passing: false)
        return labels
    }

    private func annotations() throws(Refusal) -> Annotations {
        var annotations = LabelDraft()
        try addTexts(of: "annotations", to: &annotations)
        annotations.add("id", try event.text("id"))
        try addExtensions(to: &annotations, passing: true)
        return annotations.annotations
    }

    private func addTexts(of name: ExactText, to labels: inout LabelDraft) throws(Refusal) {
        for member in try data?.object(name)?.members ?? [] {
            guard case .string(let text) = member.value else {
                throw Refusal(reason: "`\(EscapedExcerpt.of(member.name))` in `\(name)` is not a string")
            }
            try labels.addForeign(member.name, text)
        }
    }

    private func addExtensions(to labels: inout LabelDraft, passing: Bool) throws(Refusal) {
        for member in event.members where Self.isExtension(member.name) {
            guard case .string(let text) = member.value else { continue }
            guard Self.passingAttributes.contains(ExactText(member.name)) == passing else { continue }
            try labels.addForeign(member.name, text)
        }
    }

    /// The names of attributes are lower-case letters and digits; another is none.
    private static func isExtension(_ name: String) -> Bool {
        !ownAttributes.contains(ExactText(name))
            && name.utf8.allSatisfy { ASCII.isDigit($0) || (0x61...0x7A).contains($0) }
    }
}
