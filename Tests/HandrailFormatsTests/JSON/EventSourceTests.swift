import HandrailCore
import Testing

@testable import HandrailFormats

/// Payloads as the sources' own documentation shows them.
enum EventSamples {
    static let grafana = """
        {"receiver":"My Super Webhook","status":"firing","orgId":1,"alerts":[\
        {"status":"firing","labels":{"alertname":"High memory usage","team":"blue","zone":"us-1"},\
        "annotations":{"description":"The system has high memory usage","runbook_url":"https://r.example/1"},\
        "startsAt":"2026-11-23T15:51:40.218Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"https://g.example",\
        "fingerprint":"c6eadffa33fcdf37","silenceURL":"https://g.example/silence/new","dashboardURL":"","panelURL":"",\
        "values":{"B":44.23943737541908,"C":1},"valueString":"[ var='B' value=44.2 ]","orgId":1},\
        {"status":"resolved","labels":{"alertname":"High CPU usage","team":"blue","zone":"eu-1"},"annotations":{},\
        "startsAt":"2026-11-23T15:40:00Z","endsAt":"2026-11-23T15:59:00Z","fingerprint":"bc97ff14869b13e3",\
        "values":null}],"groupLabels":{"team":"blue"},"commonLabels":{"team":"blue"},"commonAnnotations":{},\
        "externalURL":"https://g.example/","version":"1","groupKey":"{}:{team=\\"blue\\"}","truncatedAlerts":2,\
        "title":"[FIRING:1]","state":"alerting","message":"**Firing**"}
        """

    static let routingKey = "R03E8VJ2A1B2C3D4E5F60718293A4B5C"

    static let trigger = """
        {"payload":{"summary":"DISK at 99% on machine prod-datapipe03.example.com",\
        "timestamp":"2026-11-23T15:42:58.315+0000","severity":"critical","source":"prod-datapipe03.example.com",\
        "component":"mysql","group":"prod-datapipe","class":"disk",\
        "custom_details":{"free space":"1%","ping time":1500,"load avg":0.75,"paged":true,"trend":[1,2],"no":null}},\
        "routing_key":"\(routingKey)","dedup_key":"samplekeyhere",\
        "images":[{"src":"https://p.example/x.png","href":"https://p.example","alt":"a"}],\
        "links":[{"href":"https://p.example/graph","text":"Graph"}],\
        "event_action":"trigger","client":"Sample Monitoring Service","client_url":"https://monitoring.example.com"}
        """

    static func pagerDuty(_ action: String, key: String? = "samplekeyhere", routing: String = routingKey) -> String {
        let dedup = key.map { #","dedup_key":"\#($0)""# } ?? ""
        return #"{"routing_key":"\#(routing)","event_action":"\#(action)"\#(dedup)}"#
    }

    static let cloudEvent = """
        {"specversion":"1.0","type":"com.example.disk.full","source":"/storage/eu-1","subject":"volume-7",\
        "id":"C234-1234-1234","time":"2026-11-23T15:31:00Z","tenant":"blue","traceparent":"00-4bf9-01","retries":3,\
        "datacontenttype":"application/json","data":{"used":99}}
        """

    static func cloudAlert(_ status: String, id: String = "1", more: String = "") -> String {
        """
        {"specversion":"1.0","type":"alert","source":"/storage","id":"\(id)","traceparent":"\(id)"\(more),\
        "data":{"status":"\(status)","labels":{"alertname":"DiskFull","volume":"7"},"annotations":{"summary":"full"}}}
        """
    }
}

extension DecodedDelivery {
    fileprivate var only: Alert? { delivery.alerts.count == 1 ? delivery.alerts.first : nil }
    fileprivate var reasons: [String] { rejected.map(\.reason) }
}

extension Alert {
    /// `name=value`, by the bytes of the names.
    var shownLabels: [String] { labels.labels.map { "\($0.name)=\($0.value)" } }
    var shownAnnotations: [String] { annotations.entries.map { "\($0.name)=\($0.value)" } }
}

@Suite("Grafana's webhook")
struct GrafanaTests {
    @Test func itIsReadLikeAlertmanagers() throws {
        let delivery = try JSONSamples.decode(EventSamples.grafana, as: .grafana).delivery
        #expect(delivery.alerts.map(\.status) == [.firing, .resolved])
        #expect(delivery.alerts[0].shownLabels == ["alertname=High memory usage", "team=blue", "zone=us-1"])
        #expect(delivery.alerts[0].annotations["runbook_url"] == "https://r.example/1")
        #expect(delivery.alerts[0].endsAt == nil)
        #expect(delivery.alerts[1].endsAt == Timestamp(rfc3339: "2026-11-23T15:59:00Z"))
        #expect(delivery.truncatedAlerts == 2)
    }

