import HandrailCore
import Testing

@testable import handrail

@Suite struct TextEscapeTests {
    @Test(arguments: [
        ("plain text, über Ω 漢字", "plain text, über Ω 漢字"),
        ("a\nb\r\tc", #"a\nb\r\tc"#),
        ("\u{1B}[31mred\u{1B}[0m", #"\u{1B}[31mred\u{1B}[0m"#),
        ("\u{9B}2J", #"\u{9B}2J"#),
        ("\u{0}\u{7}\u{7F}", #"\0\u{7}\u{7F}"#),
        ("pay\u{202E}lld.exe", #"pay\u{202E}lld.exe"#),
        ("\u{2066}a\u{2069}\u{200E}\u{200F}\u{61C}", #"\u{2066}a\u{2069}\u{200E}\u{200F}\u{61C}"#),
        ("zero\u{200B}width\u{FEFF}\u{2060}", #"zero\u{200B}width\u{FEFF}\u{2060}"#),
        ("one\u{2028}two\u{2029}three\u{85}", #"one\u{2028}two\u{2029}three\u{85}"#),
        ("tag\u{E0041}\u{E007F}", #"tag\u{E0041}\u{E007F}"#),
        ("filler\u{3164}\u{FE0F}\u{A0}", #"filler\u{3164}\u{FE0F}\u{A0}"#),
        ("\u{301}at the start", #"\u{301}at the start"#),
        ("o\u{308} is a letter", "o\u{308} is a letter"),
    ])
    func whatATerminalWouldObeyIsWrittenOut(text: String, shown: String) {
        #expect(TextEscape.line(text).utf8.elementsEqual(shown.utf8))
    }

    @Test func stackedMarksAreWrittenOut() {
        let stacked = "o" + String(repeating: "\u{301}", count: 50)
        #expect(TextEscape.line(stacked).unicodeScalars.count { $0 == "\u{301}" } == 2)
    }

    @Test func longTextIsBounded() {
        let shown = TextEscape.line(String(repeating: "A", count: 1 << 20))
        #expect(shown.utf8.elementsEqual((String(repeating: "A", count: 200) + "…").utf8))
    }

    @Test func everyScalarIsShownOnOneLineWithoutControls() {
        for value in (0 as UInt32)...0x10FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            for shown in (TextEscape.escape(of: scalar) ?? String(scalar)).unicodeScalars {
                let isControl = shown.value < 0x20 || (0x7F...0x9F).contains(shown.value)
                if isControl || !TextEscape.isVisible(shown) {
                    Issue.record("U+\(String(value, radix: 16)) gets through")
                }
            }
        }
    }
}

@Suite struct ShellWordTests {
    @Test(arguments: [
        (["supervisorctl", "restart", "workers:w2"], "supervisorctl restart workers:w2"),
        (["echo", ""], "echo ''"),
        (["echo", "a b", "c"], "echo 'a b' c"),
        (["echo", "$(reboot)"], "echo '$(reboot)'"),
        (["echo", "--config=/etc/passwd"], "echo --config=/etc/passwd"),
        (["echo", "${1+1}"], "echo '${1+1}'"),
        (["echo", "a' 'b"], #"echo 'a'\'' '\''b'"#),
        (["echo", "a\nb"], #"echo $'a\nb'"#),
        (["echo", #"a\nb"#], #"echo 'a\nb'"#),
        (["echo", "it's\ta"], #"echo $'it\'s\ta'"#),
        (["echo", "\u{202E}x\u{E0041}\u{1B}"], #"echo $'\u202Ex\U000E0041\x1B'"#),
        (["~root"], "'~root'"),
        (["größe=1"], "größe=1"),
    ])
    func theNumberOfElementsIsClear(argv: [String], shown: String) {
        #expect(ShellWord.line(argv) == shown)
    }

    @Test func aLongElementIsBoundedAndSaysItsSize() {
        let word = ShellWord.word(String(repeating: "A", count: 1 << 20))
        #expect(word.utf8.count < 400)
        #expect(word.hasSuffix("…'(1048576 bytes)"))
    }
}

@Suite struct LabelTextTests {
    @Test func theMostTellingLabelsAreShown() {
        let alert = Sample.labels([
            "alertname": "HostDown", "severity": "critical", "host": "h1", "zone": "z2", "instance": "10.0.0.1:9100",
            "job": "node", "service": "network", "worker": "1", "queue": "q", "team": "infra",
        ])
        #expect(LabelText.of(alert) == "HostDown host=h1 service=network worker=1 zone=z2")
    }

    @Test(arguments: [
        ("w2 worker=w3", #""w2 worker=w3""#), ("a\"b", #""a\"b""#), (#"a\nb"#, #""a\\nb""#), ("a\nb", #""a\nb""#),
        ("10.0.0.1:9100", "10.0.0.1:9100"),
    ])
    func aValueCannotPassForTwo(value: String, shown: String) {
        #expect(LabelText.value(ExactText(value)) == shown)
    }
}
