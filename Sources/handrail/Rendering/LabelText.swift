internal import HandrailCore

/// An alert in a few words: its name, and the labels that tell most about where it is.
enum LabelText {
    static let mostLabels = 4
    /// Scalars that are shown of one value.
    static let valueLimit = 60

    /// Labels that name a thing, the most telling first.
    private static let telling: [ExactText] = [
        "service", "worker", "server", "host", "hostname", "zone", "queue", "process", "program", "group", "pod",
        "node", "device", "mountpoint", "database", "container",
    ]
    /// Labels that say how it was seen; shown where too little else names the thing.
    private static let surroundings: [ExactText] = ["instance", "namespace", "job", "cluster"]
    /// The name itself, what says nothing about where it is, and what only machines compare.
    private static let untelling: Set<ExactText> = ["alertname", "severity", AlertIdentity.keyLabel]
    private static let enough = 2

    static func of(_ alert: LabelSet) -> String { words(alert).joined(separator: " ") }

    static func words(_ alert: LabelSet) -> [String] {
        [name(alert.alertname)] + words(alert.labels)
    }

    static func name(_ alertname: ExactText) -> String {
        alertname.isEmpty ? "(no alertname)" : value(alertname)
    }

    /// The most telling of the labels, in the order of their names.
    static func words(_ labels: [Label]) -> [String] {
        let others = labels.filter { !untelling.contains($0.name) }
        func find(_ names: [ExactText]) -> [Label] { names.compactMap { name in others.first { $0.name == name } } }
        var chosen = Array(find(telling).prefix(mostLabels))
        if chosen.count < enough { chosen += find(surroundings).prefix(enough - chosen.count) }
        if chosen.isEmpty { chosen = Array(others.prefix(enough)) }
        return chosen.sorted { $0.name < $1.name }.map(pair)
    }

    static func pair(_ label: Label) -> String { "\(value(label.name))=\(value(label.value))" }

    /// Bare where nothing in it could be taken for something else, in double quotes otherwise.
    static func value(_ text: ExactText) -> String {
        let shown = TextEscape.shown(text.string, limit: valueLimit, escaping: quotedEscape)
        let isBare = !text.isEmpty && shown.text.unicodeScalars.allSatisfy(isBare)
        return isBare ? shown.text : "\"\(shown.text)\""
    }

    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", ":", "/", "@", "+", "%", "*", "…": true
        default: scalar.value >= 0x80 && scalar.properties.isAlphabetic
        }
    }

    private static func quotedEscape(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        default: TextEscape.escape(of: scalar)
        }
    }
}
