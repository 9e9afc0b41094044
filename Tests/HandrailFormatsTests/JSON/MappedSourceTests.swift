import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("Mapped sources")
struct MappedSourceTests {
    static let event = """
        {"trigger":"Disk full","host":"db-1","severity":"High","message":"99%","id":17,"value":"1","clock":"1795449600"}
        """

    static func source(_ text: String = SampleFiles.source) throws -> MappedSource {
        let loaded = SampleFiles.load([("policies/sources.yaml", text)])
        #expect(loaded.findings.map(\.rendered) == [])
        return try #require(loaded.workspace?.sources.first)
    }

    /// A mapping of one event with one expression in one place.
    static func source(_ place: String, _ expression: String) throws -> MappedSource {
        var alert = ["labels": "{ alertname: event.name }", "status": #"'"firing"'"#]
        alert[place] = expression
        let lines = alert.sorted { $0.key < $1.key }.map { "  \($0.key): \($0.value)" }
        return try source("source: test\nalert:\n" + lines.joined(separator: "\n"))
    }

    static func decode(_ text: String, as source: MappedSource) throws(SourceError) -> DecodedDelivery {
        var decoder = SourceDecoder(identity: AlertIdentity())
        return try decoder.decode(
            Array(text.utf8), as: source, receivedAt: JSONSamples.receivedAt, source: "zabbix", isAuthenticated: true)
    }

    private static func refusal(_ text: String, as source: MappedSource) -> String? {
        do {
            _ = try decode(text, as: source)
            return nil
        } catch {
            return error.message
        }
    }

    @Test func eventsBecomeAlerts() throws {
        let text = #"{"events":[\#(Self.event),{"id":"17","trigger":"Disk full","value":"0","clock":1795449630.5}]}"#
        let decoded = try Self.decode(text, as: Self.source())
        let alerts = decoded.delivery.alerts
        #expect(decoded.rejected == [])
        #expect(alerts.map(\.status) == [.firing, .resolved])
        try #require(alerts.count == 2)
        #expect(
            alerts[0].shownLabels == [
                "__identity__=zabbix/17", "alertname=Disk full", "host=db-1", "severity=high", "team=payments",
            ])
        #expect(alerts[0].shownAnnotations == ["summary=99%"])
        #expect(alerts[0].startsAt == Timestamp(milliseconds: 1_795_449_600_000))
        #expect(alerts[0].endsAt == nil)
        // What is not there is left out, also where something was to be made of it.
        #expect(alerts[1].shownLabels == ["__identity__=zabbix/17", "alertname=Disk full", "team=payments"])
        #expect(alerts[1].startsAt == Timestamp(milliseconds: 1_795_449_630_500))
        #expect(alerts[1].labels.isSameAlert(as: alerts[0].labels))
    }

