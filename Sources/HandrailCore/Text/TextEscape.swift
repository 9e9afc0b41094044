/// Makes text from outside harmless for a terminal and for the eye.
///
/// Alerts carry text that anybody may have chosen. Printed as it is, it could move the cursor, change colours, reorder
/// what is read, begin a line that looks like ours, or hide a part of itself. Everything that is not plainly visible is
/// written out: `\n`, `\u{202E}`.
public enum TextEscape {
    /// Scalars that are shown of one text where nothing else is said.
    public static let standardLimit = 200
    /// Accents on one letter; what is stacked higher runs into other lines.
    private static let mostMarks = 2

    /// One line of at most `limit` scalars; `…` stands for the rest.
    public static func line(_ text: String, limit: Int = standardLimit) -> String {
        if isPlain(text, limit: limit) { return text }
        return shown(text, limit: limit, escaping: escape).text
    }

    /// The text with the escapes that `escaping` gives, and whether something was left out at the end.
    public static func shown(
        _ text: String, limit: Int, escaping: (Unicode.Scalar) -> String?
    ) -> (text: String, isCut: Bool) {
        var shown = ""
        var count = 0
        // A mark at the start would change what stands before the text.
        var marks = mostMarks
        for scalar in text.unicodeScalars {
            guard count < limit else { return (shown + "…", true) }
            count += 1
            marks = isMark(scalar) ? marks + 1 : 0
            if let escape = escaping(scalar) {
                shown += escape
                marks = mostMarks
            } else if marks > mostMarks {
                shown += braced(scalar)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return (shown, false)
    }

    /// What is written instead of the scalar; nil where it can be shown.
    public static func escape(of scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case " "..."~": nil
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        case "\0": "\\0"
        default: isVisible(scalar) ? nil : braced(scalar)
        }
    }

    /// Whether a reader sees a character that takes its own place in the order of reading.
    public static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
        // Fillers, variation selectors, joiners, tags: letters and marks by their category, and invisible.
        if scalar.properties.isDefaultIgnorableCodePoint { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: return false
        // A space that is none: a no-break space inside an argument would look like the end of it.
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }

    /// As it is written out: `\u{202E}`.
    public static func braced(_ scalar: Unicode.Scalar) -> String {
        "\\u{\(hexadecimal(scalar, digits: 1))}"
    }

    /// The scalar's number, with at least so many digits.
    public static func hexadecimal(_ scalar: Unicode.Scalar, digits: Int) -> String {
        let text = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        guard scalar.value >= 0x300 else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: return true
        default: return false
        }
    }

    private static func isPlain(_ text: String, limit: Int) -> Bool {
        text.utf8.count <= limit && text.utf8.allSatisfy { 0x20...0x7E ~= $0 }
    }
}
