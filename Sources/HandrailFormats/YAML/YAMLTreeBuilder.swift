internal import HandrailCore

/// Builds trees from the events of a piece of a file, and refuses what Handrail's files may not hold.
struct YAMLTreeBuilder: ~Copyable {
    /// The rest of the piece is not read; a finding says why.
    private struct Abandoned: Error {}

    private let source: SourceText
    private let findings: FindingList
    private let firstByte: Int
    private let byteCount: Int
    private let firstScalar: Int
    private let firstLine: Int
    private var events: YAMLEvents
    /// The document holds something whose value is unknown, so decoding it would find what is not wrong.
    private var isUnusable = false

    init?(
        _ bytes: UnsafeBufferPointer<UInt8>, at firstByte: Int, of source: SourceText, _ findings: FindingList
    ) {
        guard let events = YAMLEvents(bytes) else { return nil }
        self.events = events
        self.source = source
        self.findings = findings
        self.firstByte = firstByte
        byteCount = bytes.count
        firstScalar = source.scalarIndex(atByte: firstByte)
        firstLine = source.lineIndex(atByte: firstByte)
    }

    mutating func documents() -> [YAMLNode] {
        var documents: [YAMLNode] = []
        do {
            while let document = try nextDocument() {
                if isUnusable { findings.markIncomplete() }
                if !isUnusable, !document.isNull { documents.append(document) }
                isUnusable = false
            }
        } catch {
            // A finding has been added where it happened.
            findings.markIncomplete()
        }
        return documents
    }

    private mutating func nextDocument() throws(Abandoned) -> YAMLNode? {
        while true {
            let event = try next()
            switch event.kind {
            case .streamEnd: return nil
            case .documentStart(let hasDirectives):
                if hasDirectives { refuse("directive", "YAML directives are not used here", event) }
                return try node(try next(), depth: 1)
            case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .other: continue
            }
        }
    }

    // MARK: - Nodes

    private mutating func node(_ event: YAMLEvents.Event, depth: Int) throws(Abandoned) -> YAMLNode {
        if event.hasAnchor { refuse("anchor", "anchors are not used here: write the value where it is needed", event) }
        if event.hasTag { refuse("tag", "tags are not used here", event) }
        switch event.kind {
        case .scalar(let scalar): return self.scalar(scalar, event)
        case .sequenceStart: return try sequence(event, depth: depth)
        case .mappingStart: return try mapping(event, depth: depth)
        case .alias:
            refuse("alias", "aliases are not used here: write the value where it is needed", event)
            isUnusable = true
            return made(.scalar(YAMLScalar(text: "", style: .plain)), event.start, event.end)
        case .streamEnd, .documentStart, .sequenceEnd, .mappingEnd, .other: throw Abandoned()
        }
    }

    private mutating func scalar(_ scalar: YAMLScalar, _ event: YAMLEvents.Event) -> YAMLNode {
        let node = made(.scalar(scalar), event.start, event.end)
        if scalar.text.utf8.contains(0) { findings.error("nul", "the text holds a NUL", at: node.span) }
        return node
    }