    @Test func theVersionsAreNotMixedUp() {
        #expect(
            JSONSamples.refusal(of: EventSamples.grafana)
                == "the webhook has version `1`, and only `4` is known (byte \(offset(of: "\"1\",\"groupKey"))"
                + ")")
        #expect(JSONSamples.refusal(of: JSONSamples.webhook, as: .grafana)?.contains("only `1` is known") == true)
    }

    @Test func aLabelOfOursIsRefused() throws {
        let alert = JSONSamples.alert(labels: #"{"alertname":"A","__identity__":"pagerduty/-/x"}"#)
        let decoded = try JSONSamples.decode(#"{"version":"1","alerts":[\#(alert)]}"#, as: .grafana)
        #expect(decoded.reasons == ["`__identity__` is a label that only Handrail itself gives"])
    }

    private func offset(of part: String) -> Int {
        let text = Array(EventSamples.grafana.utf8)
        return text.indices.first { text[$0...].starts(with: part.utf8) } ?? -1
    }
}

@Suite("PagerDuty's events")
struct PagerDutyTests {
    private static func decode(_ text: String) throws -> DecodedDelivery {
        try JSONSamples.decode(text, as: .pagerduty)
    }

    @Test func aTriggerIsAFiringAlert() throws {
        let alert = try #require(try Self.decode(EventSamples.trigger).only)
        #expect(alert.status == .firing)
        #expect(
            alert.shownLabels.filter { !$0.hasPrefix("__") } == [
                "alertname=disk", "class=disk", "component=mysql", "dedup_key=samplekeyhere", "free space=1%",
                "group=prod-datapipe", "load avg=0.75", "paged=true", "ping time=1500", "severity=critical",
                "source=prod-datapipe03.example.com",
            ])
        #expect(
            alert.shownAnnotations == [
                "summary=DISK at 99% on machine prod-datapipe03.example.com", "client=Sample Monitoring Service",
                "client_url=https://monitoring.example.com", "link=https://p.example/graph",
            ])
        #expect(alert.startsAt == Timestamp(rfc3339: "2026-11-23T15:42:58.315Z"))
        #expect(alert.endsAt == nil)
    }

    @Test func aResolveOfTheKeyAloneFindsItsTrigger() throws {
        let trigger = try #require(try Self.decode(EventSamples.trigger).only)
        let resolve = try #require(try Self.decode(EventSamples.pagerDuty("resolve")).only)
        #expect(resolve.status == .resolved)
        #expect(resolve.labels.fingerprint == trigger.labels.fingerprint)
        #expect(resolve.labels.isSameAlert(as: trigger.labels) && trigger.labels.isSameAlert(as: resolve.labels))
        #expect(resolve.startsAt >= trigger.startsAt)
        let other = try #require(try Self.decode(EventSamples.pagerDuty("resolve", key: "another")).only)
        #expect(!other.labels.isSameAlert(as: trigger.labels))
    }

    @Test func theEngineEndsTheAlertByTheResolve() throws {
        var engine = Engine(workspace: Workspace())
        var decoder = SourceDecoder(identity: AlertIdentity())
        for (seconds, text) in [
            (0, EventSamples.trigger), (5, EventSamples.pagerDuty("acknowledge")),
            (10, EventSamples.pagerDuty("resolve")),
        ] {
            let decoded = try decoder.decode(
                Array(text.utf8), as: .pagerduty, receivedAt: JSONSamples.receivedAt + .seconds(seconds),
                source: "pagerduty", isAuthenticated: true)
            engine.receive(decoded.delivery) { _ in }
        }
        #expect(engine.counters.episodes == 1)
        #expect(engine.counters.ended == 1)
        #expect(engine.counters.resolvedUnseen == 0)
    }

    @Test func integrationsWithTheSameKeysStayApart() throws {
        let other = "R0ZZZZZZZZZZZZZZZZZZZZZZZZZZZZZZ"
        let trigger = try #require(try Self.decode(EventSamples.trigger).only)
        let resolve = try #require(try Self.decode(EventSamples.pagerDuty("resolve", routing: other)).only)
        #expect(!resolve.labels.isSameAlert(as: trigger.labels))
    }

    /// Neither as it is nor, where it is so short that it could be guessed, as a hash.
    @Test func theRoutingKeyIsNowhere() throws {
        for key in [EventSamples.routingKey, "secret"] {
            for text in [
                EventSamples.trigger, EventSamples.pagerDuty("resolve"), EventSamples.pagerDuty("resolve", key: nil),
                EventSamples.pagerDuty("nonsense"), EventSamples.pagerDuty("trigger"),
            ] {
                let text = text.split(separator: EventSamples.routingKey).joined(separator: key)
                let decoded = try Self.decode(text)
                let seen = decoded.reasons + decoded.delivery.alerts.flatMap { $0.shownLabels + $0.shownAnnotations }
                #expect(!seen.isEmpty && !seen.contains { $0.contains(key) })
            }
        }
        let first = try Self.decode(EventSamples.pagerDuty("resolve", routing: "secret")).only
        let second = try Self.decode(EventSamples.pagerDuty("resolve", routing: "guess")).only
        #expect(first?.labels == second?.labels)
    }

    @Test func anAcknowledgementIsCountedAndNoAlert() throws {
        let decoded = try Self.decode(EventSamples.pagerDuty("acknowledge"))
        #expect(decoded.delivery.alerts.isEmpty)
        #expect(decoded.passedOverCount == 1)
        #expect(decoded.rejectedCount == 0)
    }

    @Test func withoutAClassTheSummaryIsTheName() throws {
        let alert = try Self.decode(
            #"{"event_action":"trigger","payload":{"summary":"it burns","source":"web","severity":"info"}}"#
        ).only
        #expect(alert?.labels.alertname == "it burns")
        #expect(alert?.shownLabels == ["alertname=it burns", "severity=info", "source=web"])
        #expect(alert?.startsAt == JSONSamples.receivedAt)
    }

    @Test func whatIsTriggeredHasNotBegunLater() throws {
        let alert = try Self.decode(
            #"{"event_action":"trigger","payload":{"summary":"s","source":"w","severity":"info","#
                + #""timestamp":"2030-01-01T00:00:00Z"}}"#
        ).only
        #expect(alert?.startsAt == JSONSamples.receivedAt)
    }

    @Test(arguments: [
        ("{}", "the event has no `event_action`"),
        (#"{"event_action":5}"#, "`event_action` is not a string"),
        (
            #"{"event_action":"page\u0007"}"#,
            "`event_action` is `page\\u{7}`, none of `trigger`, `acknowledge` and `resolve`"
        ),
        (#"{"event_action":"resolve"}"#, "the event has no `dedup_key`"),
        (#"{"event_action":"resolve","dedup_key":""}"#, "the event has no `dedup_key`"),
        (#"{"event_action":"resolve","dedup_key":"a","dedup_key":"b"}"#, "the event has `dedup_key` twice"),
        (#"{"event_action":"resolve","dedup_key":"a","dedup\u005fkey":"b"}"#, "the event has `dedup_key` twice"),
        (#"{"event_action":"trigger"}"#, "the event has no `payload`"),
        (#"{"event_action":"trigger","payload":[]}"#, "`payload` is not an object"),
        (#"{"event_action":"trigger","payload":{}}"#, "`payload` has no `summary`"),
        (#"{"event_action":"trigger","payload":{"summary":"s","severity":"info"}}"#, "`payload` has no `source`"),
        (#"{"event_action":"trigger","payload":{"summary":"s"}}"#, "`payload` has no `severity`"),
        (
            #"{"event_action":"trigger","payload":{"summary":"s","source":"x","severity":"fatal"}}"#,
            "`severity` is `fatal`, none of `critical`, `error`, `warning` and `info`"
        ),
        (
            #"{"event_action":"trigger","payload":{"summary":"s","source":"x","severity":"info","timestamp":"now"}}"#,
            "`timestamp` is `now`, which is not an RFC 3339 time"
        ),
        (
            #"{"event_action":"trigger","payload":{"summary":"s","source":"x","severity":"info","#
                + #""custom_details":{"__identity__":"pagerduty/-/other"}}}"#,
            "`__identity__` is a label that only Handrail itself gives"
        ),
    ])
    func anEventThatCannotBeUsedSaysWhy(text: String, reason: String) throws {
        let decoded = try Self.decode(text)
        #expect(decoded.delivery.alerts.isEmpty)
        #expect(decoded.rejected == [RejectedAlert(index: 0, reason: reason)])
    }

    @Test func aListIsNoEvent() {
        #expect(JSONSamples.refusal(of: "[\(EventSamples.trigger)]", as: .pagerduty) == "expected an object (byte 0)")
        #expect(JSONSamples.refusal(of: EventSamples.trigger + "x", as: .pagerduty)?.isEmpty == false)
    }
}

@Suite("CloudEvents")
struct CloudEventTests {
    private static func decode(_ text: String) throws -> DecodedDelivery {
        try JSONSamples.decode(text, as: .cloudevents)
    }

    @Test func anEventIsAnAlertOfItsAttributes() throws {
        let alert = try #require(try Self.decode(EventSamples.cloudEvent).only)
        #expect(alert.status == .firing)
        #expect(
            alert.shownLabels == [
                "alertname=com.example.disk.full", "source=/storage/eu-1", "subject=volume-7", "tenant=blue",
            ])
        #expect(alert.shownAnnotations == ["id=C234-1234-1234", "traceparent=00-4bf9-01"])
        #expect(alert.startsAt == Timestamp(rfc3339: "2026-11-23T15:31:00Z"))
    }

    @Test func dataThatIsAnAlertSpeaksForItself() throws {
        let alert = try #require(try Self.decode(EventSamples.cloudAlert("firing", more: #","subject":"s""#)).only)
        #expect(alert.shownLabels == ["alertname=DiskFull", "source=/storage", "subject=s", "volume=7"])
        #expect(alert.annotations["summary"] == "full")
        let bare = try #require(
            try Self.decode(#"{"specversion":"1.0","type":"t","source":"s","id":"1","data":{"status":"resolved"}}"#)
                .only)
        #expect(bare.status == .resolved)
        #expect(bare.shownLabels == ["alertname=t", "source=s"])
    }

    @Test func aResolveFindsItsTriggerWhateverItsTraceSays() throws {
        let batch = "[\(EventSamples.cloudAlert("firing")),\(EventSamples.cloudAlert("resolved", id: "2"))]"
        let alerts = try Self.decode(batch).delivery.alerts
        #expect(alerts.map(\.status) == [.firing, .resolved])
        #expect(alerts[0].labels.isSameAlert(as: alerts[1].labels))
        #expect(alerts[1].startsAt == JSONSamples.receivedAt)
    }

    @Test(arguments: [
        ("5", "the event is not an object"),
        ("{}", "the event has no `specversion`"),
        (#"{"specversion":"0.3"}"#, "`specversion` is `0.3`, and only `1.0` is known"),
        (#"{"specversion":"1.0","type":"t","source":"s"}"#, "the event has no `id`"),
        (#"{"specversion":"1.0","id":"1","source":"s"}"#, "the event has no `type`"),
        (#"{"specversion":"1.0","id":"1","type":"t"}"#, "the event has no `source`"),
        (
            #"{"specversion":"1.0","id":"1","type":"t","source":"s","data":{"status":"ok"}}"#,
            "`status` is `ok`, neither `firing` nor `resolved`"
        ),
        (
            #"{"specversion":"1.0","id":"1","type":"t","source":"s","data":{"labels":{"a":1}}}"#,
            "`a` in `labels` is not a string"
        ),
        (
            #"{"specversion":"1.0","id":"1","type":"t","source":"s","data":{"labels":{"a":"1","a":"2"}}}"#,
            "`labels` has `a` twice"
        ),
        (
            #"{"specversion":"1.0","id":"1","type":"t","source":"s","data":{"labels":{"__identity__":"x"}}}"#,
            "`__identity__` is a label that only Handrail itself gives"
        ),
        (
            #"{"specversion":"1.0","id":"1","type":"t","source":"s","time":"x"}"#,
            "`time` is `x`, which is not an RFC 3339 time"
        ),
        (#"{"specversion":"1.0","id":"1","type":"t","source":"s","data":1e999}"#, "the number is out of range"),
    ])
    func oneWrongEventDoesNotLoseTheOthers(wrong: String, reason: String) throws {
        let decoded = try Self.decode("[\(EventSamples.cloudEvent),\(wrong),\(EventSamples.cloudEvent)]")
        #expect(decoded.delivery.alerts.count == 2)
        #expect(decoded.rejected == [RejectedAlert(index: 1, reason: reason)])
    }

    @Test func anEmptyBatchIsFine() throws {
        #expect(try Self.decode("[]").delivery.alerts.isEmpty)
        #expect(JSONSamples.refusal(of: "5", as: .cloudevents) != nil)
    }

    @Test func aBatchOfAHundredThousandIsDecoded() throws {
        let batch = "[" + Array(repeating: EventSamples.cloudEvent, count: 100_000).joined(separator: ",") + "]"
        #expect(try Self.decode(batch).delivery.alerts.count == 100_000)
    }
}
