import Testing

@testable import CEL

@Suite struct CostTests {
    static let size = CELSize(bytes: 40, elements: 5)
    static let alert = CELObjectType(
        name: "alert",
        fields: [
            CELField("name", .string, size: size, about: ""),
            CELField("labels", .map(key: .string, value: .string), size: size, about: ""),
            CELField("count", .int, about: ""),
        ])
    static let variables = [
        CELVariable("text", .string, size: size, about: ""),
        CELVariable("texts", .list(.string), size: size, about: ""),
        CELVariable("labels", .map(key: .string, value: .string), size: size, about: ""),
        CELVariable("alerts", .list(.object(alert)), size: size, about: ""),
        CELVariable("any", .dyn, size: size, about: ""),
        CELVariable("number", .int, about: ""),
    ]
    static let environment = CELEnvironment(variables: variables)

    /// Every fact as large as it was declared.
    static var facts: CELFacts {
        let text = CELValue.string(String(repeating: "a", count: 40))
        let labels = CELValue.map(
            strings: (0..<5).map { ("\($0)" + String(repeating: "b", count: 39), text) })
        let alert = CELValue.map(strings: [("name", text), ("labels", labels), ("count", .int(7))])
        return CELFacts([
            "text": text, "texts": .list(Array(repeating: text, count: 5)), "labels": labels,
            "alerts": .list(Array(repeating: alert, count: 5)), "any": .list(Array(repeating: text, count: 5)),
            "number": .int(3),
        ])
    }

    @Test(arguments: [
        ("number", 1),
        ("number + 1 == 4", 5),
        // Two visits and 40 bytes for each element, and the loop.
        ("texts.all(t, t == text)", 2 + 5 * (3 + 2)),
        ("alerts.exists(a, alerts.exists(b, a.count > b.count))", 2 + 5 * (2 + 5 * 5)),
        ("text in texts", 3 + 5 * (1 + 2)),
        ("'x' in labels", 3),
        ("size(text)", 2 + 2),
        ("true ? size(text) : number", 1 + 1 + 4),
        ("text + text == text", 1 + (3 + 5) + 1 + 5),
        ("alerts == alerts", 3 + 5 * (1 + 1 + 2 + 1 + 5 * (1 + 2) + 1)),
    ])
    func theEstimateIsWhatTheLargestFactsCost(_ source: String, _ cost: Int) throws {
        let program = try compiled(source, in: Self.environment)
        let estimate = Self.environment.worstCaseCost(of: program)
        #expect(estimate == cost)
        _ = try program.evaluate(Self.facts, costLimit: estimate)
    }

    /// No function, operator or loop costs more than was estimated.
    @Test func noEvaluationCostsMoreThanItsEstimate() throws {
        var writer = ExpressionWriter(random: SplitMix(state: 20_261_125))
        var evaluated = 0
        for _ in 0..<6_000 {
            let source = writer.expression(depth: 3)
            guard case .program(let program) = Self.environment.compile(source) else { continue }
            let estimate = Self.environment.worstCaseCost(of: program)
            guard estimate < 2_000_000 else { continue }
            evaluated += 1
            do {
                _ = try program.evaluate(Self.facts, costLimit: estimate)
            } catch {
                #expect(!error.isFinal, "`\(source)` costs more than \(estimate)")
            }
        }
        #expect(evaluated > 2_000)
    }

    @Test func everyFunctionHasAnEstimate() {
        let unknown = FunctionLibrary.byName.keys.filter { CallCost.estimate($0, [.small, .small]) == nil }
        #expect(unknown.sorted() == [])
    }

    @Test func whatIsTooDearIsRefusedAtTheLoopThatMakesItSo() throws {
        let environment = CELEnvironment(variables: Self.variables, costLimit: 100)
        let source = "number == 3 && alerts.exists(a, alerts.exists(b, a.name == b.name)) && text != ''"
        let issue = try #require(issues(source, in: environment).first)
        #expect(
            issue.message == "this may cost 187 steps for facts of the largest size, and 100 is the limit")
        #expect(
            String(decoding: Array(source.utf8)[issue.range], as: UTF8.self)
                == "alerts.exists(a, alerts.exists(b, a.name == b.name))")
        #expect(issues("alerts.exists(a, a.name == text)", in: environment).isEmpty)
    }

    @Test func whatIsTooLargeToCountIsRefusedToo() throws {
        let environment = CELEnvironment(variables: Self.variables, costLimit: CELCost.usualLimit)
        let doubled = (0..<40).reduce("text") { source, _ in "[\(source)].map(x, x + x)[0]" }
        let nested = (0..<40).reduce("1") { source, depth in "texts.map(x\(depth), \(source))" }
        for source in [doubled, nested] {
            #expect(issues(source, in: environment).count == 1)
            #expect(Self.environment.worstCaseCost(of: try compiled(source, in: Self.environment)) > 1 << 36)
        }
        #expect(DecimalText.grouped(.max) == "more than 1,000,000,000,000")
        #expect(DecimalText.grouped(1_234_567) == "1,234,567")
    }
}

