import Testing

@testable import HandrailCore
@testable import HandrailFormats

@Suite("Events in the journal")
struct JournalCodecTests {
    private static let codec = JournalSamples.codec

    @Test func everyEventComesBackAsItWas() throws {
        for entry in JournalSamples.entries {
            let (kind, payload) = Self.codec.encode(entry)
            let decoded = try Self.codec.decode(kind: kind, payload: payload, at: entry.at)
            // The dump shows each stored property of each part, by its bytes.
            #expect(Self.dump(of: decoded) == Self.dump(of: entry), "\(kind)")
            let (again, bytes) = Self.codec.encode(decoded)
            #expect(again == kind && bytes == payload, "\(kind)")
        }
    }

    private static func dump(of entry: TimelineEntry) -> [UInt8] {
        var text = ""
        Swift.dump(entry, to: &text)
        return Array(text.utf8)
    }

    @Test func differentEventsHaveDifferentBytes() {
        let encoded = JournalSamples.entries.map { Self.codec.encode($0) }
        let texts = Set(
            encoded.map { $0.kind + " " + String(decoding: $0.payload, as: UTF8.self) }.map { ExactText($0) })
        #expect(texts.count == encoded.count)
    }

    /// An entry that is larger than the journal takes would keep everything behind it from being kept.
    @Test func theEndOfALargeIncidentIsNoLargeEntry() throws {
        let members = (1...60_000).map { number in
            IncidentSummary.Member(
                labels: LabelSet(
                    [
                        Label(name: "number", value: ExactText("\(number)")),
                        Label(name: "text", value: "some more text"),
                    ],
                    identity: AlertIdentity()), firstSeenAt: JournalSamples.at(1), reason: .opened)
        }
        let summary = IncidentSummary(
            id: 1, openedAt: JournalSamples.at(0), resolvedAt: nil, members: members, nearMisses: [])
        let entry = TimelineEntry(at: JournalSamples.at(2), incident: 1, event: .incidentClosed(summary))
        let (kind, payload) = Self.codec.encode(entry)
        #expect(payload.count < 1 << 20)
        let read = try Self.codec.decode(kind: kind, payload: payload, at: entry.at)
        guard case .incidentClosed(let known) = read.event else {
            Issue.record("\(read)")
            return
        }
        #expect(known.members.count == 1000 && known.omittedMembers == 59_000)
        #expect(Self.codec.encode(read).payload == payload)
        #expect(known.members.last?.labels == members[999].labels)
    }

    @Test func everyKindHasASample() {
        let kinds = Set(JournalSamples.entries.map { Self.codec.encode($0).kind })
        #expect(kinds == Set(JournalKind.allCases.map(\.rawValue)))
    }

    @Test func kindsAreLowerCaseWordsWithDotsAndHyphens() {
        for kind in JournalKind.allCases {
            #expect(kind.rawValue.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x2E || $0 == 0x2D })
        }
    }

