import Foundation
import HandrailCore
import Testing

/// Secrets that were declared.
struct RedactorTests {
    private static let secret = "p4ss'w\"ö/+?&=~ \\rd%"

    /// The spellings in which programs print a text.
    enum Form: CaseIterable {
        case plain, base64, base64URL, wrappedBase64, hexadecimal, upperHexadecimal, percent, lowerPercent, mostPercent,
            form,
            json, jsonASCII, jsonTwice, shellSingle, shellPython, shellBackslash, c, octal, base64InURL, percentInJSON,
            base64Twice, jsonInBase64, jsonASCIIInBase64

        func spell(_ text: String) -> String {
            let bytes = Array(text.utf8)
            switch self {
            case .plain: return text
            case .base64: return Data(bytes).base64EncodedString()
            case .base64URL:
                return Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
                    .replacing("=", with: "")
            case .wrappedBase64:
                let digits = Array(Data(bytes).base64EncodedString().utf8)
                return stride(from: 0, to: digits.count, by: 7)
                    .map { String(decoding: digits[$0..<min($0 + 7, digits.count)], as: UTF8.self) }.joined(
                        separator: "\n")
            case .hexadecimal: return bytes.map { String(256 + Int($0), radix: 16).dropFirst() }.joined()
            case .upperHexadecimal: return Form.hexadecimal.spell(text).uppercased()
            case .percent: return percent(bytes, keeping: "-._~", uppercase: true)
            case .lowerPercent: return percent(bytes, keeping: "-._~", uppercase: false)
            case .mostPercent: return percent(bytes, keeping: "-._~/?:@!$&'()*,;=", uppercase: true)
            case .form: return percent(bytes, keeping: "-._~ ", uppercase: true).replacing(" ", with: "+")
            case .json: return json(text, ascii: false)
            case .jsonASCII: return json(text, ascii: true)
            case .jsonTwice: return json(json(text, ascii: false), ascii: false)
            case .shellSingle: return "'" + text.replacing("'", with: "'\\''") + "'"
            case .shellPython: return "'" + text.replacing("'", with: "'\"'\"'") + "'"
            case .shellBackslash:
                return text.unicodeScalars.map { $0.isASCII && !$0.properties.isAlphabetic ? "\\\($0)" : "\($0)" }
                    .joined()
            case .c: return bytes.map { "\\x" + String(256 + Int($0), radix: 16).dropFirst() }.joined()
            case .octal:
                return bytes.map { "\\" + String(512 + Int($0), radix: 8).dropFirst() }.joined()
            case .base64Twice: return Form.base64.spell(Form.base64.spell(text))
            case .jsonInBase64: return Form.base64.spell(Form.json.spell(text))
            case .jsonASCIIInBase64: return Form.base64URL.spell(Form.goJSON(text))
            case .base64InURL: return Form.percent.spell(Form.base64.spell(text))
            case .percentInJSON: return json(percent(bytes, keeping: "-._~\"\\", uppercase: true), ascii: true)
            }
        }

        /// As Go and Python write it, which escape more.
        static func goJSON(_ text: String) -> String {
            json.spell(text).replacing("&", with: "\\u0026").replacing("<", with: "\\u003c")
                .replacing(">", with: "\\u003e")
        }

        private func percent(_ bytes: [UInt8], keeping kept: String, uppercase: Bool) -> String {
            bytes.map { byte in
                let scalar = Unicode.Scalar(byte)
                let isLetter = byte < 0x80 && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                if isLetter || kept.utf8.contains(byte) { return String(Character(scalar)) }
                let digits = String(256 + Int(byte), radix: 16).dropFirst()
                return "%" + (uppercase ? digits.uppercased() : String(digits))
            }
            .joined()
        }

        private func json(_ text: String, ascii: Bool) -> String {
            text.unicodeScalars.map { scalar in
                switch scalar {
                case "\"": return "\\\""
                case "\\": return "\\\\"
                case "\n": return "\\n"
                case "\t": return "\\t"
                case "/" where ascii: return "\\/"
                default: break
                }
                guard ascii && !scalar.isASCII || scalar.value < 0x20 else { return String(Character(scalar)) }
                return String(Character(scalar)).utf16
                    .map {
                        "\\u" + String(repeating: "0", count: 4 - String($0, radix: 16).count) + String($0, radix: 16)
                    }
                    .joined()
            }
            .joined()
        }
    }

