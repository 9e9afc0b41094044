internal import HandrailCore

extension AccessChange {
    func writeMembers(to object: inout JSONWriter) {
        switch self {
        case .tokens(let standings): object.member("tokens", standings)
        case .unreadable: break
        }
    }
}

extension TokenStanding: PayloadObject {
    func writeMembers(to object: inout JSONWriter) {
        object.member("id", id)
        object.member("standing", standing.rawValue)
        object.member("role", role)
        object.member("person", ifAny: person?.name.string)
        object.member("source", ifAny: source)
        object.member("secretMark", secretMark)
        object.member("expiresAt", ifAny: expiresAt)
        object.member("revokedAt", ifAny: revokedAt)
    }

    init(_ value: PayloadValue) throws(PayloadError) {
        self.init(
            id: try value.text("id"), standing: try value.word("standing"), role: try value.text("role"),
            person: try value.optionalText("person").map { Person($0) }, source: try value.optionalText("source"),
            secretMark: try value.text("secretMark"),
            expiresAt: try value.optionalTime("expiresAt"), revokedAt: try value.optionalTime("revokedAt"))
    }
}
