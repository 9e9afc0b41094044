public import HandrailCore

/// Follows the tokens from one look to the next, and says what the journal is to be told.
public struct AccessHistory: Sendable {
    /// So that no entry of the journal grows with the number of tokens.
    private static let mostTokens = 100
    /// So that the oldest entries can be removed, and what is left still says whose a token was.
    static let pauseBetweenLists = Duration.seconds(24 * 60 * 60)

    /// The tokens that count: none where they cannot be read.
    public var book: TokenBook { isReadable ? lastRead : TokenBook() }
    public private(set) var isReadable = true

    /// As it could be read last.
    private var lastRead = TokenBook()
    private var listedAt: Timestamp?

    public init() {}

    /// Whether all that is good is to be named again, though nothing has changed.
    func isListDue(at now: Timestamp) -> Bool {
        // A clock that was put back must not put it off.
        listedAt.map { now < $0 || now - $0 >= Self.pauseBetweenLists } ?? true
    }

    /// - Returns: what has changed, also while they could not be read; and all that is good, at first, afterwards and daily.
    public mutating func read(_ book: TokenBook, at now: Timestamp) -> [AccessChange] {
        var changes = listedAt == nil ? [] : Self.pieces(of: book.standings(since: lastRead))
        if !isReadable || isListDue(at: now) {
            let list = Self.pieces(of: book.goodStandings(at: now))
            // That there is none is worth knowing, too.
            changes += list.isEmpty ? [.tokens([])] : list
            listedAt = now
        }
        (lastRead, isReadable) = (book, true)
        return changes
    }

    public mutating func couldNotRead() -> [AccessChange] {
        defer { isReadable = false }
        return isReadable ? [.unreadable] : []
    }

    private static func pieces(of standings: [TokenStanding]) -> [AccessChange] {
        stride(from: 0, to: standings.count, by: mostTokens).map { start in
            .tokens(Array(standings[start..<min(start + mostTokens, standings.count)]))
        }
    }
}

extension TokenBook {
    fileprivate func goodStandings(at now: Timestamp) -> [TokenStanding] {
        entries.filter { $0.fault(at: now) == nil }.map { $0.standing(.good) }
    }

    /// In the order of the book; those that are gone come last.
    fileprivate func standings(since before: TokenBook) -> [TokenStanding] {
        guard self != before else { return [] }
        let (known, now) = (before.byID, byID)
        let changed = entries.compactMap { entry in
            entry.change(since: known[ExactText(entry.holder.id)]).map { entry.standing($0) }
        }
        let gone = before.entries.filter { now[ExactText($0.holder.id)] == nil }.map { $0.standing(.gone) }
        return changed + gone
    }

    private var byID: [ExactText: Entry] {
        Dictionary(entries.map { (ExactText($0.holder.id), $0) }, uniquingKeysWith: { first, _ in first })
    }
}

extension TokenBook.Entry {
    fileprivate func change(since before: Self?) -> TokenStanding.Standing? {
        guard let before else { return revokedAt == nil ? .made : .revoked }
        if self == before { return nil }
        switch (before.revokedAt, revokedAt) {
        case (nil, _?): return .revoked
        case (_?, nil): return .restored
        case (nil, nil), (_?, _?): return digest.hasSameBytes(as: before.digest) ? .changed : .secretReplaced
        }
    }

    fileprivate func standing(_ standing: TokenStanding.Standing) -> TokenStanding {
        TokenStanding(
            id: holder.id, standing: standing, role: holder.role.rawValue, person: holder.person,
            source: holder.source, secretMark: holder.secretMark, expiresAt: expiresAt, revokedAt: revokedAt)
    }
}
