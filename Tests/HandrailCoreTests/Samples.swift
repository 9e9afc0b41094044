import CEL

@testable import HandrailCore

/// Short ways to make values, so that a test shows only what it is about.
enum Sample {
    static func labels(_ pairs: KeyValuePairs<String, String>) -> LabelSet {
        LabelSet(
            pairs.map { Label(name: ExactText($0.key), value: ExactText($0.value)) }, identity: AlertIdentity())
    }

    static func at(_ seconds: Double) -> Timestamp {
        Timestamp(milliseconds: Int64(seconds * 1000) + 1_700_000_000_000)
    }

    static func firing(_ pairs: KeyValuePairs<String, String>, since seconds: Double) -> Alert {
        Alert(labels: labels(pairs), status: .firing, startsAt: at(seconds))
    }

    static func resolved(_ pairs: KeyValuePairs<String, String>, since seconds: Double, at end: Double) -> Alert {
        Alert(labels: labels(pairs), status: .resolved, startsAt: at(seconds), endsAt: at(end))
    }

    static func delivery(_ seconds: Double, _ alerts: Alert..., isAuthenticated: Bool = true) -> Delivery {
        Delivery(receivedAt: at(seconds), source: "test", alerts: alerts, isAuthenticated: isAuthenticated)
    }

    static let place = FileLocation(file: "test.yaml", line: 1, column: 1)

    /// `name` alone, or with exact label values.
    static func selector(_ name: String, _ values: KeyValuePairs<String, String> = [:]) throws -> Selector {
        var matchers = [try Matcher(name: "alertname", comparison: .equal, value: ExactText(name))]
        for (label, value) in values {
            matchers.append(try Matcher(name: ExactText(label), comparison: .equal, value: ExactText(value)))
        }
        return Selector(source: name, matchers: matchers)
    }

    static func pattern(_ name: String, _ alertname: String) throws -> NamedPattern {
        NamedPattern(name: name, selector: try selector(alertname), location: place)
    }

    static func blocker(_ alertname: String) throws -> LocatedSelector {
        LocatedSelector(selector: try selector(alertname), location: place)
    }
}
