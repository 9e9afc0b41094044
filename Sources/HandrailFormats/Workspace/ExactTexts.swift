internal import HandrailCore

extension [String] {
    var exact: [ExactText] { map { ExactText($0) } }

    /// Each once, in the order of their bytes.
    var distinct: [String] { Set(exact).sorted().map(\.string) }
}
