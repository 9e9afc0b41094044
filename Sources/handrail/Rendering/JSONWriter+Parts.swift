internal import HandrailFormats

extension JSONWriter {
    mutating func optional(_ text: String?) {
        if let text { value(text) } else { null() }
    }

    mutating func optional(_ number: Int?) {
        if let number { value(number) } else { null() }
    }

    mutating func strings(_ texts: [String]) {
        array { array in
            for text in texts { array.value(text) }
        }
    }

    /// The document with everything escaped that a terminal obeys or an eye mis
    /// nothing of the kind but line breaks, so it is the same document.
    var printable: String {
        var shown = ""
        for scalar in string.unicodeScalars {
            if Self.isPlain(scalar) {
                shown.unicodeScalars.append(scalar)
            } else {
                for unit in UTF16.encode(scalar)?.map(\.self) ?? [] {
                    let digits = String(unit, radix: 16)
                    shown += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
                }
            }
        }
        return shown
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "\n" || (" "..."~").contains(scalar) { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }
}