/// Writes random expressions over the facts above; most of them are well typed.
struct ExpressionWriter {
    var random: SplitMix

    private static let texts = [
        "text", "'x'", "texts[0]", "labels['a']", "alerts[1].name", "(T + T)", "T.replace(T, T)", "T.substring(1)",
        "T.reverse()", "T.trim()", "strings.quote(T)", "L.join(T)", "T.format([T, L, N])",
        "'%s %s'.format([L, alerts])",
        "(B ? T : T)", "string(N)", "string(bytes(T))", "base64.encode(bytes(T))", "L.first().orValue(T)",
        "optional.of(T).optMap(x, x + T).value()", "cel.bind(x, T, x + x)", "T.charAt(0)", "T.upperAscii()",
        "string(base64.decode(T))", "alerts[0].labels.a", "T.replace('a', T, N)",
    ]
    private static let lists = [
        "texts", "[T, T]", "L + L", "L.map(x, T)", "L.filter(x, B)", "T.split(T)", "L.map(x, x + T)",
        "labels.map(k, k)",
        "L.transformList(i, v, v + T)", "alerts.map(a, a.name)", "[[L, L][0], L][1]", "[?optional.of(T)]",
        "L.map(x, B, x)", "dyn(L)", "[optional.of(T)].unwrapOpt()", "T.split('')",
    ]
    private static let conditions = [
        "T == T", "L == L", "T in L", "T in labels", "T < T", "T.contains(T)", "T.startsWith(T)", "T.matches('a+$')",
        "T.matches(T)", "L.all(x, x == T)", "L.exists(x, x in L)", "L.exists_one(x, x != T)", "alerts == alerts",
        "alerts.exists(a, a.labels == labels)", "labels == labels", "(B && B)", "(B || B)", "!B", "N < N",
        "alerts.all(a, alerts.all(b, a.name == b.name))", "L.transformMap(i, v, T) == {0: T}", "alerts[0] in alerts",
        "has(labels.a)", "L.all(i, v, i < N && v == T)", "{'k': L} == {'k': L}", "optional.of(L) == optional.of(L)",
        "any == L", "any == any", "any.all(x, x == T)", "labels.all(k, v, k == v)", "[L, L] == [L, L]",
        "labels.transformMapEntry(k, v, {v: L}) == {}", "timestamp('2026-01-01T00:00:00Z').getHours(T) == N",
    ]
    private static let numbers = [
        "number", "1", "size(T)", "size(L)", "N + N", "T.indexOf(T)", "T.lastIndexOf('a')", "math.greatest(N, N)",
        "math.least(L.map(x, N))", "int(T)", "L.map(x, N)[0]", "(B ? N : N)", "alerts[0].count", "T.indexOf(T, N)",
        "math.abs(N)", "size(labels)", "alerts.map(a, a.count)[0]",
    ]

    mutating func expression(depth: Int) -> String {
        fill([Self.texts, Self.lists, Self.conditions, Self.numbers][random.below(4)], depth)
    }

    private mutating func fill(_ kinds: [String], _ depth: Int) -> String {
        // The first of a kind is a plain fact.
        let template = depth > 0 ? kinds[random.below(kinds.count)] : kinds[0].contains(" ") ? "true" : kinds[0]
        var text = ""
        for (offset, character) in template.enumerated() {
            let isHole = "TLBN".contains(character) && !Self.isWithinWord(template, offset)
            guard isHole else {
                text.append(character)
                continue
            }
            let part =
                switch character {
                case "T": fill(Self.texts, depth - 1)
                case "L": fill(Self.lists, depth - 1)
                case "B": fill(Self.conditions, depth - 1)
                case _: fill(Self.numbers, depth - 1)
                }
            text += part
        }
        return text
    }

    /// `T` of `T.trim()`, but not of `optMap`.
    private static func isWithinWord(_ template: String, _ offset: Int) -> Bool {
        let characters = Array(template)
        let isBefore = offset > 0 && characters[offset - 1].isLetter
        let isBehind =
            offset + 1 < characters.count && (characters[offset + 1].isLetter || characters[offset + 1] == "0")
        return isBefore || isBehind
    }
}
