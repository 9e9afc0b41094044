public import HandrailCore

/// Turns the payloads of sources into deliveries, and remembers labels from one payload to the next.
public struct SourceDecoder {
    public private(set) var interner: LabelInterner

    public init(identity: AlertIdentity) {
        interner = LabelInterner(identity: identity)
    }

    /// - Parameter bytes: one whole payload, and nothing else.
    /// - Parameter source: the name that the delivery gets.
    /// - Throws: where the payload is not JSON, or not of this kind. Single wrong alerts are in the result.
    public mutating func decode(
        _ bytes: [UInt8], as kind: SourceKind, receivedAt: Timestamp, source: String, isAuthenticated: Bool
    ) throws(SourceError) -> DecodedDelivery {
        let alerts = try wholePayload(bytes) { decoder, reader throws(JSONError) in
            try decoder.decodeAlerts(from: &reader, as: kind, receivedAt: receivedAt)
        }
        return alerts.delivery(receivedAt: receivedAt, source: source, isAuthenticated: isAuthenticated)
    }

    /// What a payload holds, with nothing behind it.
    mutating func wholePayload(
        _ bytes: [UInt8],
        _ alerts: (inout SourceDecoder, inout JSONReader) throws(JSONError) -> DecodedAlerts
    ) throws(SourceError) -> DecodedAlerts {
        let result = bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(JSONError) in
                var reader = JSONReader(buffer)
                let alerts = try alerts(&self, &reader)
                try reader.finish()
                return alerts
            }
        }
        switch result {
        case .success(let alerts): return alerts
        case .failure(let error): throw SourceError(error)
        }
    }

    /// Decodes the value at the reader, and leaves the reader behind it.
    mutating func decodeAlerts(
        from reader: inout JSONReader, as kind: SourceKind, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        switch kind {
        case .alertmanager: try decodeWebhook(from: &reader, version: "4", receivedAt: receivedAt)
        case .grafana: try decodeWebhook(from: &reader, version: "1", receivedAt: receivedAt)
        case .alertmanagerAPI: try decodeList(from: &reader, form: .alertList, receivedAt: receivedAt)
        case .pagerduty, .cloudevents: try decodeEvents(from: &reader, as: kind, receivedAt: receivedAt)
        }
    }

    private mutating func decodeWebhook(
        from reader: inout JSONReader, version: StaticString, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        try reader.beginObject()
        var alerts: DecodedAlerts?
        var truncatedAlerts: Int?
        var hasVersion = false
        while let key = try reader.nextKey() {
            switch key {
            case "alerts":
                guard alerts == nil else { throw reader.failure("the webhook has `alerts` twice") }
                alerts = try decodeList(from: &reader, form: .webhook, receivedAt: receivedAt)
            case "truncatedAlerts":
                guard truncatedAlerts == nil else { throw reader.failure("the webhook has `truncatedAlerts` twice") }
                truncatedAlerts = try readCount(from: &reader)
            case "version":
                guard !hasVersion else { throw reader.failure("the webhook has `version` twice") }
                hasVersion = true
                try checkVersion(from: &reader, version)
            default: try reader.skipValue()
            }
        }
        guard var alerts else { throw reader.failure("the webhook has no `alerts`") }
        alerts.truncatedAlerts = truncatedAlerts ?? 0
        return alerts
    }

    private func checkVersion(from reader: inout JSONReader, _ known: StaticString) throws(JSONError) {
        let place = reader
        let version = try reader.readText()
        guard version.equals(known) else {
            throw place.failure("the webhook has version `\(EscapedExcerpt.of(version))`, and only `\(known)` is known")
        }
    }

    private func readCount(from reader: inout JSONReader) throws(JSONError) -> Int {
        if try reader.readNullIfPresent() { return 0 }
        let place = reader
        let count = try reader.readInteger()
        guard count >= 0 else { throw place.failure("`truncatedAlerts` is below zero") }
        return Int(count)
    }

    private mutating func decodeList(
        from reader: inout JSONReader, form: AlertFields.Form, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        var decoded = DecodedAlerts()
        try reader.beginArray()
        while try reader.nextElement() {
            guard try reader.nextKind() == .object else {
                try reader.skipValue()
                decoded.reject("the alert is not an object")
                continue
            }
            let fields = try AlertFields(from: &reader, form: form, interner: &interner)
            switch fields.alert(form: form, receivedAt: receivedAt) {
            case .success(let alert): decoded.alerts.append(alert)
            case .failure(let refusal): decoded.reject(refusal.reason)
            }
        }
        return decoded
    }
}

/// The alerts of a payload, before it is known who sent it and when.
struct DecodedAlerts {
    /// Reasons kept of one delivery; a hostile one could hold millions.
    private static let maximumReasons = 100

    var alerts: [Alert] = []
    var truncatedAlerts = 0
    /// Events that are fine and no alert.
    var passedOverCount = 0
    private var rejected: [RejectedAlert] = []
    private var rejectedCount = 0

    mutating func reject(_ reason: String) {
        if rejected.count < Self.maximumReasons {
            rejected.append(RejectedAlert(index: alerts.count + passedOverCount + rejectedCount, reason: reason))
        }
        rejectedCount += 1
    }

    func delivery(receivedAt: Timestamp, source: String, isAuthenticated: Bool) -> DecodedDelivery {
        DecodedDelivery(
            delivery: Delivery(
                receivedAt: receivedAt, source: source, alerts: alerts, truncatedAlerts: truncatedAlerts,
                isAuthenticated: isAuthenticated),
            rejected: rejected, rejectedCount: rejectedCount, passedOverCount: passedOverCount)
    }
}
