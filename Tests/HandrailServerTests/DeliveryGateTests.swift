import HandrailCore
import HandrailSigning
import Testing

@testable import HandrailServer

@Suite struct DeliveryGateTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)
    private static let keys = [
        "alertmanager": ["0123456789abcdef"], "grafana": ["the grafana key 1", "and its next one"],
    ]
    private let body = Array(#"{"alerts":[]}"#.utf8)

    private func gate(open: Bool = false, startedAt: Timestamp? = nil) -> DeliveryGate {
        DeliveryGate(
            keys: { source in Self.keys[source, default: []].compactMap { SigningSecret(Array($0.utf8)) } },
            takesUnauthenticated: open, startedAt: startedAt ?? now - .seconds(3600))
    }

    private func entry(
        _ gate: DeliveryGate, _ header: String?, holder: Holder? = nil, hasToken: Bool = false, body: [UInt8]? = nil,
        source: String = "alertmanager", at time: Timestamp? = nil
    ) -> DeliveryGate.Entry {
        let credentials = DeliveryCredentials(holder: holder, hasToken: hasToken || holder != nil, signature: header)
        return gate.entry(to: source, credentials, body: body ?? self.body, at: time ?? now)
    }

    private func status(_ entry: DeliveryGate.Entry?) -> Int {
        switch entry {
        case .open, nil: 200
        case .refused(let status, _): status
        }
    }

    private func signed(_ offset: Int64, key: String = "0123456789abcdef", body: [UInt8]? = nil) throws -> String {
        let secret = try #require(SigningSecret(Array(key.utf8)))
        return MessageSignature(body ?? self.body, key: secret, seconds: now.milliseconds / 1000 + offset).text
    }

    @Test func aSignatureCountsOnceAndForFiveMinutes() throws {
        let gate = gate()
        #expect(entry(gate, try signed(0)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, try signed(0))) == 409)
        #expect(entry(gate, try signed(-300)) == .open(isAuthenticated: true))
        #expect(entry(gate, try signed(300)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, try signed(-301))) == 401)
        #expect(status(entry(gate, try signed(301))) == 401)
        gate.forget(try signed(0), of: "alertmanager")
        #expect(entry(gate, try signed(0)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, try signed(0))) == 409)
    }

    @Test func nothingElseThanWhatWasSignedComesIn() throws {
        let gate = gate()
        let good = try signed(0)
        let zeros = String(repeating: "0", count: 64)
        for bad in [
            "", "t=1", "v1=00", good + ",t=1", good + ",x=1", "t=+1,v1=" + zeros,
            try signed(0, key: "another key 1234"),
            "t=9223372036854775807,v1=" + zeros, "t=-9223372036854775808,v1=" + zeros, good.uppercased(),
        ] {
            #expect(status(entry(gate, bad)) == 401, "\(bad)")
        }
        #expect(status(entry(gate, good, body: body + [0x20])) == 401)
        #expect(status(entry(gate, good, source: "grafana")) == 401)
        #expect(status(entry(gate, good, source: "pagerduty")) == 401)
    }

    /// While a key is replaced both count, and what was taken with one path is not taken again with another.
    @Test func aSourceMayHaveTwoKeys() throws {
        let gate = gate()
        for (offset, key) in Self.keys["grafana", default: []].enumerated() {
            #expect(
                entry(gate, try signed(Int64(offset), key: key), source: "grafana") == .open(isAuthenticated: true))
        }
        #expect(SigningSecret(Array("too short".utf8)) == nil)
    }

    @Test func oneKeyOfTwoSourcesDoesNotTakeADeliveryTwice() throws {
        let gate = DeliveryGate(
            keys: { _ in [SigningSecret(Array("0123456789abcdef".utf8))].compactMap { $0 } },
            takesUnauthenticated: false, startedAt: now)
        #expect(entry(gate, try signed(0)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, try signed(0), source: "grafana")) == 409)
    }

    /// The process before this one may have taken it.
    @Test func whatWasSignedBeforeTheStartIsSignedAgain() throws {
        let gate = gate(startedAt: now + .milliseconds(999))
        #expect(status(entry(gate, try signed(-1))) == 503)
        #expect(entry(gate, try signed(0)) == .open(isAuthenticated: true))
    }

    /// A signature that can be told to be none is not worth a body.
    @Test func whatCannotBeLetInIsRefusedBeforeItIsRead() throws {
        let gate = gate()
        for (header, source, expected) in [
            (try signed(0), "alertmanager", 200), (try signed(-301), "alertmanager", 401),
            ("t=1,v1=2", "alertmanager", 401),
            (try signed(0), "pagerduty", 401), (nil, "alertmanager", 401),
        ] as [(String?, String, Int)] {
            let credentials = DeliveryCredentials(holder: nil, hasToken: false, signature: header)
            #expect(status(gate.obstacle(to: source, credentials, at: now)) == expected, "\(header ?? "") \(source)")
        }
        #expect(entry(gate, try signed(0)) == .open(isAuthenticated: true), "looking at it does not use it up")
    }

    @Test func aTokenDeliversForItsSourceOnly() throws {
        let gate = gate()
        let any = Holder(id: "a", role: .source)
        #expect(entry(gate, nil, holder: any) == .open(isAuthenticated: true))
        #expect(status(entry(gate, nil, holder: Holder(id: "a", role: .source, source: "grafana"))) == 403)
        #expect(status(entry(gate, nil, holder: Holder(id: "a", role: .viewer))) == 403)
        // A token that is no good is not made good by a signature, nor by an open door.
        #expect(status(entry(gate, try signed(0), hasToken: true)) == 401)
        #expect(status(entry(self.gate(open: true), nil, hasToken: true)) == 401)
    }

    @Test func whatNobodyVouchesForIsMarked() {
        #expect(entry(gate(open: true), nil) == .open(isAuthenticated: false))
        #expect(status(entry(gate(), nil)) == 401)
    }
}

@Suite struct ReplayWindowTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func signature(_ number: Int) throws -> MessageSignature {
        let digits = String(number, radix: 16)
        let code = String(repeating: "0", count: 64 - digits.count) + digits
        return try #require(MessageSignature("t=1700000000,v1=\(code)"))
    }

    /// A source that sends what is not taken again and again fills nothing.
    @Test func whatIsReleasedAndComesAgainTakesNoMoreRoom() throws {
        var window = ReplayWindow()
        for _ in 0..<10_000 {
            #expect(window.note(try signature(1), at: now) == .first)
            window.release(try signature(1))
        }
        #expect(window.count == 1)
        #expect(window.note(try signature(1), at: now) == .first)
        #expect(window.note(try signature(1), at: now + .seconds(600)) == .seen)
    }

    @Test func itForgetsWhatDoesNotCountAnyMore() throws {
        var window = ReplayWindow()
        for number in 0..<5000 { _ = window.note(try signature(number), at: now + .milliseconds(Int64(number))) }
        #expect(window.count == 5000)
        #expect(window.note(try signature(9999), at: now + .seconds(700)) == .first)
        #expect(window.count == 1)
    }
}
