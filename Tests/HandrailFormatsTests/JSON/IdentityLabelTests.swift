import HandrailCore
import Testing

@testable import HandrailFormats

@Suite("Identity by one label")
struct IdentityLabelTests {
    private func labels(_ entries: [(ExactText, ExactText)], ignoring: Set<ExactText> = []) -> LabelSet {
        LabelSet(entries.map { Label(name: $0, value: $1) }, identity: AlertIdentity(ignoredLabels: ignoring))
    }

    @Test func theLabelAloneIsTheIdentity() {
        let key = AlertIdentity.keyLabel
        let full = labels([("Alpha", "1"), ("a", "1"), (key, "x"), ("z", "2")])
        let bare = labels([(key, "x")], ignoring: ["a"])
        #expect(full.fingerprint == bare.fingerprint)
        #expect(full.isSameAlert(as: bare) && bare.isSameAlert(as: full))
        #expect(full != bare)
        #expect(!full.isSameAlert(as: labels([("Alpha", "1"), ("a", "1"), (key, "y"), ("z", "2")])))
        #expect(!full.isSameAlert(as: labels([("Alpha", "1"), ("a", "1"), ("z", "2")])))
    }

    /// Also when its bytes come for the second time, and however the name is escaped.
    @Test func noSourceMayChooseIt() throws {
        var decoder = SourceDecoder(identity: AlertIdentity())
        let alert = JSONSamples.alert(labels: #"{"alertname":"A","__identity\u005f_":"x"}"#)
        for (kind, text) in [
            (SourceKind.alertmanager, #"{"alerts":[\#(alert)]}"#),
            (.alertmanagerAPI, #"[{"labels":{"__identity__":"x"},"startsAt":"2026-11-23T16:00:41Z"}]"#),
        ] {
            for _ in 0..<2 {
                let decoded = try decoder.decode(
                    Array(text.utf8), as: kind, receivedAt: JSONSamples.receivedAt, source: "test",
                    isAuthenticated: true)
                #expect(decoded.delivery.alerts.isEmpty)
                #expect(decoded.rejected.map(\.reason) == ["`__identity__` is a label that only Handrail itself gives"])
            }
        }
    }

    /// What the journal keeps is the labels: read back, they have to be the same alert.
    @Test func itOutlivesTheJournal() throws {
        let began = labels([("alertname", "A"), (AlertIdentity.keyLabel, "x")])
        let codec = JournalCodec(identity: AlertIdentity())
        let (kind, payload) = codec.encode(
            TimelineEntry(at: JSONSamples.receivedAt, incident: 1, event: .incidentOpened(began)))
        let entry = try codec.decode(kind: kind, payload: payload, at: JSONSamples.receivedAt)
        guard case .incidentOpened(let read) = entry.event else {
            Issue.record("another event came back")
            return
        }
        let over = labels([(AlertIdentity.keyLabel, "x")])
        #expect(read.isSameAlert(as: over))
        #expect(read.fingerprint == over.fingerprint)
    }
}
