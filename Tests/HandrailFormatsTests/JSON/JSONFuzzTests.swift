import HandrailCore
import Testing

@testable import HandrailFormats

/// Random damage to valid input: nothing may crash or hang, and what is accepted must be sound.
@Suite("Damaged JSON")
struct JSONFuzzTests {
    @Test(arguments: [1, 2, 3] as [UInt64])
    func damagedBodiesAreDecodedOrRefused(seed: UInt64) {
        var random = JSONTestRandom(seed: seed)
        var decoder = SourceDecoder(identity: AlertIdentity())
        var accepted = 0
        for round in 0..<8000 {
            let kind: SourceKind = round % 2 == 0 ? .alertmanager : .alertmanagerAPI
            let text = kind == .alertmanager ? JSONSamples.webhook : JSONSamples.alertList
            let bytes = random.mutated(Array(text.utf8))
            do {
                let decoded = try decoder.decode(
                    bytes, as: kind, receivedAt: JSONSamples.receivedAt, source: "fuzz", isAuthenticated: false)
                accepted += 1
                check(decoded, "seed \(seed), round \(round)")
                #expect(JSONSamples.problem(of: bytes) == nil, "seed \(seed), round \(round)")
            } catch {
                #expect(error.message.utf8.count < 1000)
            }
        }
        #expect(accepted > 100)
    }

    /// A decoder that has seen much and one that has seen nothing must read the same.
    @Test(arguments: [4, 5] as [UInt64])
    func whatIsRememberedDoesNotChangeWhatIsRead(seed: UInt64) {
        var random = JSONTestRandom(seed: seed)
        var seasoned = SourceDecoder(identity: AlertIdentity())
        for round in 0..<4000 {
            let bytes = random.mutated(Array(JSONSamples.webhook.utf8))
            var fresh = SourceDecoder(identity: AlertIdentity())
            let (often, once) = (reading(of: bytes, with: &seasoned), reading(of: bytes, with: &fresh))
            #expect(often == once, "seed \(seed), round \(round)")
        }
    }

    @Test(arguments: [6, 7] as [UInt64])
    func damagedRecordingsNeverLoseCountOfTheirLines(seed: UInt64) {
        var random = JSONTestRandom(seed: seed)
        let line = #"{"receivedAt":"2026-11-23T16:00:42Z","source":"am","body":\#(JSONSamples.webhook)}"# + "\n"
        for round in 0..<400 {
            let bytes = random.mutated(Array(String(repeating: line, count: 5).utf8))
            var last = 0
            for item in RecordingLines(bytes: bytes) {
                let number: Int
                switch item {
                case .delivery(let decoded, let line):
                    number = line
                    check(decoded, "seed \(seed), round \(round)")
                case .invalidLine(let line, let reason):
                    number = line
                    #expect(reason.utf8.count < 1000)
                }
                #expect(number > last)
                last = number
            }
            #expect(last <= bytes.split(separator: 0x0A, omittingEmptySubsequences: false).count)
        }
    }

    private func reading(of bytes: [UInt8], with decoder: inout SourceDecoder) -> [String] {
        do {
            let decoded = try decoder.decode(
                bytes, as: .alertmanager, receivedAt: JSONSamples.receivedAt, source: "fuzz", isAuthenticated: false)
            let alerts = decoded.delivery.alerts.map { alert in
                let times = "\(alert.startsAt) \(String(describing: alert.endsAt))"
                return "\(alert.status) \(times) \(alert.labels.labels) \(alert.annotations.entries)"
            }
            return alerts + decoded.rejected.map { "\($0.index) \($0.reason)" }
        } catch {
            return [error.message]
        }
    }

    /// What was accepted can be written again, and reads the same.
    private func check(_ decoded: DecodedDelivery, _ place: String) {
        for alert in decoded.delivery.alerts {
            let members = alert.labels.labels.map { JSONValue.Member($0.name.string, .string($0.value.string)) }
            let labels = JSONValue.object(members).text()
            let again = try? JSONSamples.decode(JSONSamples.webhook(of: [JSONSamples.alert(labels: labels)]))
            #expect(again?.delivery.alerts.first?.labels == alert.labels, "\(place)")
        }
        #expect(decoded.rejected.count == min(decoded.rejectedCount, 100), "\(place)")
    }
}
