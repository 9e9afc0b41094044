/// Takes secrets out of what is about to be kept or shown.
///
/// Declared secrets are found as they are, in hexadecimal without separators, and in base64 at any offset; a secret of up to
/// 1 KiB also in base64 of its base64 and of its text escaped as in JSON, if without line breaks. Each of these is found percent-encoded, with `\`
/// escapes of JSON, C (octal too) and shells, wrapped over lines, and with two of these one over the other. Other spellings
/// are not: hexadecimal of base64, bytes with separators, whatever is compressed or encrypted. Beside them, whatever looks
/// like a common credential goes. Time is linear in the bytes.
///
/// It works on a whole text: one that arrives in pieces has to be put together first, for a secret may lie across them. Of
/// a text that was cut, what may be the beginning of a secret goes as well.
public struct Redactor: Sendable {
    /// A secret that was declared.
    public struct Secret: Hashable, Sendable {
        /// What it is called in findings.
        public let name: String
        public let bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// A secret that is not looked for, since it would be found everywhere.
    public struct TooShort: Hashable, Sendable, CustomStringConvertible {
        public let name: String

        public var description: String {
            "the secret `\(name)` is shorter than \(Redactor.shortestSecretBytes) bytes, and is not redacted"
        }
    }

    public static let shortestSecretBytes = 4
    static let replacement = Array("[redacted]".utf8)

    /// In the order in which the secrets were given.
    public let findings: [TooShort]
    private let forms: SecretForms

    /// - Parameter secrets: white space around one does not count: files tend to end with a newline.
    public init(secrets: [Secret] = []) {
        findings = secrets.filter { SecretForms.trimmed($0.bytes).count < Self.shortestSecretBytes }
            .map { TooShort(name: $0.name) }
        forms = SecretForms(of: secrets.map(\.bytes))
    }

    /// The text with `[redacted]` in the place of each secret. Need not be UTF-8.
    ///
    /// - Parameter isCut: its end may lie within a secret.
    public func redact(_ bytes: [UInt8], isCut: Bool = false) -> [UInt8] {
        var ranges = secretRanges(in: bytes)
        if isCut, !forms.isEmpty, let begin = beginning(atEndOf: DecodedView(bytes), undoing: 2) {
            ranges.append(begin..<bytes.count)
        }
        return Self.replacing(ranges, in: bytes)
    }

    public func redact(_ text: String) -> String {
        let bytes = Array(text.utf8)
        let ranges = secretRanges(in: bytes)
        return ranges.isEmpty ? text : String(decoding: Self.replacing(ranges, in: bytes), as: UTF8.self)
    }

    /// Whether one look was enough to see that there is no secret in the text. That can be said only where none is declared.
    func isPlain(_ text: String) -> Bool {
        guard forms.isEmpty else { return false }
        var text = text
        return text.withUTF8 { !CredentialPatterns.mayHoldDecoded(UnsafeRawBufferPointer($0)) }
    }

    private func secretRanges(in bytes: [UInt8]) -> [Range<Int>] {
        let plain = DecodedView(bytes)
        var ranges = credentials(in: plain)
        if !forms.isEmpty { ranges += declaredSecrets(in: plain, undoing: 2) }
        return ranges
    }

    /// Whether a value of this name is taken for a secret, whatever it is: `password`, `api_token`, `authorization`.
    static func isSecret(name: String) -> Bool {
        let text = Array("\(name)=x".utf8)
        return CredentialPatterns.matches(in: text).contains { $0.upperBound == text.count }
    }

    /// A line's end is the end of a value here, so lines are not joined.
    private func credentials(in plain: DecodedView) -> [Range<Int>] {
        [plain, plain.decoded(.percent), plain.decoded(.backslash)].compactMap { $0 }
            .flatMap { view in CredentialPatterns.matches(in: view.bytes).map(view.sourceRange) }
    }

    /// - Parameter depth: how many escapes may lie over each other.
    private func declaredSecrets(in view: DecodedView, undoing depth: Int) -> [Range<Int>] {
        var ranges = forms.matches(in: view.bytes).map(view.sourceRange)
        guard depth > 0 else { return ranges }
        for escape in DecodedView.Escape.allCases {
            guard let decoded = view.decoded(escape) else { continue }
            ranges += declaredSecrets(in: decoded, undoing: depth - 1)
        }
        return ranges
    }

    /// Where a secret begins of which the end is missing, in the source.
    private func beginning(atEndOf view: DecodedView, undoing depth: Int) -> Int? {
        var begin = forms.beginning(atEndOf: view.bytes).map { view.sourceRange(of: $0..<$0 + 1).lowerBound }
        guard depth > 0 else { return begin }
        for escape in DecodedView.Escape.allCases {
            guard let decoded = view.decoded(escape),
                let other = beginning(atEndOf: decoded, undoing: depth - 1)
            else { continue }
            begin = min(begin ?? .max, other)
        }
        return begin
    }

    /// Ranges that overlap or touch become one replacement.
    private static func replacing(_ ranges: [Range<Int>], in bytes: [UInt8]) -> [UInt8] {
        guard !ranges.isEmpty else { return bytes }
        var result: [UInt8] = []
        var position = 0
        var open: Range<Int>?
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let current = open, range.lowerBound <= current.upperBound {
                open = current.lowerBound..<max(current.upperBound, range.upperBound)
                continue
            }
            if let current = open {
                result += bytes[position..<current.lowerBound] + replacement
                position = current.upperBound
            }
            open = range
        }
        if let current = open {
            result += bytes[position..<current.lowerBound] + replacement
            position = current.upperBound
        }
        return result + bytes[position...]
    }
}
