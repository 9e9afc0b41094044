public import CEL

/// What a parameter accepts. Text from an alert reaches an argv only through here.
public enum ArgumentRule {
    public struct Fault: Error, Hashable, Sendable {
        /// Follows the name of the parameter: `does not match …`. The value itself is quoted, bounded and escaped.
        public let message: String
    }

    public static func value(of text: String, for parameter: Parameter) -> Result<CELValue, Fault> {
        switch parameter.kind {
        case .string(let rule):
            if let fault = fault(in: text, rule: rule) { return .failure(Fault(message: fault)) }
            return .success(.string(text))
        case .integer(let min, let max):
            guard let number = Int64(text), String(number) == text else {
                return .failure(Fault(message: "is not an integer: \(excerpt(text))"))
            }
            guard min <= number, number <= max else {
                return .failure(Fault(message: "is \(number), outside \(min) to \(max)"))
            }
            return .success(.int(number))
        case .boolean:
            guard text == "true" || text == "false" else {
                return .failure(Fault(message: "is neither `true` nor `false`: \(excerpt(text))"))
            }
            return .success(.bool(text == "true"))
        case .duration:
            if let fault = fault(in: text, rule: durationRule) { return .failure(Fault(message: fault)) }
            return .success(.string(text))
        }
    }

    private static let durationRule = Parameter.StringRule(maxBytes: 32)

    /// Nil where the text fits. Without a pattern, a leading `-` and control characters are refused.
    public static func fault(in text: String, rule: Parameter.StringRule) -> String? {
        guard text.utf8.count <= rule.maxBytes else {
            return "is \(text.utf8.count) bytes long, more than \(rule.maxBytes)"
        }
        if text.utf8.contains(0) { return "holds a NUL" }
        if let allowed = rule.allowed {
            return allowed.contains { $0.hasSameBytes(as: text) }
                ? nil : "is \(excerpt(text)), not one of " + allowed.map { "`\($0)`" }.joined(separator: ", ")
        }
        if let pattern = rule.pattern {
            return pattern.matchesWhole(text) ? nil : "does not match `\(pattern.pattern)`: \(excerpt(text))"
        }
        if text.utf8.first == UInt8(ascii: "-") { return "begins with `-`: \(excerpt(text))" }
        return text.unicodeScalars.contains(where: isControl) ? "holds a control character: \(excerpt(text))" : nil
    }

    /// Controls, and the marks that reorder or hide text where a person reads it.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    /// At most 40 scalars of the text, with everything that a terminal could obey written out.
    /// Quoted and bounded, with control characters spelled out.
    public static func excerpt(_ text: String) -> String {
        var shown = "`"
        for scalar in text.unicodeScalars.prefix(40) {
            shown += isControl(scalar) ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
        }
        return shown + (text.unicodeScalars.count > 40 ? "…`" : "`")
    }
}
