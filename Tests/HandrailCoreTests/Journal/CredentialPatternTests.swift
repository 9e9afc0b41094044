import Testing

@testable import HandrailCore

/// What looks like a credential, declared or not. The samples are made up, and put together here so that no scanner of
/// sources takes them for real ones.
struct CredentialPatternTests {
    private static let letters = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJ"

    private static let aws = "AKIA"
    private static let github = "ghp"
    private static let github2 = "github"
    private static let gitlab = "glpat"
    private static let slack = "xoxb"
    private static let google = "AI"
    private static let google2 = "ya"
    private static let stripe = "sk"

    private static let samples: [(String, String)] = [
        ("password=hunter2", "password=[redacted]"),
        ("DB_PASSWORD='a b' HOST=x", "DB_PASSWORD=[redacted] HOST=x"),
        (#"{"apiToken": "x \" y", "port": 1}"#, #"{"apiToken": [redacted], "port": 1}"#),
        (#"{\"password\":\"x y\",\"port\":1}"#, #"{\"password\":[redacted],\"port\":1}"#),
        ("client_secret: abc # note", "client_secret: [redacted] # note"),
        ("url?access_key=abc&x=1", "url?access_key=[redacted]&x=1"),
        ("url%3Fapi_key%3Dabc%26x", "url%3Fapi_key%3D[redacted]%26x"),
        ("mysql --password hunter2 -h db", "mysql --password [redacted] -h db"),
        (#"password="cut off in the mid"#, "password=[redacted]"),
        ("token: abc\nstatus: fine", "token: [redacted]\nstatus: fine"),
        ("Authorization: Basic dTpw\r\nHost: x", "Authorization: [redacted]\r\nHost: x"),
        ("curl -H 'Authorization: Bearer abc'", "curl -H 'Authorization: [redacted]'"),
        ("sent bearer \(letters) along", "sent bearer [redacted] along"),
        ("Set-Cookie: session=1; Path=/\nok", "Set-Cookie: [redacted]\nok"),
        ("postgres://ada:s3cr:t@db:5432/shop", "postgres://ada:[redacted]@db:5432/shop"),
        ("https://\(letters)@git.example/x", "https://[redacted]@git.example/x"),
        ("key \(aws)ABCDEFGHIJKLMNOP.", "key [redacted]."),
        ("\(github)_\(letters) and \(github2)_pat_\(letters)", "[redacted] and [redacted]"),
        ("\(gitlab)-\(letters)", "[redacted]"),
        ("\(slack)-123456789012-abc", "[redacted]"),
        ("https://hooks.slack.com/services/T0/B0/abc", "https://hooks.slack.com/services/[redacted]"),
        ("\(google)za\(letters)", "[redacted]"),
        ("\(google2)29.\(letters)", "[redacted]"),
        ("\(stripe)_live_\(letters)", "[redacted]"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln!", "jwt [redacted]!"),
        ("a -----BEGIN RSA PRIVATE KEY-----\nMII=\n-----END RSA PRIVATE KEY----- b", "a [redacted] b"),
        ("a -----BEGIN OPENSSH PRIVATE KEY-----\nMII, and cut", "a [redacted]"),
    ]

    /// Texts in which no word of the patterns is are not looked at any further. Made of pieces of credentials, so that many
    /// are nearly one.
    @Test func whatIsNotLookedAtHoldsNoCredential() {
        var random = SystemRandomNumberGenerator()
        let pieces = Self.samples.flatMap { text, _ in
            [text.prefix(4), text.dropFirst(2).prefix(7), text.suffix(24)].map { Array($0.utf8) }
        }
        var passedOver = 0
        for _ in 0..<3000 {
            var text = (0..<Int.random(in: 1...4, using: &random)).flatMap { _ in
                pieces.randomElement(using: &random) ?? []
            }
            for _ in 0..<Int.random(in: 0...2, using: &random) {
                text[Int.random(in: text.indices, using: &random)] = UInt8.random(in: 0...127, using: &random)
            }
            guard !CredentialPatterns.mayHold(text) else { continue }
            passedOver += 1
            #expect(CredentialPatterns.search(text).isEmpty, "\(String(decoding: text, as: UTF8.self))")
        }
        #expect(passedOver > 100)
    }

    @Test(arguments: samples)
    func credentialsAreRedacted(text: String, expected: String) {
        #expect(Redactor().redact(text) == expected)
        // Beside bytes that are no UTF-8, too. What was cut off goes to the end.
        let tail: [UInt8] = text.contains("cut") ? [] : [0x20, 0xC3]
        let bytes = [0xFF, 0x20] + Array(text.utf8) + [0x20, 0xC3]
        #expect(Redactor().redact(bytes) == [0xFF, 0x20] + Array(expected.utf8) + tail)
    }

    @Test(arguments: [
        "the worker made no progress for 6.956 s", "haproxy: backend web/b4 is UP", "passed 3 of 4 checks",
        "a bearer of news", "https://example.com/a@b", "10:31:07 user@host: ready",
        "a secretary was told, and it was tokenized",
        "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----", "sha256:0a1b2c3d4e5f",
        "password:\n  from: vault",
    ])
    func whatIsNoneStays(text: String) {
        #expect(Redactor().redact(text) == text)
    }

    /// Not a measurement: with a pattern that went back, or views that grew, this would not end.
    @Test(arguments: [
        "password=", "://a:", "eyJ", "-----BEGIN PRIVATE KEY-----", "\\", "%", "'\\''", "--token ", "\"", "AKIA",
    ])
    func repetitionIsNoTrouble(part: String) {
        let text = String(repeating: part, count: (1 << 16) / part.utf8.count)
        let redactor = Redactor(secrets: [.init(name: "canary", bytes: Array("hunter2".utf8))])
        #expect(!redactor.redact(text + " hunter2").hasSuffix("hunter2"))
    }
}