    @Test(arguments: Form.allCases)
    func aDeclaredSecretIsFoundInEveryForm(form: Form) {
        let redactor = Redactor(secrets: [.init(name: "canary", bytes: Array(Self.secret.utf8))])
        let quote = form == .shellSingle || form == .shellPython ? "'" : ""
        let redacted = redactor.redact("before <\(form.spell(Self.secret))> behind")
        // What is not escaped, such as the quotes around it, stays; of base64 the padding may.
        let rest = redacted.replacing("=", with: "").replacing("%3D", with: "")
        #expect(rest == "before <\(quote)[redacted]\(quote)> behind")
    }

    /// Base64 of a text that the secret is only part of looks different at each offset.
    @Test(arguments: 0..<6, [Form.base64, .base64URL, .wrappedBase64, .base64InURL])
    func aSecretWithinBase64IsFound(offset: Int, form: Form) {
        let redactor = Redactor(secrets: [.init(name: "canary", bytes: Array("correct-horse?>".utf8))])
        let text = String(repeating: "u", count: offset) + "correct-horse?>" + String(repeating: "v", count: 5)
        let redacted = redactor.redact(form.spell(text))
        #expect(redacted.contains("[redacted]"))
        for length in 4...8 {
            #expect(!redacted.contains(form.spell(text).dropFirst(offset * 4 / 3 + 1).prefix(length)))
        }
    }

    /// What is left of a secret when a text was cut within it, in every form and at every place.
    @Test(arguments: Form.allCases)
    func theBeginningOfASecretIsTakenFromACutText(form: Form) {
        let redactor = Redactor(secrets: [.init(name: "canary", bytes: Array(Self.secret.utf8))])
        let spelled = Array(form.spell(Self.secret).utf8)
        for length in 0...spelled.count {
            let text = Array("before <".utf8) + spelled[..<length]
            let redacted = String(decoding: redactor.redact(text, isCut: true), as: UTF8.self)
            let isLongEnough = length >= form.bytes(of: 5, of: Self.secret)
            guard isLongEnough else { continue }
            let rest = redacted.replacing("=", with: "").replacing("%3D", with: "").replacing("'", with: "")
            #expect(rest == "before <[redacted]", "\(length) of \(spelled.count)")
        }
    }

    /// Only behind what was cut is a beginning the beginning of a secret.
    @Test func theBeginningOfASecretStaysInAWholeText() {
        let redactor = Redactor(secrets: [.init(name: "canary", bytes: Array("correct-horse".utf8))])
        let text = Array("this is correct".utf8)
        #expect(redactor.redact(text) == text)
        #expect(redactor.redact(text, isCut: true) == Array("this is [redacted]".utf8))
        let long = text + Array(String(repeating: ".", count: 30).utf8)
        #expect(redactor.redact(long, isCut: true) == long)
        #expect(redactor.redact(Array("it is cor".utf8), isCut: true) == Array("it is cor".utf8))
        #expect(Redactor().redact(text, isCut: true) == text)
    }

    @Test func secretsAreBytes() {
        let secret: [UInt8] = [0xFF, 0x00, 0xC3, 0x28, 0xFE]
        let redactor = Redactor(secrets: [.init(name: "key", bytes: secret)])
        #expect(redactor.redact([0x80] + secret + [0xE2, 0x82]) == [0x80] + Array("[redacted]".utf8) + [0xE2, 0x82])
    }

    @Test func overlappingSecretsBecomeOne() {
        let redactor = Redactor(
            secrets: ["abcdef", "defghi", "efgh", "xxxx"].map { .init(name: $0, bytes: Array($0.utf8)) })
        #expect(redactor.redact("1 abcdefghi 2 xxxxxxxx 3 efgh") == "1 [redacted] 2 [redacted] 3 [redacted]")
    }

    @Test func theLinesOfALongSecretAreSecretToo() {
        let redactor = Redactor(secrets: [.init(name: "key", bytes: Array("first line\nsecond line\nend\n".utf8))])
        #expect(redactor.redact("log: second line, end") == "log: [redacted], end")
    }

