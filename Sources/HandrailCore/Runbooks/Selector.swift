public import CEL

/// A Prometheus selector: `WorkerStuck{severity=~"warning|critical"}`.
public struct Selector: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    public let source: String
    /// The alert's name where the selector fixes it, so that an index can find the selector.
    public let alertname: ExactText?
    public let matchers: [Matcher]

    public init(source: String, matchers: [Matcher]) {
        self.source = source
        self.matchers = matchers
        alertname = matchers.compactMap(\.fixedAlertname).first
    }

    public func matches(_ labels: LabelSet) -> Bool {
        matchers.allSatisfy { $0.matches(labels) }
    }

    public var description: String { source }

    public static func == (left: Selector, right: Selector) -> Bool { left.matchers == right.matchers }
    public func hash(into hasher: inout Hasher) { hasher.combine(matchers) }
}

/// One condition on one label. A missing label equals the empty string, as in Prometheus.
public struct Matcher: Hashable, Sendable {
    public enum Operator: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "!="
        case matches = "=~"
        case doesNotMatch = "!~"
    }

    public let name: ExactText
    public let comparison: Operator
    public let value: ExactText
    /// Anchored at both ends. Present exactly for the two regex operators.
    let regex: LinearRegex?

    public init(name: ExactText, comparison: Operator, value: ExactText) throws(CELIssue) {
        self.name = name
        self.comparison = comparison
        self.value = value
        switch comparison {
        case .equal, .notEqual: regex = nil
        case .matches, .doesNotMatch: regex = try LinearRegex(value.string)
        }
    }

    public func matches(_ labels: LabelSet) -> Bool {
        let carried = labels[name] ?? ""
        switch comparison {
        case .equal: return carried == value
        case .notEqual: return carried != value
        case .matches: return regex?.matchesWhole(carried.string) ?? false
        case .doesNotMatch: return !(regex?.matchesWhole(carried.string) ?? true)
        }
    }

    var fixedAlertname: ExactText? {
        comparison == .equal && name == "alertname" && !value.isEmpty ? value : nil
    }

    public static func == (left: Matcher, right: Matcher) -> Bool {
        (left.name, left.comparison, left.value) == (right.name, right.comparison, right.value)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(name)
        hasher.combine(comparison)
        hasher.combine(value)
    }
}
