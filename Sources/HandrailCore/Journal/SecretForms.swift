/// The spellings of declared secrets that are not escapes of single characters: as they are, hexadecimal, base64, and base64
/// of what is in base64 or escaped as in JSON.
struct SecretForms {
    /// A line of a secret of several lines is looked for by itself from this length: logs show them line by line.
    private static let shortestLineBytes = 8
    /// Base64 of other spellings is looked for up to this length: there are many of them.
    private static let longestNestedBytes = 1 << 10
    /// The end of a text holds nothing of a secret that is longer than two escapes that were cut.
    private static let longestCutEscapes = 24

    private let plain: ByteAutomaton
    private let base64: ByteAutomaton

    var isEmpty: Bool { plain.isEmpty }

    init(of secrets: [[UInt8]]) {
        let secrets = secrets.map(Self.trimmed).filter { $0.count >= Redactor.shortestSecretBytes }
        plain = ByteAutomaton(secrets.flatMap(Self.plainForms))
        base64 = ByteAutomaton(secrets.flatMap { Self.base64Forms(of: $0) + Self.nestedForms(of: $0) })
    }

    /// White space around a secret is not part of it.
    static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }), let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(bytes[first...last])
    }

    func matches(in bytes: [UInt8]) -> [Range<Int>] {
        plain.matches(in: bytes) + base64.matches(in: bytes).map { Self.withPartialDigits($0, in: bytes) }
    }

    /// Where a secret begins of which the end is missing.
    func beginning(atEndOf bytes: [UInt8]) -> Int? {
        let begins = [plain, base64].map {
            $0.beginning(atEndOf: bytes, shortest: Redactor.shortestSecretBytes, slack: Self.longestCutEscapes)
        }
        let base64Begin = begins[1].map { $0 > 0 && Self.isDigit(bytes[$0 - 1]) ? $0 - 1 : $0 }
        return [begins[0], base64Begin].compactMap(\.self).min()
    }

    private static func plainForms(of secret: [UInt8]) -> [[UInt8]] {
        let lines = secret.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).map(Array.init)
        let longLines = lines.count > 1 ? lines.map(trimmed).filter { $0.count >= shortestLineBytes } : []
        return [secret, hexadecimal(secret, "0123456789abcdef"), hexadecimal(secret, "0123456789ABCDEF")] + longLines
    }

    private static func hexadecimal(_ secret: [UInt8], _ digits: StaticString) -> [UInt8] {
        secret.flatMap { [digits.utf8Start[Int($0 >> 4)], digits.utf8Start[Int($0 & 15)]] }
    }

    // MARK: Base64

    private static let alphabets: [StaticString] = [
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    ]

    /// The digits that depend on the secret alone, for each number of bytes that may stand before it in a group of three.
    private static func base64Forms(of secret: [UInt8]) -> [[UInt8]] {
        alphabets.flatMap { alphabet in
            (0..<3).map { before in
                let bytes = [UInt8](repeating: 0, count: before) + secret
                let firstDigit = (before * 8 + 5) / 6
                return (firstDigit..<(bytes.count * 8 / 6)).map { digit(at: $0, of: bytes, alphabet) }
            }
        }
    }

    private static func nestedForms(of secret: [UInt8]) -> [[UInt8]] {
        guard secret.count <= longestNestedBytes else { return [] }
        let escaped = JSONSpelling.allCases.map { $0.spell(secret) }.filter { $0 != secret }
        let encoded = base64Forms(of: secret) + alphabets.map { wholeBase64(of: secret, $0) }
        return (Set(escaped) + encoded).flatMap { base64Forms(of: $0) }
    }

    /// With the last digit, of which only some bits are the secret's, and with padding.
    private static func wholeBase64(of secret: [UInt8], _ alphabet: StaticString) -> [UInt8] {
        let digits = (0..<(secret.count * 8 + 5) / 6).map { digit(at: $0, of: secret, alphabet) }
        return digits + [UInt8](repeating: UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
    }

    private static func digit(at place: Int, of bytes: [UInt8], _ alphabet: StaticString) -> UInt8 {
        let bit = place * 6
        let high = UInt16(bytes[bit / 8]) << 8
        let low = bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0
        return alphabet.utf8Start[Int((high | low) >> (10 - bit % 8)) & 63]
    }

    /// The digit before and the one behind may hold a few bits of the secret.
    private static func withPartialDigits(_ range: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
        let begin = range.lowerBound > 0 && isDigit(bytes[range.lowerBound - 1]) ? 1 : 0
        let end = range.upperBound < bytes.count && isDigit(bytes[range.upperBound]) ? 1 : 0
        return (range.lowerBound - begin)..<(range.upperBound + end)
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}
