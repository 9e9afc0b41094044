internal import HandrailCore
internal import HandrailFormats

/// A JSON document as YAML: block style for what is in what, every text in double quotes. Reads back as the same document.
enum YAMLText {
    /// Ends with a newline.
    static func render(_ document: JSONValue) -> String {
        var text = ""
        switch document {
        case .object(let members) where !members.isEmpty: block(members, indent: 0, &text)
        case .array(let elements) where !elements.isEmpty: block(elements, indent: 0, &text)
        case .object, .array, .null, .bool, .integer, .fraction, .string: text = scalar(document) + "\n"
        }
        return text
    }

    private static func block(_ members: [JSONValue.Member], indent: Int, _ text: inout String) {
        for (index, member) in members.enumerated() {
            // The first one stands behind the hyphen of its list, where there is one.
            if index > 0 || !isBehindHyphen(text) { text += String(repeating: " ", count: indent) }
            text += key(member.name) + ":"
            switch member.value {
            case .object(let members) where !members.isEmpty:
                text += "\n"
                block(members, indent: indent + 2, &text)
            case .array(let elements) where !elements.isEmpty:
                text += "\n"
                block(elements, indent: indent + 2, &text)
            case .object, .array, .null, .bool, .integer, .fraction, .string: text += " " + scalar(member.value) + "\n"
            }
        }
    }

    private static func block(_ elements: [JSONValue], indent: Int, _ text: inout String) {
        for (index, element) in elements.enumerated() {
            if index > 0 || !isBehindHyphen(text) { text += String(repeating: " ", count: indent) }
            text += "- "
            switch element {
            case .object(let members) where !members.isEmpty: block(members, indent: indent + 2, &text)
            case .array(let elements) where !elements.isEmpty: block(elements, indent: indent + 2, &text)
            case .object, .array, .null, .bool, .integer, .fraction, .string: text += scalar(element) + "\n"
            }
        }
    }

    private static func isBehindHyphen(_ text: String) -> Bool { text.hasSuffix("- ") }

    private static func scalar(_ value: JSONValue) -> String {
        switch value {
        case .null: "null"
        case .bool(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .fraction(let number): number.isFinite ? number.description : "null"
        case .string(let text): quoted(text)
        case .array: "[]"
        case .object: "{}"
        }
    }

    /// Bare where it cannot be taken for anything but a text.
    private static func key(_ name: String) -> String {
        let isWord = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
            default: false
            }
        }
        let words: Set<String> = ["", "true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        return isWord && !words.contains(name.lowercased()) ? name : quoted(name)
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default:
                if TextEscape.isVisible(scalar) {
                    quoted.unicodeScalars.append(scalar)
                } else if scalar.value < 0x10000 {
                    quoted += "\\u" + TextEscape.hexadecimal(scalar, digits: 4)
                } else {
                    quoted += "\\U" + TextEscape.hexadecimal(scalar, digits: 8)
                }
            }
        }
        return quoted + "\""
    }
}
