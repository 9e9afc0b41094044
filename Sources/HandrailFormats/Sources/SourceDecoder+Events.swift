internal import HandrailCore

/// Payloads that are read as small trees, one event after the other: their sources send few of them.
extension SourceDecoder {
    /// Names and values of one event; more are refused.
    private static let maximumValues = 10_000

    mutating func decodeEvents(
        from reader: inout JSONReader, as kind: SourceKind, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        var decoded = DecodedAlerts()
        guard kind == .cloudevents, try reader.nextKind() == .array else {
            guard try reader.nextKind() == .object else { throw reader.failure("expected an object") }
            try take(from: &reader, as: kind, receivedAt: receivedAt, into: &decoded)
            return decoded
        }
        try reader.beginArray()
        while try reader.nextElement() {
            try take(from: &reader, as: kind, receivedAt: receivedAt, into: &decoded)
        }
        return decoded
    }

    /// One event. What is wrong with it is its own matter, unless it is no JSON.
    private func take(
        from reader: inout JSONReader, as kind: SourceKind, receivedAt: Timestamp, into decoded: inout DecodedAlerts
    ) throws(JSONError) {
        let bytes = try reader.skipValueForBytes()
        do throws(AlertFields.Refusal) {
            let event = try EventObject(parsing: bytes, "the event", maximumValues: Self.maximumValues)
            if let alert = try alert(of: event, as: kind, receivedAt: receivedAt) {
                decoded.alerts.append(alert)
            } else {
                decoded.passedOverCount += 1
            }
        } catch {
            decoded.reject(error.reason)
        }
    }

    private func alert(
        of event: EventObject, as kind: SourceKind, receivedAt: Timestamp
    ) throws(AlertFields.Refusal) -> Alert? {
        let identity = interner.identity
        switch kind {
        case .pagerduty: return try PagerDutyEvent(event).alert(receivedAt: receivedAt, identity: identity)
        case .cloudevents: return try CloudEvent(event).alert(receivedAt: receivedAt, identity: identity)
        case .alertmanager, .alertmanagerAPI, .grafana: return nil
        }
    }
}

extension JSONReader {
    /// Steps over the next value like `skipValue`, and hands out its bytes.
    mutating func skipValueForBytes() throws(JSONError) -> UnsafeBufferPointer<UInt8> {
        _ = try significantByte()
        let start = position
        try skipValue()
        return UnsafeBufferPointer(start: start, count: position - start)
    }
}
