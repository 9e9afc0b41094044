import HandrailCore
import Testing

@testable import HandrailServer

@Suite struct TokenTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    @Test func aTokenOpensUntilItIsRevokedOrExpires() throws {
        var book = TokenBook()
        let token = try book.add(
            role: .responder, person: "ada", source: nil, note: "", at: now, life: .seconds(60))
        let holder = try #require(book.holder(of: token, at: now))
        #expect(holder.role == .responder && holder.person == Person("ada"))
        #expect(book.holder(of: token, at: now + .seconds(60)) == nil)
        try book.revoke(holder.id, at: now)
        #expect(book.holder(of: token, at: now) == nil)
        #expect(throws: TokenBook.Invalid.self) { try book.revoke(holder.id, at: now) }
    }

    @Test func noByteOfATokenMayBeAnother() throws {
        var book = TokenBook()
        let token = Array(try book.add(role: .viewer, person: nil, source: nil, note: "", at: now, life: nil).utf8)
        for index in token.indices {
            for byte in [token[index] ^ 1, token[index] ^ 0x20, 0x5F] where byte != token[index] {
                var other = token
                other[index] = byte
                #expect(book.holder(of: String(decoding: other, as: UTF8.self), at: now) == nil)
            }
        }
        #expect(book.holder(of: "", at: now) == nil && book.holder(of: "handrail__", at: now) == nil)
    }

    /// For all pairs of bytes, at each place: one difference is enough.
    @Test func textsAreEqualWhereEachByteIs() {
        for first in UInt8(0x20)..<0x7F {
            for second in UInt8(0x20)..<0x7F {
                let (left, right) = (String(UnicodeScalar(first)), String(UnicodeScalar(second)))
                for (before, after) in [("", ""), ("ab", ""), ("", "ab"), ("a", "b")] {
                    #expect(ConstantTime.areEqual(before + left + after, before + right + after) == (first == second))
                }
            }
        }
        #expect(!ConstantTime.areEqual("a", "ab") && ConstantTime.areEqual("", ""))
    }

    @Test func theFileKeepsEverythingButTheTokens() throws {
        var book = TokenBook()
        let token = try book.add(
            role: .source, person: nil, source: "alertmanager", note: "rack 4", at: now, life: .seconds(9))
        _ = try book.add(role: .responder, person: "grace", source: nil, note: "", at: now, life: nil)
        let bytes = book.bytes
        #expect(try TokenBook(bytes) == book)
        let secret = try #require(token.split(separator: "_").last)
        #expect(!String(decoding: bytes, as: UTF8.self).contains(secret))
    }

    @Test(arguments: [
        "", "[]", "{}", #"{"version":2,"tokens":[]}"#, #"{"version":1,"tokens":[{}]}"#,
        #"{"version":1,"tokens":[{"id":"a","role":"responder","createdAt":1,"sha256":"\#(String(repeating: "0", count: 64))"}]}"#,
        #"{"version":1,"tokens":[{"id":"a","role":"root","createdAt":1,"sha256":"\#(String(repeating: "0", count: 64))"}]}"#,
    ])
    func aDamagedFileIsRefused(_ text: String) {
        #expect(throws: TokenBook.Invalid.self) { try TokenBook(Array(text.utf8)) }
    }

    @Test func aResponderHasAPersonAndNobodyElse() {
        var book = TokenBook()
        #expect(throws: TokenBook.Invalid.self) {
            try book.add(role: .responder, person: nil, source: nil, note: "", at: now, life: nil)
        }
        #expect(throws: TokenBook.Invalid.self) {
            try book.add(role: .viewer, person: "ada", source: nil, note: "", at: now, life: nil)
        }
        #expect(book.entries.isEmpty)
    }
}

@Suite struct DeliveryGateTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)
    private let key = Array("0123456789abcdef".utf8)
    private let body = Array(#"{"alerts":[]}"#.utf8)

    private func gate(open: Bool = false) -> DeliveryGate {
        DeliveryGate(keys: ["alertmanager": key], takesUnauthenticated: open)
    }

    private func entry(
        _ gate: DeliveryGate, _ header: String?, holder: Holder? = nil, hasToken: Bool = false, body: [UInt8]? = nil,
        source: String = "alertmanager"
    ) -> DeliveryGate.Entry {
        gate.entry(
            source: source, holder: holder, hasToken: hasToken || holder != nil, signature: header,
            body: body ?? self.body, at: now)
    }

    private func status(_ entry: DeliveryGate.Entry) -> Int {
        switch entry {
        case .open: 200
        case .refused(let status, _): status
        }
    }

    private func signed(_ offset: Int64, key: [UInt8]? = nil) -> String {
        DeliverySignature(body, key: key ?? self.key, seconds: now.milliseconds / 1000 + offset).text
    }

    @Test func aSignatureCountsOnceAndForFiveMinutes() {
        let gate = gate()
        #expect(entry(gate, signed(0)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, signed(0))) == 409)
        #expect(entry(gate, signed(-300)) == .open(isAuthenticated: true))
        #expect(entry(gate, signed(300)) == .open(isAuthenticated: true))
        #expect(status(entry(gate, signed(-301))) == 401 && status(entry(gate, signed(301))) == 401)
        gate.forget(signed(0))
        #expect(entry(gate, signed(0)) == .open(isAuthenticated: true))
    }

    @Test func nothingElseThanWhatWasSignedComesIn() {
        let gate = gate()
        let good = signed(0)
        for bad in [
            "", "t=1", "v1=00", good + ",t=1", good + ",x=1", "t=+1,v1=" + String(repeating: "0", count: 64),
            signed(0, key: Array("another key 1234".utf8)),
            "t=9223372036854775807,v1=" + String(repeating: "0", count: 64),
        ] { #expect(status(entry(gate, bad)) == 401, "\(bad)") }
        #expect(status(entry(gate, good, body: body + [0x20])) == 401)
        #expect(status(entry(gate, good, source: "grafana")) == 401)
    }

    @Test func aTokenDeliversForItsSourceOnly() {
        let gate = gate()
        let any = Holder(id: "a", role: .source)
        #expect(entry(gate, nil, holder: any) == .open(isAuthenticated: true))
        #expect(status(entry(gate, nil, holder: Holder(id: "a", role: .source, source: "grafana"))) == 403)
        #expect(status(entry(gate, nil, holder: Holder(id: "a", role: .viewer))) == 403)
        // A token that is no good is not made good by a signature, nor by an open door.
        #expect(status(entry(gate, signed(0), hasToken: true)) == 401)
        #expect(status(entry(self.gate(open: true), nil, hasToken: true)) == 401)
    }

    @Test func whatNobodyVouchesForIsMarked() {
        #expect(entry(gate(open: true), nil) == .open(isAuthenticated: false))
        #expect(status(entry(gate(), nil)) == 401)
    }
}
