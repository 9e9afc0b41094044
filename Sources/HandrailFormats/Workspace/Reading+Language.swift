internal import CEL
internal import HandrailCore

/// Choices, names, selectors and expressions.
extension Reading {
    /// A word of an enumeration.
    func choice<Choice>(_ node: YAMLNode?, _ what: String, _ type: Choice.Type) -> Choice?
    where Choice: RawRepresentable<String> & CaseIterable {
        guard let node, let text = text(node, what) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        error(
            "unknown-word", "\(what) is \(alternatives(words)), and not \(quoted(text))", at: node,
            suggestion: Suggestion.nearest(text, among: words))
        return nil
    }

    private func alternatives(_ words: [String]) -> String {
        let shown = words.map { "`\($0)`" }
        guard shown.count > 1, let last = shown.last else { return shown.joined() }
        return shown.dropLast().joined(separator: ", ") + " or " + last
    }

    // MARK: - Names

    /// What expressions use as a variable.
    func identifier(_ name: String, _ what: String, at node: YAMLNode, reserved: [String]) -> Bool {
        guard Self.isIdentifier(name) else {
            error(
                "bad-name", "\(what) \(quoted(name)) is not a name for expressions: use letters, digits and `_`",
                at: node, suggestion: Self.identifier(like: name))
            return false
        }
        guard !(reserved + Self.celWords).contains(name) else {
            error("bad-name", "\(what) cannot be called \(quoted(name)): the word is taken", at: node)
            return false
        }
        return true
    }

    private static let celWords = ["true", "false", "null", "in"]

    private static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, name.utf8.count <= 64, !(0x30...0x39).contains(first) else { return false }
        return name.utf8.allSatisfy(isWordByte)
    }

    private static func identifier(like name: String) -> String? {
        let changed = String(name.map { $0 == "-" || $0 == "." || $0 == " " ? "_" : $0 })
        return isIdentifier(changed) ? changed : nil
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// What people type on a command line: no blanks, nothing that a shell would read.
    func documentName(_ node: YAMLNode, _ what: String) -> String? {
        guard let name = text(node, "the name of \(what)") else { return nil }
        let isPlain = name.utf8.allSatisfy {
            Self.isWordByte($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".")
        }
        guard isPlain, name.utf8.count <= 100, name.utf8.first != UInt8(ascii: "-") else {
            error(
                "bad-name", "the name of \(what) has letters, digits, `-`, `_` and `.`, and at most 100 of them",
                at: node)
            return nil
        }
        return name
    }

    // MARK: - Selectors and expressions

    func selector(_ node: YAMLNode?, _ what: String) -> Selector? {
        guard let node, let source = text(node, what), isBounded(source, what, at: node) else { return nil }
        do throws(SelectorIssue) {
            let selector = try SelectorParser.parse(source)
            SelectorCheck(findings: findings).check(selector, at: node)
            return selector
        } catch {
            report("selector", error.message, error.range, error.suggestion, in: node)
            return nil
        }
    }

    func program(_ node: YAMLNode?, _ what: String, in environment: CELEnvironment, as type: CELType) -> CELProgram? {
        guard let node, let source = text(node, what), isBounded(source, what, at: node) else { return nil }
        switch environment.compile(source, expecting: type) {
        case .program(let program): return program
        case .issues(let issues):
            for issue in issues.prefix(20) {
                report("expression", issue.message, issue.range, issue.suggestion, in: node)
            }
            return nil
        }
    }

    func template(_ node: YAMLNode?, _ what: String, in environment: CELEnvironment) -> CELTemplate? {
        guard let node else { return nil }
        guard case .scalar(let scalar) = node.content, !scalar.isNull else {
            error("wrong-kind", "\(what) is a text, and this is \(node.kindInWords)", at: node)
            return nil
        }
        guard isBounded(scalar.text, what, at: node) else { return nil }
        switch CELTemplate.compile(scalar.text, in: environment) {
        case .template(let template): return template
        case .issues(let issues):
            for issue in issues.prefix(20) {
                report("expression", issue.message, issue.range, issue.suggestion, in: node)
            }
            return nil
        }
    }

    private static let sourceLimitBytes = 16 << 10

    private func isBounded(_ source: String, _ what: String, at node: YAMLNode) -> Bool {
        if source.utf8.count <= Self.sourceLimitBytes { return true }
        error("too-long", "\(what) is longer than 16 KiB", at: node)
        return false
    }

    private func report(
        _ code: String, _ message: String, _ range: Range<Int>, _ suggestion: String?, in node: YAMLNode
    ) {
        let span = ScalarPlaces(node)?.span(range) ?? node.span
        findings.error(code, message, at: span, suggestion: suggestion)
    }
}
