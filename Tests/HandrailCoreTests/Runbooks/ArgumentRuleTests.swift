import CEL
import Testing

@testable import HandrailCore

@Suite struct ArgumentRuleTests {
    private let plain = Parameter.StringRule()

    @Test(arguments: ["$(reboot)", "${1+1}", "a b; c", "{{ x }}", "`id`", "*"])
    func textThatOnlyAShellWouldObeyIsText(text: String) {
        #expect(ArgumentRule.fault(in: text, rule: plain) == nil)
    }

    @Test(arguments: [
        "--config=/etc/passwd", "-oProxyCommand=x", "a\nb", "a\u{0}b", "\u{202E}gnp.exe", "a\u{200F}", "\u{1B}[2J",
        String(repeating: "A", count: 1 << 20), "\u{2028}",
    ])
    func optionsControlsAndFloodsAreRefused(text: String) throws {
        let fault = try #require(ArgumentRule.fault(in: text, rule: plain))
        #expect(fault.utf8.count < 300)
        #expect(!fault.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x202E })
    }

    @Test func aPatternIsAnchored() throws {
        let rule = Parameter.StringRule(pattern: try LinearRegex("[a-z]+"))
        #expect(ArgumentRule.fault(in: "abc", rule: rule) == nil)
        #expect(ArgumentRule.fault(in: "abc\n", rule: rule) != nil)
        #expect(ArgumentRule.fault(in: "$(reboot)", rule: rule) != nil)
    }

    @Test(arguments: [
        ("8", true), ("64", true), ("65", false), ("0", false), ("+8", false), ("08", false), ("8.0", false),
    ])
    func integersAreExactAndInRange(text: String, fits: Bool) {
        let parameter = Parameter(name: "n", kind: .integer(min: 1, max: 64), location: Sample.place)
        let accepted = if case .success = ArgumentRule.value(of: text, for: parameter) { true } else { false }
        #expect(accepted == fits)
    }
}
