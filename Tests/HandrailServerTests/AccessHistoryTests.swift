import HandrailCore
import Testing

@testable import HandrailServer

/// What the journal is told of tokens.
@Suite struct AccessHistoryTests {
    private let now = Timestamp(milliseconds: 1_795_000_000_000)

    private func add(_ book: inout TokenBook, life: Duration? = nil) throws -> String {
        let token = try book.add(role: .responder, person: "ada", source: nil, note: "", at: now, life: life)
        return String(token.split(separator: "_")[1])
    }

    /// As somebody may have edited it.
    private func edited(_ book: TokenBook, _ text: String, _ other: String) throws -> TokenBook {
        let before = String(decoding: book.bytes, as: UTF8.self)
        let after = before.replacing(text, with: other)
        try #require(after != before)
        return try TokenBook(Array(after.utf8))
    }

    /// As `id standing`.
    private func words(_ changes: [AccessChange]) -> [String] {
        changes.flatMap { change in
            switch change {
            case .tokens([]): ["none"]
            case .tokens(let tokens): tokens.map { "\($0.id) \($0.standing.rawValue)" }
            case .unreadable: ["unreadable"]
            }
        }
    }

    @Test func atTheStartAllThatIsGoodIsNamed() throws {
        var (book, history) = (TokenBook(), AccessHistory())
        let good = try add(&book, life: .seconds(60))
        try book.revoke(try add(&book), at: now)
        _ = try add(&book, life: .seconds(-1))
        let lasting = try add(&book)
        let changes = history.read(book, at: now)
        #expect(words(changes) == ["\(good) good", "\(lasting) good"])
        let standing = TokenStanding(
            id: good, standing: .good, role: "responder", person: Person("ada"),
            secretMark: book.entries[0].holder.secretMark, expiresAt: now + .seconds(60))
        guard case .tokens(let standings)? = changes.first else { throw TokenBook.Invalid(message: "no list") }
        #expect(standings.first == standing)
        #expect(history.read(book, at: now) == [])
    }

    @Test func thatThereIsNoneIsSaidOnce() {
        var history = AccessHistory()
        #expect(words(history.read(TokenBook(), at: now)) == ["none"])
        #expect(history.read(TokenBook(), at: now) == [])
    }

    @Test func whatIsMadeRevokedAndGoneIsNamed() throws {
        var (book, history) = (TokenBook(), AccessHistory())
        let (kept, revoked) = (try add(&book), try add(&book))
        _ = history.read(book, at: now)
        try book.revoke(revoked, at: now)
        let (made, over) = (try add(&book), try add(&book))
        try book.revoke(over, at: now)
        #expect(words(history.read(book, at: now)) == ["\(revoked) revoked", "\(made) made", "\(over) revoked"])
        let gone = [kept, revoked, made, over].map { "\($0) gone" }
        #expect(words(history.read(TokenBook(), at: now)) == gone)
    }

    /// The commands cannot do any of this, so whoever did it had the file in his hands.
    @Test func whatWasEditedIsNamedByWhatItMeans() throws {
        var book = TokenBook()
        let id = try add(&book, life: .seconds(1))
        let end = "\(now.milliseconds + 1000)"
        let digest = try #require(
            String(decoding: book.bytes, as: UTF8.self).firstMatch(of: /[0-9a-f]{64}/)?.output)
        var revoked = book
        try revoked.revoke(id, at: now + .seconds(5))
        let tries: [(TokenBook, TokenBook, String)] = [
            (book, try edited(book, end, "\(now.milliseconds + 9000)"), "changed"),
            (book, try edited(book, "\"ada\"", "\"grace\""), "changed"),
            (book, try edited(book, String(digest), String(repeating: "0", count: 64)), "secret-replaced"),
            (revoked, book, "restored"),
            (revoked, try edited(book, String(digest), String(repeating: "0", count: 64)), "restored"),
            (revoked, try edited(revoked, end, "\(now.milliseconds + 9000)"), "changed"),
        ]
        for (before, after, standing) in tries {
            var history = AccessHistory()
            _ = history.read(before, at: now)
            #expect(words(history.read(after, at: now)) == ["\(id) \(standing)"])
        }
    }

    /// Nobody gets anything past the journal by making the file unreadable meanwhile.
    @Test func whatChangedWhileTheFileCouldNotBeReadIsNamedAfterwards() throws {
        var (book, history) = (TokenBook(), AccessHistory())
        let (kept, revoked) = (try add(&book), try add(&book))
        _ = history.read(book, at: now)
        #expect(words(history.couldNotRead()) == ["unreadable"] && history.book == TokenBook())
        #expect(history.couldNotRead() == [] && !history.isReadable)
        try book.revoke(revoked, at: now)
        let made = try add(&book)
        #expect(
            words(history.read(book, at: now)) == [
                "\(revoked) revoked", "\(made) made", "\(kept) good", "\(made) good",
            ])
        #expect(history.book == book && history.isReadable)
    }

    /// What is kept of a journal says whose a token was, whatever was removed.
    @Test func allThatIsGoodIsNamedOnceADay() throws {
        var (book, history) = (TokenBook(), AccessHistory())
        let id = try add(&book)
        _ = history.read(book, at: now)
        let day = AccessHistory.pauseBetweenLists
        #expect(!history.isListDue(at: now + day - .milliseconds(1)) && history.isListDue(at: now + day))
        #expect(words(history.read(book, at: now + day)) == ["\(id) good"])
        #expect(!history.isListDue(at: now + day))
        // The clock was put back.
        #expect(history.isListDue(at: now))
    }

    /// Also over a restart it shows that another secret opened it meanwhile, and not which.
    @Test func aListTellsSecretsApart() throws {
        var book = TokenBook()
        let token = try book.add(role: .viewer, person: nil, source: nil, note: "", at: now, life: nil)
        let text = String(decoding: book.bytes, as: UTF8.self)
        let digest = String(try #require(text.firstMatch(of: /[0-9a-f]{64}/)).output)
        let other = try edited(book, digest, String(repeating: "0", count: 64))
        let marks = [book, book, other].map { book in
            var history = AccessHistory()
            guard case .tokens(let tokens)? = history.read(book, at: now).first else { return "" }
            return tokens[0].secretMark
        }
        #expect(marks[0] == marks[1] && marks[0] != marks[2] && marks.allSatisfy { $0.count == 16 })
        #expect(!token.contains(marks[0]) && !digest.contains(marks[0]))
        let holder = try #require(book.holder(of: token, at: now))
        #expect(book.isGood(holder, at: now) && !other.isGood(holder, at: now))
        #expect(book.isGood(id: holder.id, at: now) && !book.isGood(id: "00000000", at: now))
    }

    @Test func noEntryGrowsWithTheNumberOfTokens() throws {
        var (book, history) = (TokenBook(), AccessHistory())
        for _ in 0..<250 { _ = try add(&book) }
        let changes = history.read(book, at: now)
        #expect(changes.count == 3)
        #expect(words(changes) == book.entries.map { "\($0.holder.id) good" })
        for case .tokens(let tokens) in changes { #expect(tokens.count <= 100) }
    }
}
