internal import HandrailCore

/// Turns one line of a recording into a delivery.
///
/// Two forms are read: ours, `{"receivedAt", "source", "kind"?, "headers"?, "authenticated"?, "body"}`, and the lab's,
/// with `received_at` and `path`. The body is the payload as it was received, or a string that holds its text. A line
/// that does not say otherwise counts as authenticated.
///
/// How the body is read is said by `kind`, else by `source` if that is the name of a kind or of a mapped source, else by
/// its shape: an object is Alertmanager's webhook, an array its alert list.
struct RecordingLineDecoder {
    private var decoder: SourceDecoder
    private let mappedSources: [MappedSource]

    init(identity: AlertIdentity, mappedSources: [MappedSource] = []) {
        decoder = SourceDecoder(identity: identity)
        self.mappedSources = mappedSources
    }

    /// How a body is read.
    private enum Form: Equatable {
        case kind(SourceKind)
        /// By the place among `mappedSources`.
        case mapped(Int)
    }

    var interner: LabelInterner { decoder.interner }

    /// What a line says, except its body.
    private struct Line {
        var receivedAt: Timestamp?
        var source: String?
        var path: String?
        /// What `kind` says.
        var form: Form?
        var isAuthenticated: Bool?
        /// A reader that stands at the body.
        var body: JSONReader?
        /// The body's alerts, if it was clear how to decode it when it came by.
        var alerts: DecodedAlerts?
        var decodedAs: Form?
    }

    mutating func decode(_ bytes: UnsafeBufferPointer<UInt8>) throws(JSONError) -> DecodedDelivery {
        var reader = JSONReader(bytes)
        var line = Line()
        try reader.beginObject()
        while let key = try reader.nextKey() {
            try read(key, from: &reader, into: &line)
        }
        try reader.finish()
        return try delivery(from: line, end: reader)
    }

    private mutating func read(
        _ key: JSONText, from reader: inout JSONReader, into line: inout Line
    ) throws(JSONError) {
        switch key {
        case "receivedAt", "received_at":
            guard line.receivedAt == nil else { throw reader.failure("the line says twice when it was received") }
            line.receivedAt = try readTime(from: &reader)
        case "source":
            guard line.source == nil else { throw reader.failure("the line has `source` twice") }
            line.source = try readName(from: &reader)
        case "path":
            guard line.path == nil else { throw reader.failure("the line has `path` twice") }
            line.path = try readName(from: &reader)
        case "kind":
            guard line.form == nil else { throw reader.failure("the line has `kind` twice") }
            line.form = try readForm(from: &reader)
        case "authenticated":
            guard line.isAuthenticated == nil else { throw reader.failure("the line has `authenticated` twice") }
            line.isAuthenticated = try reader.readBool()
        case "body":
            guard line.body == nil else { throw reader.failure("the line has `body` twice") }
            try readBody(from: &reader, into: &line)
        default: try reader.skipValue()
        }
    }

    /// Decodes the body at once where the line has already said enough; otherwise it is visited again at the end.
    private mutating func readBody(from reader: inout JSONReader, into line: inout Line) throws(JSONError) {
        let shape = try reader.nextKind()
        line.body = reader
        guard let receivedAt = line.receivedAt, shape != .string, let form = form(of: line, shape: shape) else {
            return try reader.skipValue()
        }
        line.alerts = try decodeAlerts(from: &reader, as: form, receivedAt: receivedAt)
        line.decodedAs = form
    }

    private mutating func delivery(from line: Line, end: JSONReader) throws(JSONError) -> DecodedDelivery {
        guard let receivedAt = line.receivedAt else { throw end.failure("the line has no `receivedAt`") }
        guard var body = line.body else { throw end.failure("the line has no `body`") }
        let (alerts, form) =
            try body.nextKind() == .string
            ? try decodeText(of: &body, line: line, receivedAt: receivedAt)
            : try decodeInPlace(&body, line: line, receivedAt: receivedAt)
        return alerts.delivery(
            receivedAt: receivedAt, source: line.source ?? line.path ?? name(of: form),
            isAuthenticated: line.isAuthenticated ?? true)
    }

    private mutating func decodeInPlace(
        _ body: inout JSONReader, line: Line, receivedAt: Timestamp
    ) throws(JSONError) -> (DecodedAlerts, Form) {
        guard let form = form(of: line, shape: try body.nextKind()) else {
            throw body.failure("`body` is neither a webhook nor a list of alerts")
        }
        if let alerts = line.alerts, line.decodedAs == form { return (alerts, form) }
        return (try decodeAlerts(from: &body, as: form, receivedAt: receivedAt), form)
    }

    private mutating func decodeAlerts(
        from reader: inout JSONReader, as form: Form, receivedAt: Timestamp
    ) throws(JSONError) -> DecodedAlerts {
        switch form {
        case .kind(let kind): try decoder.decodeAlerts(from: &reader, as: kind, receivedAt: receivedAt)
        case .mapped(let place):
            try decoder.decodeAlerts(from: &reader, as: mappedSources[place], receivedAt: receivedAt)
        }
    }

    private mutating func decodeText(
        of body: inout JSONReader, line: Line, receivedAt: Timestamp
    ) throws(JSONError) -> (DecodedAlerts, Form) {
        let place = body
        let result = try body.readText().withBytes { bytes in
            Result { () throws(JSONError) in
                var reader = JSONReader(bytes)
                let inner = try decodeInPlace(&reader, line: line, receivedAt: receivedAt)
                try reader.finish()
                return inner
            }
        }
        switch result {
        case .success(let inner): return inner
        case .failure(let error): throw place.failure("the text in `body`: \(error)")
        }
    }

    private func form(of line: Line, shape: JSONReader.Kind) -> Form? {
        if let form = line.form { return form }
        if let source = line.source, let form = form(source) { return form }
        switch shape {
        case .object: return .kind(.alertmanager)
        case .array: return .kind(.alertmanagerAPI)
        case .string, .number, .bool, .null: return nil
        }
    }

    private func form(_ name: String) -> Form? {
        if let kind = SourceKind(rawValue: name) { return .kind(kind) }
        return mappedSources.firstIndex { $0.name.hasSameBytes(as: name) }.map { .mapped($0) }
    }

    private func name(of form: Form) -> String {
        switch form {
        case .kind(let kind): kind.rawValue
        case .mapped(let place): mappedSources[place].name
        }
    }

    /// A kind that is not known must not be taken for another one by the shape of its body.
    private func readForm(from reader: inout JSONReader) throws(JSONError) -> Form {
        let place = reader
        let text = try reader.readText()
        guard text.count <= 200, let form = form(text.string) else {
            throw place.failure("`\(EscapedExcerpt.of(text))` is neither a kind of source nor a mapped source")
        }
        return form
    }

    private func readTime(from reader: inout JSONReader) throws(JSONError) -> Timestamp {
        let place = reader
        let text = try reader.readText()
        guard let time = text.withBytes({ Timestamp(rfc3339: $0) }) else {
            throw place.failure("`\(EscapedExcerpt.of(text))` is not an RFC 3339 time")
        }
        return time
    }

    /// A source's name, or a path without the slash that it begins with. Nil where that is empty.
    private func readName(from reader: inout JSONReader) throws(JSONError) -> String? {
        let place = reader
        let text = try reader.readText()
        guard text.count <= 200 else { throw place.failure("the source's name is longer than 200 bytes") }
        let name = text.string.drop { $0 == "/" }
        return name.isEmpty ? nil : String(name)
    }
}
