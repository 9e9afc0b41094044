/// Text from outside, made fit for a message: bounded, on one line, and without what a terminal or an eye misreads.
public enum EscapedExcerpt {
    /// - Parameter limit: in Unicode scalars; a longer text is cut and ends with `…`.
    public static func of(_ text: String, limit: Int = 60) -> String {
        var excerpt = ""
        var count = 0
        for scalar in text.unicodeScalars {
            guard count < limit else { return excerpt + "…" }
            count += 1
            excerpt += isPlain(scalar) ? String(scalar) : escape(scalar)
        }
        return excerpt
    }

    /// Looks at the beginning only, so that a text of a mebibyte costs no more than a short one.
    static func of(_ text: JSONText, limit: Int = 60) -> String {
        // A scalar is written with at most 12 bytes; a piece that is cut within one shows its replacement character.
        guard text.count > limit * 12 else { return of(text.string, limit: limit) }
        let beginning = UnsafeBufferPointer(start: text.start, count: limit * 12)
        return of(String(decoding: beginning, as: UTF8.self), limit: limit)
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n": "\\n"
        case "\r": "\\r"
        case "\t": "\\t"
        default: "\\u{\(String(scalar.value, radix: 16))}"
        }
    }
}
