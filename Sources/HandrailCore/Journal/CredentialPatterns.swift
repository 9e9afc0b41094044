import CEL

/// What common credentials look like. Where a pattern has a group, only that part goes: `password=[redacted]`.
enum CredentialPatterns {
    static func matches(in bytes: [UInt8]) -> [Range<Int>] {
        // Nearly no text has any of these words, and each value of each alert comes through here.
        mayHold(bytes) ? search(bytes) : []
    }

    /// The same, without a look at whether it can be spared.
    static func search(_ bytes: [UInt8]) -> [Range<Int>] { patterns.flatMap { $0.matches(in: bytes) } }

    /// Whether a pattern could match: each match of each of them has one of the words in it.
    static func mayHold(_ bytes: [UInt8]) -> Bool { words.isFound(in: bytes) }

    /// Whether a pattern could match the text, or what is left of it when it is decoded.
    static func mayHoldDecoded(_ bytes: UnsafeRawBufferPointer) -> Bool { wordsAndEscapes.isFound(in: bytes) }

    private static let patterns = sources.map { compiled($0) }
    private static let words = compiled(word)
    private static let wordsAndEscapes = compiled(#"[%\\]|"# + word)
    private static let word =
        "(?i:passw|passphrase|secret|token|key|credential|cookie|authorization|bearer)"
        + "|-----BEGIN |://|A(?:KIA|SIA|BIA|CCA|GPA|IDA|IPA|NPA|NVA|ROA|PKA)|gh[pousr]_|github_pat_|glpat-"
        + "|xox[abeoprs]-|xapp-|hooks\\.slack|AIza|ya29\\.|GOCSPX-|[rsw](?:k|hsec)_|npm_|pypi-|sk-|eyJ"

    private static func compiled(_ source: String) -> BytePattern {
        do {
            return try BytePattern(source)
        } catch {
            preconditionFailure("the pattern of a credential compiles: \(source): \(error)")
        }
    }

    /// A word that says that its value is secret.
    private static let secretWord =
        "(?:passw(?:or)?d|passphrase|secret|token|api[_-]?key|access[_-]?key|account[_-]?key|private[_-]?key"
        + "|client[_-]?key|credentials?|auth[_-]?key|cookie)"
    /// Quoted to its end, or to the end of the text where it was cut; else up to white space or what ends a value in
    /// JSON, YAML, a URL or a shell.
    private static let value = #"(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'&,;}\])<]+)"#

    private static let sources = [
        // Names and values: `DB_PASSWORD=x`, `"apiToken": "x"`, `secret: x`, `password => x`.
        #"(?is)\b[\w.-]*"# + secretWord + #"[\w.-]*["']?[ \t]*(?:=>|:=|=|:)[ \t]*("# + value + ")",
        // Options: `--token x`, `-password x`.
        #"(?is)(?:^|\s)--?[\w-]*"# + secretWord + #"[\w-]*[ \t]+("# + value + ")",
        // HTTP: a header, however it is quoted, with or without a scheme.
        #"(?i)\b(?:proxy-)?authorization["']?[ \t]*[:=][ \t]*["']?((?:[a-z0-9-]+[ \t]+)?[^\s"',;]+)"#,
        #"(?i)\b(?:x-api-key|x-auth-token|set-cookie|cookie)["']?[ \t]*[:=][ \t]*["']?([^\r\n"']+)"#,
        #"(?i)\bbearer[ \t]+([a-z0-9._~+/=-]{16,})"#,
        // Keys in PEM, to the end of the text where they were cut.
        "(?s)-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.*?"
            + #"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\z)"#,
        // URLs: `scheme://user:password@host`, `scheme://token@host`.
        #"://[^\s/@:"'?#]*:([^\s/@"']+)@"#,
        #"://([^\s/@:"'?#]{16,})@"#,
        // Amazon.
        #"\b((?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AIPA|ANPA|ANVA|AROA|APKA)[A-Z0-9]{16})\b"#,
        // GitHub, GitLab.
        #"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,})"#,
        // Slack.
        #"\bxox[abeoprs]-[A-Za-z0-9-]{8,}|\bxapp-[A-Za-z0-9-]{8,}|hooks\.slack\.com/services/([A-Za-z0-9/_-]+)"#,
        // Google.
        #"\bAIza[A-Za-z0-9_-]{30,}|\bya29\.[A-Za-z0-9._-]{16,}|\bGOCSPX-[A-Za-z0-9_-]{16,}"#,
        // Stripe, npm, PyPI, OpenAI and Anthropic.
        #"\b[rsw](?:k|hsec)_(?:live_|test_)?[A-Za-z0-9]{20,}|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[A-Za-z0-9_-]{16,}"#,
        #"\bsk-[A-Za-z0-9_-]{20,}"#,
        // JSON Web Tokens.
        #"\beyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]*"#,
    ]
}
