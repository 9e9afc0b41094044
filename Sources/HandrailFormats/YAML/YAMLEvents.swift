internal import CYAML

/// libyaml's events for one document's bytes, as Swift values.
///
/// The bytes that it was made with must outlive it.
struct YAMLEvents: ~Copyable {
    struct Mark {
        /// In Unicode scalars, from 0.
        let scalar: Int
        /// From 0.
        let line: Int
        let column: Int
    }

    enum Kind {
        case streamEnd
        case documentStart(hasDirectives: Bool)
        case alias
        case scalar(YAMLScalar)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
        /// Stream starts and document ends, which say nothing here.
        case other
    }

    struct Event {
        let kind: Kind
        let start: Mark
        let end: Mark
        let hasAnchor: Bool
        let hasTag: Bool
    }

    struct SyntaxError: Error {
        let problem: String
        let mark: Mark
        /// What was being read, and since where.
        let context: String?
        let contextMark: Mark
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// Nil where there is no memory for it.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        guard yaml_parser_initialize(parser) == 1 else {
            parser.deallocate()
            return nil
        }
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        self.parser = parser
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    mutating func next() throws(SyntaxError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        return Self.event(event)
    }

    private static func event(_ event: yaml_event_t) -> Event {
        let (start, end) = (mark(event.start_mark), mark(event.end_mark))
        func made(_ kind: Kind, anchor: Bool = false, tag: Bool = false) -> Event {
            Event(kind: kind, start: start, end: end, hasAnchor: anchor, hasTag: tag)
        }
        switch event.type {
        case YAML_STREAM_END_EVENT: return made(.streamEnd)
        case YAML_DOCUMENT_START_EVENT:
            let document = event.data.document_start
            let hasTags = document.tag_directives.start != document.tag_directives.end
            return made(.documentStart(hasDirectives: document.version_directive != nil || hasTags))
        case YAML_ALIAS_EVENT: return made(.alias)
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            return made(
                .scalar(value(scalar.value, scalar.length, scalar.style)),
                anchor: scalar.anchor != nil, tag: scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            let sequence = event.data.sequence_start
            return made(.sequenceStart, anchor: sequence.anchor != nil, tag: sequence.tag != nil)
        case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
        case YAML_MAPPING_START_EVENT:
            let mapping = event.data.mapping_start
            return made(.mappingStart, anchor: mapping.anchor != nil, tag: mapping.tag != nil)
        case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
        default: return made(.other)
        }
    }

    private static func value(
        _ bytes: UnsafeMutablePointer<yaml_char_t>?, _ count: Int, _ style: yaml_scalar_style_t
    ) -> YAMLScalar {
        let text = String(decoding: UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : count), as: UTF8.self)
        switch style {
        case YAML_SINGLE_QUOTED_SCALAR_STYLE: return YAMLScalar(text: text, style: .singleQuoted)
        case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return YAMLScalar(text: text, style: .doubleQuoted)
        case YAML_LITERAL_SCALAR_STYLE: return YAMLScalar(text: text, style: .literal)
        case YAML_FOLDED_SCALAR_STYLE: return YAMLScalar(text: text, style: .folded)
        default: return YAMLScalar(text: text, style: .plain)
        }
    }

    private static func mark(_ mark: yaml_mark_t) -> Mark {
        Mark(scalar: mark.index, line: mark.line, column: mark.column)
    }

    private func syntaxError() -> SyntaxError {
        let state = parser.pointee
        return SyntaxError(
            problem: state.problem.map { String(cString: $0) } ?? "this cannot be read",
            mark: Self.mark(state.problem_mark),
            context: state.context.map { String(cString: $0) },
            contextMark: Self.mark(state.context_mark))
    }
}
