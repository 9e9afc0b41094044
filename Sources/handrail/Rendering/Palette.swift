/// What a piece of text is, from which its colour follows.
enum Paint {
    case plain, strong, faint, good, caution, notice, bad

    fileprivate var code: String? {
        switch self {
        case .plain: nil
        case .strong: "1"
        case .faint: "2"
        case .good: "32"
        case .caution: "33"
        case .notice: "36"
        case .bad: "31"
        }
    }
}

/// Colours, or none.
struct Palette: Sendable {
    let isColoured: Bool

    static let plain = Palette(isColoured: false)

    func paint(_ text: String, _ paint: Paint) -> String {
        guard isColoured, !text.utf8.isEmpty, let code = paint.code else { return text }
        return "\u{1B}[\(code)m\(text)\u{1B}[0m"
    }
}
