/// A value of a YAML document with its place.
public struct YAMLNode: Sendable {
    public enum Content: Sendable {
        case scalar(YAMLScalar)
        case sequence([YAMLNode])
        case mapping([YAMLEntry])
    }

    public let content: Content
    public let start: SourceMark
    public let end: SourceMark
    public let source: SourceText
}

public struct YAMLScalar: Sendable {
    public enum Style: Sendable { case plain, singleQuoted, doubleQuoted, literal, folded }

    public let text: String
    public let style: Style

    /// Whether it says nothing: `key:`, `~` or `null`.
    public var isNull: Bool {
        style == .plain && ["", "~", "null", "Null", "NULL"].contains { $0.utf8.elementsEqual(text.utf8) }
    }
}

public struct YAMLEntry: Sendable {
    public let key: String
    public let keyNode: YAMLNode
    public let value: YAMLNode
}

extension YAMLNode {
    /// What it is, for messages.
    var kindInWords: String {
        switch content {
        case .scalar(let scalar): scalar.isNull ? "nothing" : "a single value"
        case .sequence: "a list"
        case .mapping: "a mapping"
        }
    }

    var isNull: Bool {
        if case .scalar(let scalar) = content { return scalar.isNull }
        return false
    }

    /// The text of a scalar that says something.
    var text: String? {
        if case .scalar(let scalar) = content, !scalar.isNull { return scalar.text }
        return nil
    }

    /// What a finding about the whole node points at.
    var span: SourceSpan { SourceSpan(source: source, range: start.byte..<max(start.byte, end.byte)) }

    /// The value of a key, whatever else is wrong with the mapping.
    func value(of key: String) -> YAMLNode? {
        guard case .mapping(let entries) = content else { return nil }
        return entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}

/// Some bytes of a file.
public struct SourceSpan: Sendable {
    public let source: SourceText
    public let range: Range<Int>
}
