import HandrailCore
import Testing

@testable import HandrailFormats

/// Random damage to what other sources send: nothing may crash, and what is accepted must be sound.
@Suite("Damaged events")
struct SourceFuzzTests {
    private static let texts: [(kind: SourceKind?, text: String)] = [
        (.grafana, EventSamples.grafana), (.pagerduty, EventSamples.trigger),
        (.pagerduty, EventSamples.pagerDuty("resolve")), (.cloudevents, EventSamples.cloudEvent),
        (.cloudevents, "[\(EventSamples.cloudAlert("firing")),\(EventSamples.cloudAlert("resolved"))]"),
        (nil, #"{"events":[\#(MappedSourceTests.event),{"id":"17","value":"0","clock":1795449630.5}]}"#),
    ]

    @Test(arguments: [11, 12, 13] as [UInt64])
    func damagedBodiesAreDecodedOrRefused(seed: UInt64) throws {
        var random = JSONTestRandom(seed: seed)
        var decoder = SourceDecoder(identity: AlertIdentity())
        let mapped = try MappedSourceTests.source()
        var accepted = 0
        for round in 0..<9000 {
            let (kind, text) = Self.texts[round % Self.texts.count]
            let bytes = random.mutated(Array(text.utf8))
            do {
                let decoded = try decode(bytes, kind, mapped, &decoder)
                accepted += decoded.delivery.alerts.count
                check(decoded, "seed \(seed), round \(round)")
                #expect(JSONSamples.problem(of: bytes) == nil, "seed \(seed), round \(round)")
            } catch {
                #expect(error.message.utf8.count < 1000)
            }
        }
        #expect(accepted > 1000)
    }

    @Test(arguments: [SourceKind.pagerduty, .cloudevents])
    func hostileSizesAreDecodedOrRefused(kind: SourceKind) throws {
        let sample =
            kind == .pagerduty ? EventSamples.trigger : EventSamples.cloudAlert("firing", more: #","class":"x""#)
        func reasons(replacing part: String, with other: String) throws -> [String] {
            let decoded = try JSONSamples.decode(sample.replacing(part, with: other), as: kind)
            return decoded.rejected.map(\.reason)
        }
        let long = String(repeating: "\u{202E}", count: 1 << 19)
        #expect(try reasons(replacing: kind == .pagerduty ? "DISK" : "full", with: long) == [])
        for part in ["trigger", "firing", "critical", "1.0", "2026-11-23T15:42:58.315+0000"] where sample.contains(part)
        {
            let found = try reasons(replacing: part, with: long)
            #expect(found.count == 1, "\(part)")
            #expect(found.allSatisfy { $0.utf8.count < 1000 && !$0.contains("\u{202E}") }, "\(part)")
        }
        let many = (0..<10_001).map { #""n\#($0)":"x""# }.joined(separator: ",")
        #expect(
            try reasons(replacing: #""class":"#, with: many + #","class":"#) == ["the document has too many values"])
        let some = (0..<1_001).map { #""n\#($0)":"x""# }.joined(separator: ",")
        let place = kind == .pagerduty ? #""free space":"# : #""volume":"#
        #expect(try reasons(replacing: place, with: some + "," + place) == ["the alert has more than 1000 labels"])
        let deep = String(repeating: "[", count: 100_000)
        #expect(JSONSamples.refusal(of: #"{"a":\#(deep)"#, as: kind) == "nested deeper than 64 (byte 68)")
        var decoder = SourceDecoder(identity: AlertIdentity())
        for bytes in [[0xC0, 0x80], [0xED, 0xA0, 0x80], [0xFF]] as [[UInt8]] {
            let text = Array(#"{"id":""#.utf8) + bytes + Array(#""}"#.utf8)
            #expect(throws: SourceError.self) { try decode(text, kind, MappedSourceTests.source(), &decoder) }
        }
    }

    /// Values of every type in every place.
    @Test(arguments: [14, 15] as [UInt64])
    func valuesOfOtherTypesAreDecodedOrRefused(seed: UInt64) throws {
        var random = JSONTestRandom(seed: seed)
        var decoder = SourceDecoder(identity: AlertIdentity())
        let mapped = try MappedSourceTests.source()
        for round in 0..<6000 {
            let (kind, text) = Self.texts[round % Self.texts.count]
            let value = Self.replaced(try JSONValue(parsing: text), &random)
            do {
                check(try decode(Array(value.text().utf8), kind, mapped, &decoder), "seed \(seed), round \(round)")
            } catch {
                #expect(error.message.utf8.count < 1000)
            }
        }
    }

    private func decode(
        _ bytes: [UInt8], _ kind: SourceKind?, _ mapped: MappedSource, _ decoder: inout SourceDecoder
    ) throws(SourceError) -> DecodedDelivery {
        let receivedAt = JSONSamples.receivedAt
        guard let kind else {
            return try decoder.decode(
                bytes, as: mapped, receivedAt: receivedAt, source: "fuzz", isAuthenticated: false)
        }
        return try decoder.decode(bytes, as: kind, receivedAt: receivedAt, source: "fuzz", isAuthenticated: false)
    }

    private func check(_ decoded: DecodedDelivery, _ place: String) {
        #expect(decoded.rejected.count == min(decoded.rejectedCount, 100), "\(place)")
        #expect(decoded.rejected.allSatisfy { $0.reason.utf8.count < 1000 }, "\(place)")
        for alert in decoded.delivery.alerts {
            let own = alert.labels[AlertIdentity.keyLabel]?.string ?? "zabbix/"
            #expect(own.hasPrefix("zabbix/") || own.hasPrefix("pagerduty/"), "\(place)")
            let again = LabelSet(alert.labels.labels, identity: AlertIdentity())
            #expect(again.fingerprint == alert.labels.fingerprint, "\(place)")
        }
    }

    private static let strange: [JSONValue] = [
        nil, true, 0, -1, 9_223_372_036_854_775_807, 1e300, -1e300, 0.5, "", "x", "\u{0}", "resolved", [], [nil],
        .object([]),
        "9999-12-31T23:59:60Z", "0000-01-01T00:00:00+23:59", "99999999999999999999",
    ]

    private static func replaced(_ value: JSONValue, _ random: inout JSONTestRandom) -> JSONValue {
        if Int.random(in: 0..<12, using: &random) == 0 { return strange.randomElement(using: &random) ?? nil }
        switch value {
        case .array(let elements): return .array(elements.map { replaced($0, &random) })
        case .object(let members): return .object(members.map { .init($0.name, replaced($0.value, &random)) })
        case .null, .bool, .integer, .fraction, .string: return value
        }
    }
}
