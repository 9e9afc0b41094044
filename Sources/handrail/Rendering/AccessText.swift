internal import HandrailCore

/// Whose tokens open something, in one line.
enum AccessText {
    private static let mostTokens = 5

    static func line(_ change: AccessChange) -> String {
        switch change {
        case .unreadable: "the tokens cannot be read, so none opens anything"
        case .tokens([]): "there is no token that opens anything"
        case .tokens(let tokens): line(tokens)
        }
    }

    private static func line(_ tokens: [TokenStanding]) -> String {
        let more = tokens.count - mostTokens
        return (tokens.prefix(mostTokens).map(words) + (more > 0 ? ["and \(more) more"] : [])).joined(separator: "; ")
    }

    private static func words(_ token: TokenStanding) -> String {
        let subject = token.person?.name.string ?? token.source.map { "source \($0)" } ?? token.role
        return "token \(TextEscape.line(token.id)) (\(TextEscape.line(subject))) \(words(token.standing))"
    }

    private static func words(_ standing: TokenStanding.Standing) -> String {
        switch standing {
        case .good: "is good"
        case .made: "was made"
        case .secretReplaced: "has another secret"
        case .revoked: "was revoked"
        case .restored: "is no longer revoked"
        case .changed: "was changed"
        case .gone: "is gone"
        }
    }
}
