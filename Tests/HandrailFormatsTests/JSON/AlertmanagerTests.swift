import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("Alertmanager's webhook")
struct AlertmanagerWebhookTests {
    @Test func everyAlertOfAGroupSpeaksForItself() throws {
        let decoded = try JSONSamples.decode(JSONSamples.webhook)
        let delivery = decoded.delivery
        #expect(decoded.rejected.isEmpty)
        #expect(delivery.alerts.map(\.status) == [.firing, .resolved])
        #expect(delivery.alerts.map(\.labels.alertname) == ["InstanceDown", "BackendDown"])
        #expect(delivery.alerts[0].annotations["summary"] == "web target is \"down\"")
        #expect(delivery.alerts[0].startsAt == Timestamp(rfc3339: "2026-11-23T16:00:41.418Z"))
        #expect(delivery.alerts[1].endsAt == Timestamp(rfc3339: "2026-11-23T16:00:41.418Z"))
        #expect(delivery.receivedAt == JSONSamples.receivedAt)
        #expect(delivery.source == "test")
        #expect(delivery.isAuthenticated)
    }

    @Test func alertsThatTheSourceLeftOutAreCounted() throws {
        #expect(try JSONSamples.decode(JSONSamples.webhook).delivery.truncatedAlerts == 7)
        #expect(try JSONSamples.decode(#"{"alerts":[],"truncatedAlerts":null}"#).delivery.truncatedAlerts == 0)
        let refusal = JSONSamples.refusal(of: #"{"alerts":[],"truncatedAlerts":-1}"#)
        #expect(refusal == "`truncatedAlerts` is below zero (byte 31)")
        #expect(JSONSamples.refusal(of: #"{"alerts":[],"truncatedAlerts":1.5}"#) != nil)
    }

    @Test(arguments: [
        "", #","endsAt":"0001-01-01T00:00:00Z""#, #","endsAt":"0001-01-01T00:00:00.000+00:00""#, #","endsAt":null"#,
    ])
    func anUnknownEndIsNil(more: String) throws {
        let alerts = try JSONSamples.decode(JSONSamples.webhook(of: [JSONSamples.alert(more: more)])).delivery.alerts
        #expect(alerts.count == 1)
        #expect(alerts.first?.endsAt == nil)
    }

    @Test func anotherVersionIsRefused() {
        #expect(
            JSONSamples.refusal(of: #"{"version":"5","alerts":[]}"#)
                == "the webhook has version `5`, and only `4` is known (byte 11)")
        #expect(JSONSamples.refusal(of: #"{"version":4,"alerts":[]}"#) != nil)
    }

    @Test(arguments: [
        #"{"version":"4"}"#, #"{"alerts":null}"#, #"{"alerts":{}}"#, "[]", "null", "", "{}", #"{"alerts":[]} x"#,
        #"{"alerts":[],"alerts":[]}"#, #"{"alerts":[{]}"#,
    ])
    func aBodyThatIsNoWebhookIsRefused(text: String) {
        #expect(JSONSamples.refusal(of: text) != nil)
    }

    @Test(arguments: [
        ("null", "the alert is not an object"), ("[]", "the alert is not an object"),
        ("{}", "the alert has no `labels`"),
        (JSONSamples.alert(labels: "null"), "`labels` is not an object"),
        (JSONSamples.alert(labels: #"{"a":"b","n":5,"m":{}}"#), "`n` in `labels` is not a string"),
        (JSONSamples.alert(labels: #"{"a":null}"#), "`a` in `labels` is not a string"),
        (JSONSamples.alert(startsAt: "5"), "`startsAt` is not a string"),
        (JSONSamples.alert(startsAt: #""yesterday""#), "`startsAt` is `yesterday`, which is not an RFC 3339 time"),
        (JSONSamples.alert(startsAt: #""0001-01-01T00:00:00Z""#), "the alert has no `startsAt`"),
        (JSONSamples.alert(more: #","endsAt":"\u0000""#), "`endsAt` is `\\u{0}`, which is not an RFC 3339 time"),
        (JSONSamples.alert(status: #""pending""#), "`status` is `pending`, neither `firing` nor `resolved`"),
        (JSONSamples.alert(status: "{}"), "`status` is not a string"),
        (#"{"labels":{},"startsAt":"2026-01-01T00:00:00Z"}"#, "the alert has no `status`"),
        (JSONSamples.alert(more: #","annotations":{"a":[{}]}"#), "`a` in `annotations` is not a string"),
        (JSONSamples.alert(more: #","labels":{"alertname":"B"}"#), "the alert has a key twice"),
    ])
    func oneWrongAlertDoesNotLoseTheOthers(wrong: String, reason: String) throws {
        let fine = JSONSamples.alert()
        let decoded = try JSONSamples.decode(JSONSamples.webhook(of: [fine, wrong, fine]))
        #expect(decoded.delivery.alerts.count == 2)
        #expect(decoded.rejected == [RejectedAlert(index: 1, reason: reason)])
        #expect(decoded.rejectedCount == 1)
    }

    @Test func reasonsAreBoundedInNumberAndLength() throws {
        let long = String(repeating: "\u{202E}", count: 1 << 20)
        let wrong = JSONSamples.alert(status: "\"\(long)\"")
        let decoded = try JSONSamples.decode(JSONSamples.webhook(of: [wrong] + Array(repeating: "0", count: 500)))
        #expect(decoded.rejectedCount == 501)
        #expect(decoded.rejected.count == 100)
        #expect(decoded.rejected.allSatisfy { $0.reason.utf8.count < 800 })
        #expect(decoded.rejected.allSatisfy { !$0.reason.unicodeScalars.contains("\u{202E}") })
    }

    @Test func anAlertWithoutANameOrLabelsIsFine() throws {
        let decoded = try JSONSamples.decode(JSONSamples.webhook(of: [JSONSamples.alert(labels: "{}")]))
        #expect(decoded.delivery.alerts.first?.labels.labels.isEmpty == true)
        #expect(decoded.delivery.alerts.first?.labels.alertname == "")
    }

    @Test func theFirstOfTwoEqualLabelsCountsAndEmptyOnesAreMissing() throws {
        let labels = #"{"a":"1","b":"","a":"2","\u0061":"3"}"#
        let alerts = try JSONSamples.decode(JSONSamples.webhook(of: [JSONSamples.alert(labels: labels)])).delivery
            .alerts
        #expect(alerts.first?.labels.labels == [Label(name: "a", value: "1")])
    }

    @Test func hostileLabelsArriveByteForByte() throws {
        let values = [
            String(repeating: "A", count: 1 << 20), "a\u{0}b", "\u{202E}gnp.exe", "line\nline", "$(reboot)", "{{ .x }}",
            "-oProxyCommand=x", "\"}", "\\", "\u{E9}", "e\u{301}", "\u{FEFF}", "\u{1F600}", "\u{FFFF}",
        ]
        for value in values {
            let labels: JSONValue = .object([.init(value, "name"), .init("value", .string(value))])
            let text = JSONSamples.webhook(of: [JSONSamples.alert(labels: labels.text())])
            let alert = try #require(try JSONSamples.decode(text).delivery.alerts.first)
            #expect(alert.labels["value"] == ExactText(value))
            #expect(alert.labels[ExactText(value)] == "name")
        }
    }

    @Test func tooManyLabelsAreRefused() throws {
        let members = (0...1000).map { JSONValue.Member("l\($0)", "v") }
        let decoded = try JSONSamples.decode(
            JSONSamples.webhook(of: [JSONSamples.alert(labels: JSONValue.object(members).text())]))
        #expect(decoded.rejected.first?.reason == "`labels` has more than 1000 entries")
    }

    @Test func aBodyOfTwentyMebibytesIsDecoded() throws {
        let count = (20 << 20) / 80
        let alerts = (0..<count).map { JSONSamples.alert(labels: #"{"alertname":"A","n":"\#($0)"}"#) }
        let text = JSONSamples.webhook(of: alerts)
        #expect(text.utf8.count > 20 << 20)
        #expect(try JSONSamples.decode(text).delivery.alerts.count == count)
    }

    @Test func unknownKeysAreSkippedButChecked() throws {
        let decoded = try JSONSamples.decode(
            JSONSamples.webhook(of: [JSONSamples.alert(more: #","new":{"deep":[1,{"labels":{"a":"b"}}]}"#)]))
        #expect(decoded.delivery.alerts.count == 1)
        #expect(JSONSamples.refusal(of: #"{"new":{"deep":[1,]},"alerts":[]}"#) != nil)
    }
}

@Suite("Alertmanager's alert list")
struct AlertmanagerListTests {
    @Test func anAlertFiresUntilItsEnd() throws {
        let alerts = try JSONSamples.decode(JSONSamples.alertList, as: .alertmanagerAPI).delivery.alerts
        #expect(alerts.map(\.status) == [.firing, .resolved])
        #expect(alerts.map(\.isSuppressedBySource) == [true, false])
        #expect(alerts.map(\.labels.alertname) == ["InstanceDown", "BackendDown"])
        #expect(alerts[0].endsAt == Timestamp(rfc3339: "2026-11-23T16:04:41.418Z"))
    }

    @Test(arguments: [
        (#"{"state":"active"}"#, false), (#"{"state":"unprocessed"}"#, false), (#"{"state":"suppressed"}"#, true),
        (#"{"silencedBy":["x"],"state":"\u0073uppressed","inhibitedBy":[]}"#, true),
    ])
    func theStateSaysWhatTheSourceSuppresses(status: String, isSuppressed: Bool) throws {
        let decoded = try JSONSamples.decode("[\(JSONSamples.alert(status: status))]", as: .alertmanagerAPI)
        #expect(decoded.delivery.alerts.map(\.isSuppressedBySource) == [isSuppressed])
        #expect(decoded.delivery.alerts.map(\.status) == [.firing])
    }

    @Test(arguments: [
        (#"{"state":"muted"}"#, "`state` is `muted`, which is not a known state"), ("{}", "`status` has no `state`"),
        (#""firing""#, "`status` is not an object"),
        (#"{"state":"active","state":"active"}"#, "`status` has a key twice"),
    ])
    func aStateThatIsNotKnownSpoilsItsAlert(status: String, reason: String) throws {
        let decoded = try JSONSamples.decode("[\(JSONSamples.alert(status: status))]", as: .alertmanagerAPI)
        #expect(decoded.rejected == [RejectedAlert(index: 0, reason: reason)])
    }

    @Test func anAlertWithoutAStatusIsNotSuppressed() throws {
        let text = #"[{"labels":{"alertname":"A"},"startsAt":"2026-11-23T16:00:41Z"}]"#
        let alerts = try JSONSamples.decode(text, as: .alertmanagerAPI).delivery.alerts
        #expect(alerts.map(\.isSuppressedBySource) == [false])
    }

    @Test func anObjectIsNoList() {
        #expect(JSONSamples.refusal(of: JSONSamples.webhook, as: .alertmanagerAPI) == "expected an array (byte 0)")
    }
}
