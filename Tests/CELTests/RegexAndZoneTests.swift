import CEL
import Testing

@Suite struct RegexAndZoneTests {
    @Test func wholeAndPartAreDifferentQuestions() throws {
        let regex = try LinearRegex("b+")
        #expect(regex.matchesPart(of: "abbc"))
        #expect(!regex.matchesWhole("abbc"))
        #expect(regex.matchesWhole("bbb"))
        #expect(try LinearRegex("").matchesWhole(""))
        #expect(try LinearRegex("a\\x00b").matchesWhole("a\u{0}b"))
    }

    @Test func aBrokenPatternIsAnIssue() {
        #expect(throws: CELIssue(message: "invalid regular expression: missing ): (a", range: 0..<2)) {
            try LinearRegex("(a")
        }
    }

    @Test func aPatternThatWouldTakeTooMuchMemoryIsAnIssue() {
        #expect(throws: CELIssue.self) { try LinearRegex("((a{1000}){1000}){1000}") }
    }

    @Test func backtrackingBombsAreLinear() throws {
        let regex = try LinearRegex("^(a+)+$")
        #expect(!regex.matchesPart(of: String(repeating: "a", count: 100_000) + "!"))
    }

    @Test(arguments: [
        "", "/etc/passwd", "../zoneinfo/UTC", "Europe/../Europe/Berlin", "Europe", "Europe//Berlin", "Nowhere",
        "a\u{0}b",
    ])
    func whatIsNoZoneIsRefused(_ name: String) {
        #expect(ZoneRules.named(name) == nil)
    }

    @Test(arguments: [
        ("Europe/Berlin", 1_774_745_999, 3_600), ("Europe/Berlin", 1_774_746_000, 7_200),
        ("America/New_York", 1_762_063_199 - 3_600, -14_400), ("America/New_York", 1_762_063_200, -18_000),
        ("Asia/Kathmandu", 1_800_000_000, 20_700), ("UTC", 1_800_000_000, 0),
        // Far beyond the tables, where the rule in the footer decides.
        ("Europe/Berlin", 7_258_118_400, 3_600), ("Europe/Berlin", 7_273_756_800, 7_200),
        ("Australia/Sydney", 7_258_118_400, 39_600), ("Asia/Tokyo", 7_273_756_800, 32_400),
    ])
    func aZoneKnowsItsOffset(_ name: String, _ unixSeconds: Int64, _ offset: Int) throws {
        let zone = try #require(ZoneRules.named(name))
        #expect(zone.offsetSeconds(atUnixSeconds: unixSeconds) == offset)
    }

    @Test func extremeTimesHaveAnOffsetToo() throws {
        let zone = try #require(ZoneRules.named("Europe/Berlin"))
        _ = zone.offsetSeconds(atUnixSeconds: .min)
        _ = zone.offsetSeconds(atUnixSeconds: .max)
    }
}