    @Test func whiteSpaceAroundASecretIsNotPartOfIt() {
        let redactor = Redactor(secrets: [.init(name: "token", bytes: Array("  hunter2\r\n".utf8))])
        #expect(redactor.redact("it is hunter2") == "it is [redacted]")
    }

    @Test func whatIsTooShortIsSaid() {
        let redactor = Redactor(
            secrets: ["pin": "123", "none": "", "space": "  a  ", "good": "1234"].sorted { $0.key < $1.key }
                .map { .init(name: $0.key, bytes: Array($0.value.utf8)) })
        #expect(redactor.findings.map(\.name) == ["none", "pin", "space"])
        #expect(redactor.findings[1].description == "the secret `pin` is shorter than 4 bytes, and is not redacted")
        #expect(redactor.redact("123 1234") == "123 [redacted]")
    }

    @Test func whatHoldsNoSecretStaysAsItIs() {
        let text = "100% of 4 workers\\ are up; it's 'fine' é \u{1F600} a+b\r\n"
        #expect(Redactor(secrets: [.init(name: "x", bytes: Array("hunter2".utf8))]).redact(text) == text)
        #expect(Redactor().redact([0xFF, 0xFE]) == [0xFF, 0xFE])
        #expect(Redactor().redact("") == "")
    }

    /// Whatever the secrets and wherever they stand, in whatever form: none is left, and nothing else is gone.
    @Test(arguments: (0..<8).map { _ in UInt64.random(in: 0...UInt64.max) })
    func noSecretIsEverLeft(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for _ in 0..<60 {
            let secrets = (0..<Int.random(in: 1...4, using: &random)).map { _ in randomSecret(&random) }
            let redactor = Redactor(secrets: secrets.map { .init(name: "canary", bytes: Array($0.utf8)) })
            var text = ""
            var forms: [String] = []
            for _ in 0..<Int.random(in: 1...5, using: &random) {
                let secret = secrets[Int.random(in: 0..<secrets.count, using: &random)]
                let form = Form.allCases[Int.random(in: 0..<Form.allCases.count, using: &random)]
                let spelled = form.spell(secret)
                forms.append(form.core(of: spelled))
                text += filler(&random) + spelled
            }
            text += filler(&random)
            let redacted = redactor.redact(text)
            for form in forms { #expect(!redacted.contains(form), "seed \(seed): \(form) is left of \(text)") }
            #expect(redacted.contains("⟨") && redacted.contains("⟩"))
        }
    }

    /// Secrets are spelled with letters that fillers lack, so that none is there by chance.
    private func randomSecret(_ random: inout SeededGenerator) -> String {
        let letters = Array("abcdefghijkXYZ0189'\"\\/+%&= ?ö€😀\n\t")
        let inner = (0..<Int.random(in: 4...30, using: &random)).map { _ in letters.randomElement(using: &random) ?? "q"
        }
        return "Q" + String(inner) + "Q"
    }

    private func filler(_ random: inout SeededGenerator) -> String {
        "⟨" + String(repeating: "·", count: Int.random(in: 0...5, using: &random)) + "⟩"
    }
}

extension RedactorTests.Form {
    /// How much of the spelling holds that many of the first bytes of the secret.
    fileprivate func bytes(of count: Int, of secret: String) -> Int {
        switch self {
        case .base64, .base64URL, .jsonInBase64, .jsonASCIIInBase64: count * 4 / 3 + 1
        case .wrappedBase64, .base64InURL: count * 4 / 3 + 3
        case .base64Twice: count * 16 / 9 + 2
        default: spell(String(decoding: secret.utf8.prefix(count), as: UTF8.self)).utf8.count
        }
    }

    /// What must not be left: without quotes around it, and without the ends of base64 that hold no bits.
    fileprivate func core(of spelled: String) -> String {
        switch self {
        case .shellSingle, .shellPython: String(spelled.dropFirst().dropLast())
        case .base64, .wrappedBase64, .base64URL: String(spelled.prefix { $0 != "=" })
        case .base64InURL: spelled.replacing("%3D", with: "")
        default: spelled
        }
    }
}

private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