    @Test func whatIsUnknownIsNamed() {
        let error = #expect(throws: JournalCodecError.self) {
            try Self.codec.decode(kind: "alert.sung\u{1B}", payload: Array("{}".utf8), at: JournalSamples.at(0))
        }
        #expect(error?.kind == "alert.sung\u{1B}")
        #expect(
            error?.description
                == "event `alert.sung\\u{1b}`: no such kind is known; a newer version may have written it")
    }

    @Test(arguments: [
        ("alert.resolved", "{}", "member `alert` is missing"),
        ("alert.resolved", "[]", "member `payload` should be an object"),
        ("alert.resolved", "{\"alert\":{\"a\":1}}", "member `alert` should be text"),
        ("incident.opened", "{\"incident\":-1,\"alert\":{}}", "member `incident` should be a whole number from 0 on"),
        (
            "run.started", "{\"run\":4611686018427387905,\"runbook\":\"r\"}",
            "member `run` should be a whole number from 0 on"
        ),
        ("run.started", "{\"run\":1.0,\"runbook\":\"r\"}", "member `run` should be a whole number from 0 on"),
        ("memory.mode", "{\"mode\":\"sing\"}", "member `mode` says `sing`, which is not known"),
        ("storm.began", "{\"because\":\"a\"", "its payload is no JSON: the text ends too early (byte 14)"),
        ("counters.kept", "{\"alerts\":-1}", "member `alerts` should be a whole number from 0 on"),
    ])
    func whatIsWrongIsSaid(kind: String, payload: String, message: String) {
        let error = #expect(throws: JournalCodecError.self) {
            try Self.codec.decode(kind: kind, payload: Array(payload.utf8), at: JournalSamples.at(0))
        }
        #expect(error?.message == message)
    }

    @Test func membersOfLaterVersionsAreIgnored() throws {
        for entry in JournalSamples.entries {
            let (kind, payload) = Self.codec.encode(entry)
            let rest = payload == Array("{}".utf8) ? "}" : "," + String(decoding: payload.dropFirst(), as: UTF8.self)
            let extended = Array((#"{"laterMember":[{"a":null}]"# + rest).utf8)
            let decoded = try Self.codec.decode(kind: kind, payload: extended, at: entry.at)
            #expect(Self.codec.encode(decoded).payload == payload)
        }
    }

    /// What a permit allows is in the core's hands: an effect is written for people, and never comes back.
    @Test func effectsAreWrittenAndNotReadBack() throws {
        for effect in RunSamples.effects {
            let advance = RunAdvance(
                run: 7, runbook: "r", planDigest: "d", event: .recovered, state: .proposed, effects: [effect])
            let entry = TimelineEntry(at: JournalSamples.at(0), incident: 3, event: .state(.run(advance)))
            let (kind, payload) = Self.codec.encode(entry)
            let tree = try JSONValue(parsing: payload)
            guard case .array(let written) = tree["effects"], let first = written.first else {
                Issue.record("no effect in \(String(decoding: payload, as: UTF8.self))")
                continue
            }
            #expect(first["type"] != nil)
            let decoded = try Self.codec.decode(kind: kind, payload: payload, at: entry.at)
            guard case .state(.run(let back)) = decoded.event else { continue }
            #expect(back.effects.isEmpty && back.event == advance.event && back.state == advance.state)
        }
        #expect(
            Self.effect(.perform(step: 1, Self.permit)) == #"""
                {"type":"perform","step":1,"attempt":2,"authority":{"type":"policy"}}
                """#)
    }

    private static let permit = Permit(authority: .policy, planDigest: "d", step: 1, attempt: 2)

    private static func effect(_ effect: RunEffect) -> String? {
        let advance = RunAdvance(
            run: 7, runbook: "r", planDigest: "d", event: .recovered, state: .proposed, effects: [effect])
        let payload = codec.encode(
            TimelineEntry(at: JournalSamples.at(0), incident: nil, event: .state(.run(advance)))
        ).payload
        guard case .array(let effects) = try? JSONValue(parsing: payload)["effects"] else { return nil }
        return effects.first?.text()
    }

    @Test func alertsAreTheSameOnesAsThoseOfTheWorkspace() throws {
        let entry = TimelineEntry(at: JournalSamples.at(0), incident: nil, event: .alertResolved(JournalSamples.alert))
        let (kind, payload) = Self.codec.encode(entry)
        guard case .alertResolved(let back) = try Self.codec.decode(kind: kind, payload: payload, at: entry.at).event
        else { return }
        #expect(back == JournalSamples.alert && back.isSameAlert(as: JournalSamples.alert))
        let foreign = JournalCodec(identity: AlertIdentity())
        guard case .alertResolved(let other) = try foreign.decode(kind: kind, payload: payload, at: entry.at).event
        else { return }
        #expect(other.fingerprint != JournalSamples.alert.fingerprint)
    }

    @Test(arguments: [0, 0.1, 1.0 / 3, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -0.0, 5.453069817783424])
    func penaltiesAreExact(penalty: Double) throws {
        let flap = FlapMemory(isDamped: true, penalty: penalty, measuredAt: JournalSamples.at(0))
        var writer = JSONWriter()
        writer.object(flap)
        let value = try PayloadValue(parsing: writer.bytes, identity: JournalSamples.identity)
        #expect(try FlapMemory(value).penalty.bitPattern == penalty.bitPattern)
    }
}
