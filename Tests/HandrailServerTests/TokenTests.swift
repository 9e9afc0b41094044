import HandrailCore
import HandrailSigning
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
                    #expect(
                        ConstantTime.areEqual((before + left + after).utf8, (before + right + after).utf8)
                            == (first == second))
                }
            }
        }
        #expect(!ConstantTime.areEqual("a".utf8, "ab".utf8) && ConstantTime.areEqual("".utf8, "".utf8))
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
        #"{"version":1,"tokens":[{"id":"0000000a","role":"responder","createdAt":1,"sha256":"\#(String(repeating: "0", count: 64))"}]}"#,
        #"{"version":1,"tokens":[{"id":"0000000a","role":"root","createdAt":1,"sha256":"\#(String(repeating: "0", count: 64))"}]}"#,
    ])
    func aDamagedFileIsRefused(_ text: String) {
        #expect(throws: TokenBook.Invalid.self) { try TokenBook(Array(text.utf8)) }
    }

    /// What bounds a token and cannot be read must not be taken for no bound.
    @Test(arguments: [
        #""source":5"#, #""source":null"#, #""expiresAt":"never""#, #""expiresAt":1e3"#, #""revokedAt":true"#,
        #""revokedAt":"x""#, #""note":[]"#, #""scope":"x""#, #""expiresAt":9,"expiresAt":99"#, #""createdAt":2"#,
    ])
    func aTokenInItIsReadAsAWholeOrNotAtAll(_ members: String) throws {
        let digest = String(repeating: "0", count: 64)
        let text = { (more: String) in
            #"{"version":1,"tokens":[{"id":"0000000a","role":"source","createdAt":1,"sha256":"\#(digest)"\#(more)}]}"#
        }
        #expect(try TokenBook(Array(text("").utf8)).entries.count == 1)
        #expect(throws: TokenBook.Invalid.self) { try TokenBook(Array(text("," + members).utf8)) }
    }

    @Test func twoTokensOfOneIdAreRefused() throws {
        var book = TokenBook()
        _ = try book.add(role: .viewer, person: nil, source: nil, note: "", at: now, life: nil)
        let text = String(decoding: book.bytes, as: UTF8.self)
        let entry = try #require(text.firstMatch(of: /\{\s*"id"[^}]*\}/)).output
        let twice = text.replacing(entry, with: entry + "," + entry)
        #expect(throws: TokenBook.Invalid.self) { try TokenBook(Array(twice.utf8)) }
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
