internal import HandrailCore

/// One event of PagerDuty's Events API, version 2.
///
/// An acknowledgement or a resolve usually has a `dedup_key` and nothing else of its trigger, and we keep nothing between
/// payloads. So the identity is made of what all of them have, and the labels of a trigger may say more than that.
///
/// The routing key is a credential. It tells integrations apart, whose deduplication keys may be the same; only a part of
/// a hash of it is used, from which a key of its usual 128 bits cannot be found again.
struct PagerDutyEvent {
    typealias Refusal = AlertFields.Refusal

    private enum Action: String { case trigger, acknowledge, resolve }
    private enum Severity: String { case critical, error, warning, info }

    private let event: EventObject
    private let action: Action
    private let dedupKey: String?

    init(_ event: EventObject) throws(Refusal) {
        let action = try event.required("event_action")
        guard let known = Action(rawValue: action) else {
            let shown = EscapedExcerpt.of(action)
            throw Refusal(reason: "`event_action` is `\(shown)`, none of `trigger`, `acknowledge` and `resolve`")
        }
        self.event = event
        self.action = known
        dedupKey = known == .trigger ? try event.text("dedup_key") : try event.required("dedup_key")
    }

    /// Nil for what changes nothing.
    func alert(receivedAt: Timestamp, identity: AlertIdentity) throws(Refusal) -> Alert? {
        switch action {
        case .acknowledge: nil
        case .trigger: try trigger(receivedAt, identity)
        case .resolve: try resolve(receivedAt, identity)
        }
    }

    private func resolve(_ receivedAt: Timestamp, _ identity: AlertIdentity) throws(Refusal) -> Alert {
        var labels = LabelDraft()
        try addIdentity(to: &labels)
        // It speaks of what fires now: with the time of the sender's clock it could look earlier than its trigger.
        return Alert(
            labels: try labels.labels(identity), status: .resolved, startsAt: receivedAt, endsAt: receivedAt)
    }

    private func trigger(_ receivedAt: Timestamp, _ identity: AlertIdentity) throws(Refusal) -> Alert {
        guard let payload = try event.object("payload") else { throw Refusal(reason: "the event has no `payload`") }
        let summary = try payload.required("summary")
        var labels = LabelDraft()
        try addIdentity(to: &labels)
        labels.add("alertname", try payload.text("class") ?? summary)
        labels.add("severity", try severity(payload))
        labels.add("source", try payload.required("source"))
        for name in ["component", "group", "class"] as [ExactText] { labels.add(name, try payload.text(name)) }
        try addDetails(of: payload, to: &labels)
        // What is triggered now has not begun later, whatever the sender's clock says.
        let startsAt = min(try payload.time("timestamp") ?? receivedAt, receivedAt)
        return Alert(
            labels: try labels.labels(identity), annotations: try annotations(summary), status: .firing,
            startsAt: startsAt)
    }

    private func severity(_ payload: EventObject) throws(Refusal) -> String {
        let severity = try payload.required("severity")
        guard let known = Severity(rawValue: severity) else {
            let shown = EscapedExcerpt.of(severity)
            throw Refusal(reason: "`severity` is `\(shown)`, none of `critical`, `error`, `warning` and `info`")
        }
        return known.rawValue
    }

    /// What has a name and one plain value; the rest is for reading, and nobody writes patterns for it.
    private func addDetails(of payload: EventObject, to labels: inout LabelDraft) throws(Refusal) {
        guard case .object(let members)? = payload["custom_details"] else { return }
        for member in try EventObject(members, "`custom_details`").members {
            switch member.value {
            case .string(let text): try labels.addForeign(member.name, text)
            case .integer(let number): try labels.addForeign(member.name, String(number))
            case .fraction(let number): try labels.addForeign(member.name, String(number))
            case .bool(let flag): try labels.addForeign(member.name, String(flag))
            case .null, .array, .object: break
            }
        }
    }

    private func annotations(_ summary: String) throws(Refusal) -> Annotations {
        var annotations = LabelDraft()
        annotations.add("summary", summary)
        annotations.add("client", try event.text("client"))
        annotations.add("client_url", try event.text("client_url"))
        if case .array(let links)? = event["links"], case .string(let address)? = links.first?["href"] {
            annotations.add("link", address)
        }
        return annotations.annotations
    }

    // MARK: - Identity

    /// None for a trigger without a deduplication key, which nobody can resolve: its labels are its identity then.
    private func addIdentity(to labels: inout LabelDraft) throws(Refusal) {
        guard let dedupKey else { return }
        labels.add(AlertIdentity.keyLabel, "pagerduty/\(try integration())/\(dedupKey)")
        labels.add("dedup_key", dedupKey)
    }

    /// A shorter key could be guessed, and the guess be tried on the hash; so nothing is made from it.
    private static let leastKeyBytes = 32

    private func integration() throws(Refusal) -> String {
        guard let key = try event.text("routing_key"), key.utf8.count >= Self.leastKeyBytes else { return "-" }
        let hash = SipHash128.hash(Array(key.utf8), key: SipHash128.Key(first: 0x7061_6765, second: 0x7264_7574))
        return String(hash.description.prefix(16))
    }
}
