/// Actions that need no executor. They are declared like any other, so policy and checks treat them alike.
public enum BuiltInActions {
    public static let all: [Action] = [deduplicate, silence, note, notify]

    private static let deduplicate = action(
        .alertsDeduplicate, effect: .additive, undo: .builtIn,
        about: "Keeps one alert of each group as the representative and silences the others for a while.",
        parameters: [
            text("match", about: "a selector: the alerts to silence"),
            text("keep", about: "a selector: the alerts that stay as representatives"),
            span("for", about: "how long"),
        ])

    private static let silence = action(
        .alertsSilence, effect: .additive, undo: .builtIn,
        about: "Silences alerts for a while.",
        parameters: [
            text("match", about: "a selector: the alerts to silence"),
            span("for", about: "how long"),
            text("because", about: "shown to whoever looks at the silence"),
        ])

    private static let note = action(
        .incidentNote, effect: .none, undo: .notNeeded(because: "a note changes nothing"),
        about: "Writes a line into the incident's timeline.",
        parameters: [text("text", about: "the line")])

    private static let notify = action(
        .incidentNotify, effect: .none, undo: .notNeeded(because: "a message cannot be unsaid, and changes nothing"),
        about: "Tells people about the incident.",
        parameters: [
            text("to", about: "a role or a person of `people:`"),
            text("text", about: "what to say"),
        ])

    private static let nowhere = FileLocation(file: "built-in", line: 1, column: 1)

    /// A silence that is asked for twice is two silences.
    private static func isIdempotent(_ builtIn: Operation.BuiltIn) -> Bool {
        switch builtIn {
        case .alertsDeduplicate, .alertsSilence: false
        case .incidentNote, .incidentNotify: true
        }
    }

    private static func action(
        _ builtIn: Operation.BuiltIn, effect: Effect, undo: Undo, about: String, parameters: [Parameter]
    ) -> Action {
        Action(
            name: builtIn.rawValue, about: about, effect: effect, isIdempotent: isIdempotent(builtIn),
            parameters: parameters,
            rehearsal: .none(because: "the engine does it itself and shows the effect beforehand"),
            operation: .builtIn(builtIn), undo: undo, timeout: .seconds(10), location: nowhere)
    }

    private static func text(_ name: String, about: String) -> Parameter {
        Parameter(name: name, kind: .string(Parameter.StringRule(maxBytes: 1024)), about: about, location: nowhere)
    }

    private static func span(_ name: String, about: String) -> Parameter {
        Parameter(name: name, kind: .duration, about: about, defaultValue: "30m", location: nowhere)
    }
}
