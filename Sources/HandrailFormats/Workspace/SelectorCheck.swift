internal import HandrailCore

/// Finds selectors that no alert can match.
struct SelectorCheck {
    let findings: FindingList

    func check(_ selector: Selector, at node: YAMLNode) {
        for (index, matcher) in selector.matchers.enumerated() where matcher.comparison == .equal {
            for (otherIndex, other) in selector.matchers.enumerated() where other.name == matcher.name {
                guard otherIndex != index, otherIndex > index || other.comparison != .equal else { continue }
                guard !accepts(other, matcher.value) else { continue }
                findings.error(
                    "contradiction",
                    "this can match no alert: \(words(matcher)) and \(words(other)) exclude each other", at: node.span)
                return
            }
        }
    }

    private func accepts(_ matcher: Matcher, _ value: ExactText) -> Bool {
        matcher.matches(LabelSet([Label(name: matcher.name, value: value)], identity: AlertIdentity()))
    }

    private func words(_ matcher: Matcher) -> String {
        let name = EscapedExcerpt.of(matcher.name.string)
        let value = EscapedExcerpt.of(matcher.value.string)
        return "`\(name)\(matcher.comparison.rawValue)\"\(value)\"`"
    }
}
