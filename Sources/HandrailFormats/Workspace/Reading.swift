internal import HandrailCore

/// Turns nodes into plain values. What does not fit becomes a finding, and nil.
struct Reading {
    let findings: FindingList

    func location(_ node: YAMLNode) -> FileLocation {
        FileLocation(file: node.source.path, line: node.start.line, column: node.start.column)
    }

    func fields(_ node: YAMLNode, _ what: String, _ keys: [String]) -> Fields? {
        Fields(node, what, keys: keys, findings)
    }

    func error(_ code: String, _ message: String, at node: YAMLNode, suggestion: String? = nil, notes: [String] = []) {
        findings.error(code, message, at: node.span, suggestion: suggestion, notes: notes)
    }

    // MARK: - Collections

    /// The items of a list; no items, with a finding, where it is none.
    func list(_ node: YAMLNode?, _ what: String) -> [YAMLNode] {
        guard let node else { return [] }
        if case .sequence(let items) = node.content { return items }
        let suggestion = node.text.flatMap { $0.utf8.count <= 40 ? "[\($0)]" : nil }
        error("wrong-kind", "\(what) is a list, and this is \(node.kindInWords)", at: node, suggestion: suggestion)
        return []
    }

    func entries(_ node: YAMLNode?, _ what: String) -> [YAMLEntry] {
        guard let node else { return [] }
        if case .mapping(let entries) = node.content { return entries }
        error("wrong-kind", "\(what) is a mapping, and this is \(node.kindInWords)", at: node)
        return []
    }

    // MARK: - Scalars

    func text(_ node: YAMLNode?, _ what: String) -> String? {
        guard let node else { return nil }
        if let text = node.text {
            if !text.utf8.isEmpty { return text }
            error("empty", "\(what) is empty", at: node)
            return nil
        }
        error("wrong-kind", "\(what) is a text, and this is \(node.kindInWords)", at: node)
        return nil
    }

    func texts(_ node: YAMLNode?, _ what: String) -> [String] {
        list(node, what).compactMap { text($0, "an entry of \(what)") }
    }

    func integer(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Int>) -> Int? {
        guard let node, let text = text(node, what) else { return nil }
        guard let number = Int(text), String(number).hasSameBytes(as: text) else {
            error("not-a-number", "\(what) is a whole number, and \(quoted(text)) is none", at: node)
            return nil
        }
        guard range.contains(number) else {
            let bounds =
                range.upperBound == .max
                ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
            error("out-of-range", "\(what) must be \(bounds)", at: node)
            return nil
        }
        return number
    }

    func number(_ node: YAMLNode?, _ what: String, _ range: ClosedRange<Double>) -> Double? {
        guard let node, let text = text(node, what) else { return nil }
        guard let number = Double(text), number.isFinite else {
            error("not-a-number", "\(what) is a number, and \(quoted(text)) is none", at: node)
            return nil
        }
        guard range.contains(number) else {
            error("out-of-range", "\(what) must be \(range.lowerBound) to \(range.upperBound)", at: node)
            return nil
        }
        return number
    }

    func boolean(_ node: YAMLNode?, _ what: String) -> Bool? {
        guard let node, let text = text(node, what) else { return nil }
        if text == "true" { return true }
        if text == "false" { return false }
        let known = ["yes": "true", "on": "true", "no": "false", "off": "false"]
        error(
            "not-a-boolean", "\(what) is `true` or `false`, and not \(quoted(text))", at: node,
            suggestion: known[text.lowercased()])
        return nil
    }

    // MARK: - Time and parts

    func duration(_ node: YAMLNode?, _ what: String, orZero: Bool = false) -> Duration? {
        guard let node, let text = text(node, what) else { return nil }
        switch DurationText.parse(text) {
        case .duration(let duration):
            if duration > .zero || orZero { return duration }
            error("out-of-range", "\(what) must be longer than nothing", at: node)
        case .fault(let message, let suggestion):
            error("not-a-duration", "\(what) \(message)", at: node, suggestion: suggestion)
        }
        return nil
    }

    func percent(_ node: YAMLNode?, _ what: String) -> Int? {
        guard let node, let text = text(node, what) else { return nil }
        guard text.utf8.last == UInt8(ascii: "%"), let percent = Int(text.dropLast()), 1...100 ~= percent else {
            let number = Int(text).flatMap { 1...100 ~= $0 ? "\($0)%" : nil }
            error(
                "not-a-percentage", "\(what) is a whole percentage from `1%` to `100%`, and not \(quoted(text))",
                at: node, suggestion: number)
            return nil
        }
        return percent
    }

    func timestamp(_ node: YAMLNode?, _ what: String) -> Timestamp? {
        guard let node, let text = text(node, what) else { return nil }
        if let time = Timestamp(rfc3339: text) { return time }
        error(
            "not-a-time", "\(what) is a time such as `2026-12-24T18:00:00Z`, and \(quoted(text)) is none", at: node)
        return nil
    }
}
