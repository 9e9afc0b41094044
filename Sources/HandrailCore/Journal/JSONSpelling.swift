/// How programs write a text into JSON: what they must escape, and what they escape besides.
enum JSONSpelling: CaseIterable {
    /// Only what must be.
    case minimal
    /// `/` as well, as PHP does.
    case slashes
    /// `<`, `>` and `&` as well, as Go does.
    case markup
    /// Whatever is not ASCII as well, as Python does.
    case ascii

    func spell(_ bytes: [UInt8]) -> [UInt8] {
        guard self == .ascii, let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.flatMap { escape($0) ?? [$0] }
        }
        return text.unicodeScalars.flatMap { scalar in
            scalar.isASCII
                ? escape(UInt8(scalar.value)) ?? [UInt8(scalar.value)]
                : String(scalar).utf16.flatMap { Self.hexadecimal($0) }
        }
    }

    private func escape(_ byte: UInt8) -> [UInt8]? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): [UInt8(ascii: "\\"), byte]
        case 0x08: Array("\\b".utf8)
        case 0x09: Array("\\t".utf8)
        case 0x0A: Array("\\n".utf8)
        case 0x0C: Array("\\f".utf8)
        case 0x0D: Array("\\r".utf8)
        case 0..<0x20: Self.hexadecimal(UInt16(byte))
        case UInt8(ascii: "/") where self == .slashes: Array("\\/".utf8)
        case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"):
            self == .markup ? Self.hexadecimal(UInt16(byte)) : nil
        default: nil
        }
    }

    private static func hexadecimal(_ unit: UInt16) -> [UInt8] {
        let digits = String(unit, radix: 16)
        return Array(("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8)
    }
}
