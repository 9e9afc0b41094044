internal import HandrailCore
internal import HandrailFormats

/// A rule that was tried when a decision was made, as the journal says it: evidence, and read for nothing but to be shown.
struct RecordedTrial: Hashable {
    /// A part of the rule with what it came to.
    struct Step: Hashable {
        let text: String
        /// Nil where the rest of the rule made it unnecessary.
        let value: String?
        let error: String?
    }

    let source: String
    let rule: String
    let place: String
    let verdict: String
    /// `applied`, `didNotApply` or `failed`.
    let outcome: String
    let because: String?
    let steps: [Step]

    /// Those of a decision's payload. What has another shape is left out: a newer version may have written it.
    static func all(in payload: [UInt8]) -> [RecordedTrial] {
        guard let document = try? JSONValue(parsing: payload),
            case .array(let trials)? = document["decision"]?["trials"]
        else { return [] }
        return trials.compactMap { RecordedTrial($0) }
    }

    private init?(_ value: JSONValue) {
        guard let source = value["source"]?.text, let rule = value["rule"]?.text, let verdict = value["verdict"]?.text,
            let outcome = value["outcome"]?.text
        else { return nil }
        self.source = source
        self.rule = rule
        self.verdict = verdict
        self.outcome = outcome
        because = value["because"]?.text
        place = Self.place(value["location"])
        guard case .array(let steps)? = value["steps"] else {
            self.steps = []
            return
        }
        self.steps = steps.compactMap { step in
            step["text"]?.text.map { Step(text: $0, value: step["value"]?.text, error: step["error"]?.text) }
        }
    }

    private static func place(_ location: JSONValue?) -> String {
        guard let file = location?["file"]?.text, case .integer(let line)? = location?["line"] else { return "" }
        return "\(file):\(line)"
    }

    // MARK: - Showing

    func render(isFirst: Bool, _ page: inout Page) {
        let shown = "\(source) \(TextEscape.line(rule)): \(verdict), \(words)"
        page.row(
            isFirst ? "rules tried" : "", depth: 1, Page.words(of: TextEscape.line(shown, limit: 600)),
            remark: TextEscape.line(place), paint: paint)
        for step in steps {
            if let value = step.value {
                let text = TextEscape.line("\(step.text) = \(value)", limit: 400)
                page.below(Page.words(of: text), indent: 3, paint: .faint)
            } else if let error = step.error {
                let text = TextEscape.line("\(step.text) failed: \(error)", limit: 400)
                page.below(Page.words(of: text), indent: 3, paint: .bad)
            }
        }
    }

    private var words: String {
        switch outcome {
        case "applied": "applied"
        case "didNotApply": "did not apply"
        default: "failed: \(because ?? "")"
        }
    }

    private var paint: Paint {
        switch outcome {
        case "applied": .plain
        case "didNotApply": .faint
        default: .bad
        }
    }

    func write(to writer: inout JSONWriter) {
        writer.object { object in
            object.member("source", source)
            object.member("rule", rule)
            object.member("place", place)
            object.member("verdict", verdict)
            object.member("outcome", outcome)
            object.member("because") { $0.optional(because) }
            object.member("steps") { list in
                list.array { array in
                    for step in steps {
                        array.object { object in
                            object.member("text", step.text)
                            object.member("value") { $0.optional(step.value) }
                            object.member("error") { $0.optional(step.error) }
                        }
                    }
                }
            }
        }
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