    private mutating func sequence(_ start: YAMLEvents.Event, depth: Int) throws(Abandoned) -> YAMLNode {
        try checkDepth(depth, start)
        var items: [YAMLNode] = []
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind { return closed(.sequence(items), start, event, items.last?.end) }
            items.append(try node(event, depth: depth + 1))
        }
    }

    private mutating func mapping(_ start: YAMLEvents.Event, depth: Int) throws(Abandoned) -> YAMLNode {
        try checkDepth(depth, start)
        var entries: [YAMLEntry] = []
        var known: [ExactText: SourceMark] = [:]
        var last: SourceMark?
        while true {
            let event = try next()
            if case .mappingEnd = event.kind { return closed(.mapping(entries), start, event, last) }
            let keyNode = try node(event, depth: depth + 1)
            let value = try node(try next(), depth: depth + 1)
            last = value.end
            guard let key = key(keyNode) else { continue }
            if let first = known.updateValue(keyNode.start, forKey: ExactText(key)) {
                known[ExactText(key)] = first
                findings.error(
                    "duplicate-key", "key \(quoted(key)) comes twice", at: keyNode.span,
                    notes: ["it stands on line \(first.line) already"])
            } else {
                entries.append(YAMLEntry(key: key, keyNode: keyNode, value: value))
            }
        }
    }

    private func key(_ node: YAMLNode) -> String? {
        guard case .scalar(let scalar) = node.content else {
            findings.error("key-not-text", "a key must be text, and this is \(node.kindInWords)", at: node.span)
            return nil
        }
        if scalar.style == .plain, scalar.text.utf8.elementsEqual("<<".utf8) {
            findings.error("merge-key", "merge keys are not used here: write the values out", at: node.span)
            return nil
        }
        if let kind = scalar.kindIfNotText {
            findings.error(
                "key-not-text", "the key `\(EscapedExcerpt.of(scalar.text))` is \(kind) and not text: quote it",
                at: node.span)
            return nil
        }
        return scalar.text
    }

    private mutating func checkDepth(_ depth: Int, _ event: YAMLEvents.Event) throws(Abandoned) {
        guard depth > YAMLReader.maximumDepth else { return }
        refuse("nested-too-deep", "this is nested more than \(YAMLReader.maximumDepth) deep", event)
        throw Abandoned()
    }

    // MARK: - Places

    private func closed(
        _ content: YAMLNode.Content, _ start: YAMLEvents.Event, _ end: YAMLEvents.Event, _ last: SourceMark?
    ) -> YAMLNode {
        // The end of a block is found only at what follows it; the end of its last value is what a person means.
        let isFlow = end.end.scalar > end.start.scalar
        let node = made(content, start.start, end.end)
        guard !isFlow, let last else { return node }
        return YAMLNode(content: content, start: node.start, end: last, source: source)
    }

    private func made(_ content: YAMLNode.Content, _ start: YAMLEvents.Mark, _ end: YAMLEvents.Mark) -> YAMLNode {
        YAMLNode(content: content, start: mark(start), end: mark(end), source: source)
    }

    private func mark(_ mark: YAMLEvents.Mark) -> SourceMark {
        SourceMark(
            byte: source.byte(atScalar: firstScalar + mark.scalar), line: firstLine + mark.line + 1,
            column: mark.column + 1)
    }

    private func refuse(_ code: String, _ message: String, _ event: YAMLEvents.Event) {
        let (start, end) = (mark(event.start).byte, mark(event.end).byte)
        findings.error(code, message, at: SourceSpan(source: source, range: start..<max(start, end)))
    }

    // MARK: - Syntax

    private mutating func next() throws(Abandoned) -> YAMLEvents.Event {
        do throws(YAMLEvents.SyntaxError) {
            return try events.next()
        } catch {
            report(error)
            throw Abandoned()
        }
    }

    private func report(_ error: YAMLEvents.SyntaxError) {
        let place = mark(error.mark).byte
        let span = SourceSpan(source: source, range: place..<min(place + 1, source.bytes.count))
        if place < source.bytes.count, source.bytes[place] == UInt8(ascii: "\t") {
            findings.error("yaml-syntax", "a tab cannot indent YAML: use spaces", at: span)
            return
        }
        if error.problem == "did not find expected <document start>", let directive {
            findings.error("directive", "YAML directives are not used here", at: directive)
            return
        }
        if isExpression(at: place) {
            findings.error(
                "yaml-syntax", "an expression within `[…]` or `{…}` must be quoted: \"${…}\"",
                at: SourceSpan(source: source, range: (place - 1)..<(place + 1)))
            return
        }
        let notes = error.context.map { ["\($0) that begins on line \(mark(error.contextMark).line)"] } ?? []
        findings.error("yaml-syntax", error.problem, at: span, notes: notes)
    }

    /// What follows the `$` of an expression that is not quoted is a mapping to YAML.
    private func isExpression(at byte: Int) -> Bool {
        byte > 0 && byte < source.bytes.count && source.bytes[byte] == UInt8(ascii: "{")
            && source.bytes[byte - 1] == UInt8(ascii: "$")
    }

    /// libyaml misses the document start that would have to follow, which is not what is wrong.
    private var directive: SourceSpan? {
        for line in firstLine..<source.lineCount {
            guard source.lineStart(line) < firstByte + byteCount else { return nil }
            let range = source.line(line)
            if source.bytes[range].first == UInt8(ascii: "%") { return SourceSpan(source: source, range: range) }
        }
        return nil
    }
}

extension YAMLScalar {
    /// What a plain scalar is to other YAML readers, where that is not a text.
    fileprivate var kindIfNotText: String? {
        guard style == .plain else { return nil }
        if isNull { return "empty" }
        if ["true", "True", "TRUE", "false", "False", "FALSE"].contains(text) { return "a boolean" }
        return Double(text) != nil && text.utf8.first.map { $0 < 0x3A } == true ? "a number" : nil
    }
}
