internal import HandrailCore

/// An object of an event by the names of its members, none of which occurs twice.
struct EventObject {
    typealias Refusal = AlertFields.Refusal

    /// In the order of the source.
    let members: [JSONValue.Member]
    /// Such as `the event`, for messages.
    private let what: String
    private let places: [ExactText: Int]

    init(parsing bytes: UnsafeBufferPointer<UInt8>, _ what: String, maximumValues: Int) throws(Refusal) {
        let value: JSONValue
        do {
            value = try JSONValue(parsing: bytes, maximumValues: maximumValues)
        } catch {
            throw Refusal(reason: error.message)
        }
        guard case .object(let members) = value else { throw Refusal(reason: "\(what) is not an object") }
        try self.init(members, what)
    }

    /// A second `status` could mean another alert to the next program that reads it.
    init(_ members: [JSONValue.Member], _ what: String) throws(Refusal) {
        var places: [ExactText: Int] = [:]
        for (place, member) in members.enumerated()
        where places.updateValue(place, forKey: ExactText(member.name)) != nil {
            throw Refusal(reason: "\(what) has `\(EscapedExcerpt.of(member.name))` twice")
        }
        self.members = members
        self.what = what
        self.places = places
    }

    /// Nil where there is none, and for null.
    subscript(name: ExactText) -> JSONValue? {
        guard let place = places[name], members[place].value != .null else { return nil }
        return members[place].value
    }

    func object(_ name: ExactText) throws(Refusal) -> EventObject? {
        guard let value = self[name] else { return nil }
        guard case .object(let members) = value else { throw Refusal(reason: "`\(name)` is not an object") }
        return try EventObject(members, "`\(name)`")
    }

    /// Nil where there is none, or an empty one.
    func text(_ name: ExactText) throws(Refusal) -> String? {
        guard let value = self[name] else { return nil }
        guard case .string(let text) = value else { throw Refusal(reason: "`\(name)` is not a string") }
        return text.utf8.isEmpty ? nil : text
    }

    func required(_ name: ExactText) throws(Refusal) -> String {
        guard let text = try text(name) else { throw Refusal(reason: "\(what) has no `\(name)`") }
        return text
    }

    /// Nil where there is none, and for the year 1, which Go programs write where they know no time.
    func time(_ name: ExactText) throws(Refusal) -> Timestamp? {
        guard let text = try text(name) else { return nil }
        guard let time = EventTime.parse(text) else {
            throw Refusal(reason: "`\(name)` is `\(EscapedExcerpt.of(text))`, which is not an RFC 3339 time")
        }
        return time == AlertFields.zeroTime ? nil : time
    }

    /// `firing` or `resolved`; nil where there is none.
    func status(_ name: ExactText) throws(Refusal) -> Alert.Status? {
        guard let text = try text(name) else { return nil }
        guard let status = Alert.Status(rawValue: text) else {
            throw Refusal(reason: "`\(name)` is `\(EscapedExcerpt.of(text))`, neither `firing` nor `resolved`")
        }
        return status
    }
}

/// Times as senders of events write them.
enum EventTime {
    /// RFC 3339, also with an offset without its colon: PagerDuty's own example has one.
    static func parse(_ text: String) -> Timestamp? {
        if let time = Timestamp(rfc3339: text) { return time }
        guard 24...64 ~= text.utf8.count else { return nil }
        var bytes = Array(text.utf8)
        let sign = bytes[bytes.count - 5]
        guard sign == ASCII.plus || sign == ASCII.minus else { return nil }
        bytes.insert(ASCII.colon, at: bytes.count - 2)
        return Timestamp(rfc3339: String(decoding: bytes, as: UTF8.self))
    }
}

/// The labels, or annotations, of an alert while it is being put together; of equal names the first counts.
struct LabelDraft {
    private(set) var entries: [Label] = []

    mutating func add(_ name: ExactText, _ value: String?) {
        guard let value, !value.utf8.isEmpty else { return }
        entries.append(Label(name: name, value: ExactText(value)))
    }

    /// What a source calls as it likes.
    mutating func addForeign(_ name: String, _ value: String?) throws(AlertFields.Refusal) {
        guard !name.utf8.isEmpty else { return }
        let name = ExactText(name)
        guard name != AlertIdentity.keyLabel else { throw .ownLabel }
        add(name, value)
    }

    func labels(_ identity: AlertIdentity) throws(AlertFields.Refusal) -> LabelSet {
        guard entries.count <= LabelInterner.maximumLabels else {
            throw AlertFields.Refusal(reason: "the alert has more than \(LabelInterner.maximumLabels) labels")
        }
        return LabelSet(entries, identity: identity)
    }

    var annotations: Annotations { entries.isEmpty ? .none : Annotations(entries) }
}
