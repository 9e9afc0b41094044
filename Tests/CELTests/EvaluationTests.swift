import CEL
import Testing

@Suite struct EvaluationTests {
    @Test(arguments: [
        ("target.environment == 'production' && target.replicas > 2", "true"),
        ("target.labels.tier", "\"gold\""),
        ("target.labels.missing", "error: there is no `missing`"),
        ("has(target.labels.missing)", "false"),
        ("[1, 2, 3].map(x, x * 2)", "[2, 4, 6]"),
        ("{'a': 1u, 'b': [true, null]}", "{\"a\": 1u, \"b\": [true, null]}"),
        ("9223372036854775807 + 1", "error: the result of `+` is out of range"),
        ("-9223372036854775808 / -1", "error: the result of `/` is out of range"),
        ("[1][5]", "error: there is no element at `5`"),
        ("[1][-1]", "error: there is no element at `-1`"),
        ("size('e\\u0301')", "2"),
        ("'\\u00e9' == 'e\\u0301'", "false"),
        (
            "string(1.0) + string(1e21) + string(0.1) + string(1e-7) + string(123456789.25)",
            "\"11e+210.11e-07123456789.25\""
        ),
        ("duration('1h30m').getMinutes()", "90"),
        ("string(duration('-1.5s'))", "\"-1.5s\""),
        ("string(timestamp('2026-02-03T04:05:06.70+01:00'))", "\"2026-02-03T03:05:06.7Z\""),
        (
            "timestamp('2026-02-29T00:00:00Z')",
            "error: `\"2026-02-29T00:00:00Z\"` cannot become a value of type timestamp"
        ),
        ("timestamp('2026-07-01T12:00:00Z').getHours('Europe/Berlin')", "14"),
        ("timestamp('2026-01-01T12:00:00Z').getHours('Europe/Berlin')", "13"),
        ("timestamp('2150-07-01T12:00:00Z').getHours('Europe/Berlin')", "14"),
        ("timestamp('2150-01-01T12:00:00Z').getHours('Australia/Sydney')", "23"),
        (
            "timestamp('2026-01-01T12:00:00Z').getHours('../../etc/passwd' + '')",
            "error: there is no time zone `../../etc/passwd`"
        ),
        ("'a\\u0000b'.matches('a.b')", "true"),
        ("b'\\xff'.map(x, x)", "issue: only lists and maps can be looped over, not a value of type bytes"),
    ])
    func anExpressionHasItsValue(_ source: String, _ value: String) {
        #expect(outcome(source) == value)
    }

    @Test func aSpentBudgetIsNotAbsorbed() {
        let costly = "[1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, a + b + c > 0)))"
        #expect(outcome(costly) == "true")
        #expect(outcome("\(costly) || true", costLimit: 500) == "error: the expression costs more than its limit")
    }

    @Test func doublingAStringEndsAtTheCostLimit() {
        var source = "'0123456789abcdef'"
        for _ in 0..<40 { source = "[\(source)].map(x, x + x)[0]" }
        #expect(outcome(source) == "error: the expression costs more than its limit")
    }

    @Test func aLargeMapIsAsGoodAsASmallOne() {
        let map = CELMap((0..<5_000).map { (key: .int($0), value: .int($0 * 2)) })
        #expect(map[.uint(4_999)]?.description == "9998")
        #expect(map[.double(3)]?.description == "6")
        #expect(map[.double(3.5)] == nil)
        #expect(map[.string("3")] == nil)
    }

    @Test func ofRepeatedKeysTheLastValueStays() {
        let map = CELMap([(key: .int(1), value: .int(1)), (key: .uint(1), value: .int(2))])
        #expect(map.count == 1)
        #expect(map[.int(1)]?.description == "2")
    }

    @Test func aLongValueIsCutInExplanations() {
        let text = CELValue.list(Array(repeating: .string("abcdefgh"), count: 1_000)).description
        #expect(text.utf8.count < 220)
        #expect(text.hasSuffix("…"))
    }
}

/// Found by comparing with CEL-C++ (cel-expr-python 0.1.3) on random expressions.
@Suite struct AgreementTests {
    @Test(arguments: [
        ("math.sqrt(9) + math.sqrt(16u) + math.sqrt(6.25)", "9.5"),
        ("math.sign(-0.0)", "0.0"),
        ("math.sign(0.0 / 0.0)", "NaN"),
        ("'abc'.indexOf('', 3)", "3"),
        ("'abc'.indexOf('', 4)", "error: the position 4 is out of range"),
        ("'abc'.lastIndexOf('', -2)", "error: the position -2 is out of range"),
        ("'abc'.indexOf('x', 3)", "-1"),
        ("'abc'.lastIndexOf('c', 3)", "2"),
        ("'abc'.lastIndexOf('c', 4)", "error: the position 4 is out of range"),
        ("''.indexOf('a', 0)", "-1"),
        ("'''a\r\nb\rc'''", "\"a\\nb\\nc\""),
        ("r'''a\r\n\\r'''", "\"a\\n\\\\r\""),
        ("'a\\r\\nb'", "\"a\\r\\nb\""),
        ("{true: 1}.?b.hasValue() || has({1: 2}.b)", "false"),
        ("optional.of(1) == null", "false"),
        ("'%.3f|%e|%.0f|%.2e'.format([1234.5678, -0.00012, 0.5, 12345])", "\"1234.568|-1.200000e-04|0|1.23e+04\""),
    ])
    func anExpressionHasTheValueThatOthersGiveIt(_ source: String, _ value: String) {
        #expect(outcome(source) == value)
    }

    @Test(arguments: [
        ("[optional.of(1), null][0]", "optional(int)"),
        ("[null, optional.none()]", "list(optional(dyn))"),
        ("[[1], [true]]", "list(dyn)"),
        ("[[1], [dyn(1)], []]", "list(list(dyn))"),
        ("{'a': [1], 'b': [2u]}", "map(string, dyn)"),
        ("[optional.of([]), optional.of(1)]", "list(dyn)"),
        ("true ? [] : [[1]]", "list(list(int))"),
        ("[duration('1s'), null][0]", "duration"),
    ])
    func anExpressionHasTheTypeThatOthersGiveIt(_ source: String, _ type: String) throws {
        #expect(try compiled(source).resultType.description == type)
    }
}
