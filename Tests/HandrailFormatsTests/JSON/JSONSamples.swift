import HandrailCore

@testable import HandrailFormats

/// Documents and helpers that the tests of the JSON side share.
enum JSONSamples {
    static let receivedAt = Timestamp(milliseconds: 1_795_449_642_424)

    static let webhook = """
        {"receiver":"grouped","status":"firing","alerts":[\
        {"status":"firing","labels":{"alertname":"InstanceDown","instance":"127.0.0.1:18104","severity":"critical"},\
        "annotations":{"summary":"web target is \\"down\\""},"startsAt":"2026-11-23T16:00:41.418Z",\
        "endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://127.0.0.1:19090/graph","fingerprint":"046d887bb003d577"},\
        {"status":"resolved","labels":{"alertname":"BackendDown","server":"b4"},"annotations":{},\
        "startsAt":"2026-11-23T15:59:41.418Z","endsAt":"2026-11-23T16:00:41.418Z"}],\
        "groupLabels":{"alertname":"InstanceDown"},"commonLabels":{},"commonAnnotations":{},\
        "externalURL":"http://127.0.0.1:19093","version":"4","groupKey":"{}/{}:{alertname=\\"InstanceDown\\"}",\
        "truncatedAlerts":7}
        """

    static let alertList = """
        [{"annotations":{"summary":"s"},"endsAt":"2026-11-23T16:04:41.418Z","fingerprint":"046d887bb003d577",\
        "receivers":[{"name":"grouped"}],"startsAt":"2026-11-23T16:00:41.418Z",\
        "status":{"inhibitedBy":[],"silencedBy":["f00"],"state":"suppressed"},"updatedAt":"2026-11-23T16:00:41.421Z",\
        "generatorURL":"http://127.0.0.1:19090/graph","labels":{"alertname":"InstanceDown"}},\
        {"annotations":{},"endsAt":"2026-11-23T16:00:42.424Z","startsAt":"2026-11-23T15:00:41.418Z",\
        "status":{"inhibitedBy":[],"silencedBy":[],"state":"active"},"labels":{"alertname":"BackendDown"}}]
        """

    /// Every kind of value, escape, number and white space.
    static let everything = """
        {"a" : [1, -0, 0.5, 1e3, -1.25E-2, true, false, null, "", "x"],\t"é": {"\\u00e9\\n\\"\\\\\\/": "\u{1F600}"},
        "pair": "\\uD83D\\uDE00", "deep": [[[{"k": [{}, []]}]]], "big": 9223372036854775807}
        """

    static func alert(
        status: String = "\"firing\"", labels: String = #"{"alertname":"A"}"#,
        startsAt: String = #""2026-11-23T16:00:41Z""#, more: String = ""
    ) -> String {
        #"{"status":\#(status),"labels":\#(labels),"startsAt":\#(startsAt)\#(more)}"#
    }

    static func webhook(of alerts: [String]) -> String {
        #"{"version":"4","alerts":["# + alerts.joined(separator: ",") + "]}"
    }

    static func decode(
        _ text: String, as kind: SourceKind = .alertmanager
    ) throws(SourceError) -> DecodedDelivery {
        var decoder = SourceDecoder(identity: AlertIdentity())
        return try decoder.decode(
            Array(text.utf8), as: kind, receivedAt: receivedAt, source: "test", isAuthenticated: true)
    }

    static func refusal(of text: String, as kind: SourceKind = .alertmanager) -> String? {
        do {
            _ = try decode(text, as: kind)
            return nil
        } catch {
            return error.message
        }
    }

    /// Why the reader does not accept these bytes as one JSON text, or nil where it does.
    static func problem(of bytes: [UInt8]) -> JSONError? {
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(JSONError) {
                try reader.skipValue()
                try reader.finish()
                return nil
            } catch {
                return error
            }
        }
    }
}

/// Random numbers that are the same in every run with the same seed.
struct JSONTestRandom: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// A few changes of the kinds that find mistakes in parsers: flipped, dropped, doubled, moved and swapped pieces.
    mutating func mutated(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...3, using: &self) {
            guard !bytes.isEmpty else { return bytes }
            let place = Int.random(in: 0..<bytes.count, using: &self)
            let end = min(bytes.count, place + Int.random(in: 1...6, using: &self))
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &self)
            case 1: bytes[place] = Self.structural.randomElement(using: &self) ?? 0
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
            case 4: bytes.removeSubrange(place...)
            default: bytes.insert(contentsOf: Self.pieces.randomElement(using: &self) ?? [], at: place)
            }
        }
        return bytes
    }

    private static let structural = Array("{}[]\",:\\0123456789eE+-.tfn \n\t\u{0}".utf8)

    private static let pieces: [[UInt8]] =
        [
            "null", "true", "0", "-", "1e9", "\\u0000", "\\ud800", "\\udc00", "\\uD83D\\uDE00", "\"", "{}", "[]", ",",
            "{\"a\":", "[[", "é", "\u{2028}", "\u{202E}",
        ].map { Array($0.utf8) } + [
            [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF5], [0x80], [0xE2, 0x82], [0xEF, 0xBB, 0xBF],
        ]
}