    @Test func withoutAlertsTheBodyIsOneEventOrAListOfThem() throws {
        let source = try Self.source("annotations", "{ whole: string(size(body)) }")
        #expect(try Self.decode(#"{"name":"A"}"#, as: source).delivery.alerts.map(\.labels.alertname) == ["A"])
        let two = try Self.decode(#"[{"name":"A"},{"name":"B"}]"#, as: source).delivery.alerts
        #expect(two.map(\.labels.alertname) == ["A", "B"])
        #expect(two.map(\.shownAnnotations) == [["whole=2"], ["whole=2"]])
        #expect(two[0].startsAt == JSONSamples.receivedAt)
    }

    @Test func oneWrongEventDoesNotLoseTheOthers() throws {
        let wrong = [
            (#"{"trigger":["a"],"id":"1","value":"1"}"#, "label `alertname` is a value of type list, and not a text"),
            (#"{"trigger":"a","severity":5,"id":"1","value":"1"}"#, nil),
            (
                #"{"trigger":"a","id":"1","value":"1","clock":"noon"}"#,
                "`startsAt` is `\"noon\"`, neither a timestamp, nor an RFC 3339 text, nor seconds since 1970"
            ),
            (#"{"trigger":"a","value":"1"}"#, "`identity` has no value"),
            (#"{"trigger":"a","id":"1"}"#, "`status` has no value"),
        ]
        let events = wrong.map(\.0) + [Self.event]
        let text = #"{"events":[\#(events.joined(separator: ","))]}"#
        let decoded = try Self.decode(text, as: Self.source())
        #expect(decoded.delivery.alerts.count == 1)
        #expect(decoded.rejected.map(\.index) == Array(wrong.indices))
        for (rejected, expected) in zip(decoded.rejected, wrong) {
            if let reason = expected.1 { #expect(rejected.reason == reason) }
        }
        #expect(decoded.rejected[1].reason.hasPrefix("label `severity`: "))
    }

    @Test(arguments: [
        (#""2026-11-23T16:00:42.424Z""#, 1_795_449_642_424), (#""1795449642""#, 1_795_449_642_000),
        ("1795449642", 1_795_449_642_000), ("1795449642.424", 1_795_449_642_424), ("1.795449642e9", 1_795_449_642_000),
        (#""1795449642.5""#, 1_795_449_642_500), (#""2026-11-23T17:00:42+0100""#, 1_795_449_642_000),
    ])
    func timesAreTextsOrSeconds(written: String, milliseconds: Int) throws {
        let text = #"{"name":"A","at":\#(written)}"#
        let alert = try Self.decode(text, as: Self.source("startsAt", "event.at")).delivery.alerts.first
        #expect(alert?.startsAt == Timestamp(milliseconds: Int64(milliseconds)))
    }

    @Test func aTimestampIsATime() throws {
        let source = try Self.source("startsAt", "timestamp(event.at) + duration('1s')")
        let alert = try Self.decode(#"{"name":"A","at":"2026-11-23T16:00:42.424Z"}"#, as: source).delivery.alerts.first
        #expect(alert?.startsAt == Timestamp(milliseconds: 1_795_449_643_424))
    }

    @Test(arguments: ["null", #""""#, "0", #""0""#, #""0001-01-01T00:00:00Z""#, "0.0"])
    func aTimeThatIsNotKnownIsNone(written: String) throws {
        let decoded = try Self.decode(#"{"name":"A","at":\#(written)}"#, as: Self.source("endsAt", "event.at"))
        #expect(decoded.delivery.alerts.map(\.endsAt) == [nil])
    }

    @Test(arguments: [
        "1795449642424", "-1", "1e300", "-1e300", "9223372036854775807", "-9223372036854775808", "18446744073709551615",
        "253402300800", #""nan""#, #""inf""#, #""0x10""#, #""1e9""#, #""-5""#, #""99999999999999999999999""#, "true",
        "[]", "{}", #"".""#,
    ])
    func aTimeThatIsNoneRefusesItsAlert(written: String) throws {
        let decoded = try Self.decode(#"{"name":"A","at":\#(written)}"#, as: Self.source("startsAt", "event.at"))
        #expect(decoded.delivery.alerts.isEmpty)
        #expect(decoded.rejected.count == 1)
    }

    @Test(
        arguments: [
            (#""x""#, "x"), ("5", "5"), ("-5", "-5"), ("95.0", "95"), ("0.5", "0.5"), ("true", "true"), ("null", nil),
            (#""""#, nil), ("1e300", "1e+300"),
        ] as [(String, String?)])
    func plainValuesBecomeTexts(written: String, text: String?) throws {
        let source = try Self.source("annotations", "{ value: event.value }")
        let alert = try Self.decode(#"{"name":"A","value":\#(written)}"#, as: source).delivery.alerts.first
        #expect(alert?.annotations["value"] == text.map { ExactText($0) })
    }

    @Test func anAlertWithoutLabelsIsRefused() throws {
        let decoded = try Self.decode("[{},5,null]", as: Self.source("annotations", "{}"))
        #expect(decoded.delivery.alerts.isEmpty)
        #expect(decoded.rejected.first?.reason == "no label has a value")
    }

    @Test func onlyWhatIsMissingIsLeftOut() throws {
        let source = try Self.source("annotations", #"{ value: 'event.list[0]' }"#)
        #expect(try Self.decode(#"{"name":"A"}"#, as: source).delivery.alerts.count == 1)
        #expect(try Self.decode(#"{"name":"A","list":null}"#, as: source).delivery.alerts.count == 1)
        let decoded = try Self.decode(#"{"name":"A","list":[]}"#, as: source)
        #expect(decoded.rejected.map(\.reason) == ["annotation `value`: there is no element at `0`"])
    }

    @Test func whatCostsTooMuchIsNotLeftOut() throws {
        let expression = #"'string(event.list.all(a, a > 0) && event.?missing.hasValue())'"#
        let source = try Self.source("annotations", "{ value: \(expression) }")
        let list = "[" + Array(repeating: "1", count: 50_000).joined(separator: ",") + "]"
        let decoded = try Self.decode(#"{"name":"A","list":\#(list)}"#, as: source)
        #expect(decoded.rejected.first?.reason == "annotation `value`: the expression costs more than its limit")
    }

    @Test(arguments: [
        ("", "the text ends too early (byte 0)"),
        ("5", "the alerts are a list or an object, and this is a value of type int (byte 0)"),
        (#"{"events":5}"#, "the alerts are a list or an object, and this is a value of type int (byte 0)"),
        ("{}", "`alerts`: there is no `events` (byte 0)"),
        (#"{"events":[],"events":[]}"#, "an object has a name twice (byte 0)"),
        (#"{"events":[]} x"#, "unexpected text after the end of the value (byte 14)"),
        (#"{"events":[1e999]}"#, "the number is out of range (byte 11)"),
    ])
    func aPayloadThatCannotBeReadSaysWhy(text: String, reason: String) throws {
        let source = try text == "5" ? Self.source("annotations", "{}") : Self.source()
        #expect(Self.refusal(text, as: source) == reason)
    }

    @Test func hostileSizesAreDecodedOrRefused() throws {
        let source = try Self.source()
        let long = String(repeating: "\u{202E}", count: 350_000)
        let wide = Self.event.replacing("Disk full", with: long)
        #expect(try Self.decode(#"{"events":[\#(wide)]}"#, as: source).delivery.alerts.count == 1)
        let wrong = try Self.decode(#"{"events":[{"trigger":"a","id":1,"value":"1","clock":"\#(long)"}]}"#, as: source)
        #expect(wrong.rejected.allSatisfy { $0.reason.utf8.count < 1000 && !$0.reason.contains("\u{202E}") })
        let deep = String(repeating: "[", count: 100_000)
        #expect(Self.refusal(deep, as: source) == "nested deeper than 64 (byte 64)")
        let many = "[" + Array(repeating: "[]", count: 2_000_001).joined(separator: ",") + "]"
        #expect(Self.refusal(many, as: source)?.hasPrefix("the document has too many values") == true)
    }

    @Test func aHundredThousandEventsAreDecoded() throws {
        let text = #"{"events":[\#(Array(repeating: Self.event, count: 100_000).joined(separator: ","))]}"#
        #expect(try Self.decode(text, as: Self.source()).delivery.alerts.count == 100_000)
    }

    // MARK: - Recordings

    private static func line(_ more: String, _ body: String) -> String {
        #"{"receivedAt":"2026-11-23T16:00:42.424Z",\#(more)"body":\#(body)}"#
    }

    @Test func aRecordingHoldsAnyKindOfSource() throws {
        let body = #"{"events":[\#(Self.event)]}"#
        let lines = [
            Self.line(#""source":"zabbix","#, body), Self.line(#""source":"old","kind":"zabbix","#, body),
            Self.line(#""source":"grafana","#, EventSamples.grafana),
            Self.line(#""source":"pagerduty","#, EventSamples.trigger),
            Self.line(#""source":"team-a","kind":"pagerduty","#, JSONValue.string(EventSamples.trigger).text()),
            #"{"body":\#(EventSamples.cloudEvent),"kind":"cloudevents","receivedAt":"2026-11-23T16:00:42Z"}"#,
            Self.line(#""kind":"zabix","#, body), Self.line(#""kind":"zabbix","kind":"zabbix","#, body),
            Self.line(#""source":"pagerduty","kind":"zabbix","#, body),
        ]
        let bytes = Array(lines.joined(separator: "\n").utf8)
        let items = Array(RecordingLines(bytes: bytes, mappedSources: [try Self.source()]))
        let seen = items.map { item in
            switch item {
            case .delivery(let decoded, let line): "\(line) \(decoded.delivery.source) \(decoded.delivery.alerts.count)"
            case .invalidLine(let line, let reason): "\(line) \(reason)"
            }
        }
        #expect(
            seen == [
                "1 zabbix 1", "2 old 1", "3 grafana 2", "4 pagerduty 1", "5 team-a 1", "6 cloudevents 1",
                "7 `zabix` is neither a kind of source nor a mapped source (byte 48)",
                "8 the line has `kind` twice (byte 64)", "9 pagerduty 1",
            ])
    }
}
