/// Shows an argv so that a reader can count its elements.
///
/// An element with anything special in it is quoted as a shell would need it. It is for the eye: Handrail never gives an
/// argv to a shell.
public enum ShellWord {
    /// Scalars that are shown of one element.
    public static let limit = 300

    /// All elements, each a word.
    public static func line(_ argv: [String]) -> String { words(argv).joined(separator: " ") }

    /// One text for each element, to be wrapped between them.
    ///
    /// - Parameter limit: scalars that are shown of one element.
    public static func words(_ argv: [String], limit: Int = limit) -> [String] { argv.map { word($0, limit: limit) } }

    /// One element. Whole, with no limit, it is also safe to be pasted into a shell that knows `$'…'`.
    public static func word(_ element: String, limit: Int = limit) -> String {
        guard !element.utf8.isEmpty else { return "''" }
        let plain = TextEscape.shown(element, limit: limit, escaping: TextEscape.escape)
        let isHarmless = plain.isCut ? false : plain.text.hasSameScalars(as: element)
        if isHarmless, element.unicodeScalars.allSatisfy(isBare), element.utf8.first != UInt8(ascii: "~") {
            return element
        }
        if isHarmless { return singleQuoted(element) }
        let escaped = TextEscape.shown(element, limit: limit, escaping: dollarEscape)
        // Behind the quote, and without a space: it is no element of its own.
        let size = escaped.isCut ? "(\(element.utf8.count) bytes)" : ""
        return "$'\(escaped.text)'\(size)"
    }

    private static func singleQuoted(_ element: String) -> String {
        var quoted = "'"
        for scalar in element.unicodeScalars {
            if scalar == "'" { quoted += "'\\''" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + "'"
    }

    /// What a word may hold without quotes.
    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "@", "%", "+", "=", ":", ",", ".", "/", "-", "~": true
        default: scalar.value >= 0x80 && scalar.properties.isAlphabetic
        }
    }

    /// Escapes as they are written inside `$'…'`.
    private static func dollarEscape(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "'": return "\\'"
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        default: break
        }
        guard !TextEscape.isVisible(scalar) else { return nil }
        if scalar.value < 0x80 { return "\\x" + TextEscape.hexadecimal(scalar, digits: 2) }
        if scalar.value < 0x10000 { return "\\u" + TextEscape.hexadecimal(scalar, digits: 4) }
        return "\\U" + TextEscape.hexadecimal(scalar, digits: 8)
    }
}

extension String {
    /// Equality of the bytes, where `==` would be canonical equivalence.
    fileprivate func hasSameScalars(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
