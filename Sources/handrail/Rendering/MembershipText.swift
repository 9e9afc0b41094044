internal import HandrailCore

/// Why an alert is in an incident, or why it is muted, in a few words.
enum MembershipText {
    static func reason(_ reason: MembershipReason) -> String {
        switch reason {
        case .opened: "the first one"
        case .sharesLabel(let name, _): "same \(LabelText.value(ExactText(name)))"
        case .sameService(let service): "same service \(name(service))"
        case .dependency(let from, let to, let hops):
            "\(name(from)) and \(name(to)) are \(CountText.of(hops, "dependency", plural: "dependencies")) apart"
        case .memberBefore: "a member before"
        case .causedByRun(let runbook): "began where `\(TextEscape.line(runbook))` was at work"
        }
    }

    static func muting(_ muting: Muting) -> String {
        switch muting {
        case .silencedBySource: "silenced by its source"
        case .silenced(let because, let place): "silenced: \(TextEscape.line(because)), \(PlaceText.of(place))"
        case .inhibited(let cause, let place): "inhibited by \(LabelText.of(cause)), \(PlaceText.of(place))"
        case .causedByRun(let runbook): "held back while `\(TextEscape.line(runbook))` settles"
        }
    }

    private static func name(_ service: String) -> String { LabelText.value(ExactText(service)) }
}

/// A place in a file, as `policies/staging.yaml:4`.
enum PlaceText {
    static func of(_ place: FileLocation) -> String { "\(TextEscape.line(place.file)):\(place.line)" }
}
