internal import HandrailFormats

/// A silence as Alertmanager shows it.
struct ListedSilence: Hashable, Sendable {
    enum State: String, Sendable {
        case pending, active, expired
    }

    /// Who we say we are.
    static let creator = "handrail"

    let identifier: String
    let state: State
    private let createdBy: String
    private let comment: String

    init?(_ document: JSONValue) {
        guard case .string(let identifier)? = document["id"], Self.isIdentifier(identifier),
            case .string(let name)? = document["status"]?["state"], let state = State(rawValue: name)
        else { return nil }
        self.identifier = identifier
        self.state = state
        createdBy = Self.text(document["createdBy"])
        comment = Self.text(document["comment"])
    }

    /// The mark ends the comment: what stands before it may be anybody's words.
    func isOurs(marked mark: String) -> Bool {
        createdBy == Self.creator && comment.utf8.reversed().starts(with: "[\(mark)]".utf8.reversed())
    }

    func isActive(marked mark: String) -> Bool {
        switch state {
        case .pending, .active: isOurs(marked: mark)
        case .expired: false
        }
    }

    /// It becomes part of a path.
    static func isIdentifier(_ text: String) -> Bool {
        !text.utf8.isEmpty && text.utf8.count <= 64
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func text(_ value: JSONValue?) -> String {
        guard case .string(let text)? = value else { return "" }
        return text
    }
}
