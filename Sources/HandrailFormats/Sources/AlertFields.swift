internal import HandrailCore

/// What one alert of a payload says, while it is being read.
///
/// A field that is wrong spoils only its own alert: `problem` keeps the first reason, and the reading goes on. Only text
/// that is not JSON throws, since nothing after it can be trusted.
struct AlertFields {
    /// The two forms that Alertmanager writes alerts in. Grafana's webhook has the first as well.
    enum Form {
        /// `status` is `firing` or `resolved`.
        case webhook
        /// `status` is an object with a `state`; whether the alert fires follows from `endsAt`.
        case alertList
    }

    private var labels: LabelSet?
    private var annotations: Annotations?
    private var status: Alert.Status?
    private var startsAt: Timestamp?
    private var endsAt: Timestamp?
    private var isSuppressed = false
    private var problem: String?
    private var seen: Keys = []

    private struct Keys: OptionSet {
        let rawValue: UInt8
        static let labels = Keys(rawValue: 1)
        static let annotations = Keys(rawValue: 2)
        static let status = Keys(rawValue: 4)
        static let startsAt = Keys(rawValue: 8)
        static let endsAt = Keys(rawValue: 16)
    }

    /// Reads the object at the reader, and keys of no interest with it.
    init(
        from reader: inout JSONReader, form: Form, interner: inout LabelInterner
    ) throws(JSONError) {
        try reader.beginObject()
        while let key = try reader.nextKey() {
            switch key {
            case "status":
                note(.status)
                try readStatus(from: &reader, form: form)
            case "labels":
                note(.labels)
                labels = accept(try interner.readLabels(from: &reader)) ?? labels
            case "annotations":
                note(.annotations)
                if try !reader.readNullIfPresent() {
                    annotations = accept(try interner.readAnnotations(from: &reader)) ?? annotations
                }
            case "startsAt":
                note(.startsAt)
                startsAt = try readTime("startsAt", from: &reader)
            case "endsAt":
                note(.endsAt)
                endsAt = try readTime("endsAt", from: &reader)
            default: try reader.skipValue()
            }
        }
    }

    /// The alert, or why it cannot be used.
    func alert(form: Form, receivedAt: Timestamp) -> Result<Alert, Refusal> {
        if let problem { return .failure(Refusal(reason: problem)) }
        guard let labels else { return .failure(Refusal(reason: "the alert has no `labels`")) }
        guard let startsAt else { return .failure(Refusal(reason: "the alert has no `startsAt`")) }
        let status: Alert.Status
        switch form {
        case .webhook:
            guard let written = self.status else { return .failure(Refusal(reason: "the alert has no `status`")) }
            status = written
        case .alertList: status = endsAt.map { $0 > receivedAt } ?? true ? .firing : .resolved
        }
        return .success(
            Alert(
                labels: labels, annotations: annotations ?? .none, status: status, startsAt: startsAt, endsAt: endsAt,
                isSuppressedBySource: isSuppressed))
    }

    struct Refusal: Error {
        let reason: String

        static let ownLabel = Refusal(reason: "`\(AlertIdentity.keyLabel)` is a label that only Handrail itself gives")
    }

    // MARK: Fields

    /// A second `labels` could mean another alert to the next program that reads it, so it spoils the alert.
    private mutating func note(_ key: Keys) {
        if !seen.insert(key).inserted { spoil("the alert has a key twice") }
    }

    private mutating func spoil(_ reason: String) {
        if problem == nil { problem = reason }
    }

    private mutating func accept<Value>(_ outcome: LabelInterner.Outcome<Value>) -> Value? {
        switch outcome {
        case .value(let value): return value
        case .refused(let reason):
            spoil(reason)
            return nil
        }
    }

    private mutating func readStatus(from reader: inout JSONReader, form: Form) throws(JSONError) {
        switch form {
        case .webhook: try readFiringOrResolved(from: &reader)
        case .alertList: try readState(from: &reader)
        }
    }

    private mutating func readFiringOrResolved(from reader: inout JSONReader) throws(JSONError) {
        guard let text = try readText("status", from: &reader) else { return }
        switch text {
        case "firing": status = .firing
        case "resolved": status = .resolved
        default: spoil("`status` is `\(EscapedExcerpt.of(text))`, neither `firing` nor `resolved`")
        }
    }

    /// An alert without a `status` is one that nobody had the chance to suppress: Prometheus itself sends such.
    private mutating func readState(from reader: inout JSONReader) throws(JSONError) {
        guard try reader.nextKind() == .object else {
            try reader.skipValue()
            return spoil("`status` is not an object")
        }
        try reader.beginObject()
        var hasState = false
        while let key = try reader.nextKey() {
            guard key.equals("state") else {
                try reader.skipValue()
                continue
            }
            if hasState { spoil("`status` has a key twice") }
            hasState = true
            guard let text = try readText("state", from: &reader) else { continue }
            switch text {
            case "suppressed": isSuppressed = true
            case "active", "unprocessed": isSuppressed = false
            default: spoil("`state` is `\(EscapedExcerpt.of(text))`, which is not a known state")
            }
        }
        if !hasState { spoil("`status` has no `state`") }
    }

    /// Alertmanager writes year 1 where it knows no time; null is taken for that as well.
    private mutating func readTime(_ name: StaticString, from reader: inout JSONReader) throws(JSONError) -> Timestamp?
    {
        if try reader.readNullIfPresent() { return nil }
        guard let text = try readText(name, from: &reader) else { return nil }
        guard let time = text.withBytes({ Timestamp(rfc3339: $0) }) else {
            spoil("`\(name)` is `\(EscapedExcerpt.of(text))`, which is not an RFC 3339 time")
            return nil
        }
        return time == Self.zeroTime ? nil : time
    }

    /// `0001-01-01T00:00:00Z`.
    static let zeroTime = Timestamp(milliseconds: -62_135_596_800_000)

    private mutating func readText(_ name: StaticString, from reader: inout JSONReader) throws(JSONError) -> JSONText? {
        guard try reader.nextKind() == .string else {
            try reader.skipValue()
            spoil("`\(name)` is not a string")
            return nil
        }
        return try reader.readText()
    }
}
