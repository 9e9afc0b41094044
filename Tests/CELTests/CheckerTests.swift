import CEL
import Testing

@Suite struct CheckerTests {
    /// What is wrong, the words it is about, and what was probably meant.
    static let mistakes: [(source: String, message: String, about: String, suggestion: String?)] = [
        ("taget.id == 'a'", "unknown name `taget`", "taget", "target"),
        ("target.enviroment == 'production'", "target has no field `enviroment`", "enviroment", "environment"),
        ("target.id.startWith('a')", "unknown function `startWith`", "target.id.startWith('a')", "startsWith"),
        ("siz(target.id) == 1", "unknown function `siz`", "siz(target.id)", "size"),
        ("target.replicas + 'a' == 'b'", "`+` does not take (int, string)", "target.replicas + 'a'", nil),
        (
            "target.replicas == '3'", "a value of type int is never equal to one of type string",
            "target.replicas == '3'", nil
        ),
        ("target.replicas", "a value of type bool is expected here, not one of type int", "target.replicas", nil),
        ("!target.id", "`!` does not take (string)", "!target.id", nil),
        ("target.id && true", "`&&` takes values of type bool, not string", "target.id", nil),
        ("target.id.matches('(')", "invalid regular expression: missing ): (", "'('", nil),
        ("now.getHours('Mars/Base') == 1", "there is no time zone `Mars/Base`", "'Mars/Base'", nil),
        (
            "target.id.all(x, true)", "only lists and maps can be looped over, not a value of type string", "target.id",
            nil
        ),
        ("target.replicas.x == 1", "a value of type int has no field `x`", "x", nil),
        (
            "target.environment == 'prodution'",
            "`prodution` is not a value of environment, which is one of `production`, `staging`, `development`",
            "'prodution'", "production"
        ),
        (
            "target.environment in ['staging', 'x']",
            "`x` is not a value of environment, which is one of `production`, `staging`, `development`", "'x'", nil
        ),
        (
            "target.owner == 'ann'", "`target.owner` may be absent; ask with `has(target.owner)` first", "target.owner",
            nil
        ),
        (
            "target['owner'] == 'ann'", "`target.owner` may be absent; ask with `has(target.owner)` first",
            "target['owner']", nil
        ),
        (
            "severity > 'warning'", "the values of severity have no order; compare with `==` or `in`",
            "severity > 'warning'", nil
        ),
        ("a b", "unexpected `b`", "b", nil),
        ("target.id = 'a'", "`=` is not an operator; equality is `==`", "=", "=="),
        ("", "the expression is empty", "", nil),
        ("true &&", "the expression ends too early", "", nil),
        ("'abc", "this string has no end", "'abc", nil),
        ("target.replicas == 12abc", "malformed number `12abc`", "12abc", nil),
    ]

    @Test(arguments: mistakes)
    func aMistakeIsNamedAtItsPlace(
        _ mistake: (source: String, message: String, about: String, suggestion: String?)
    ) throws {
        let found = issues(mistake.source, expecting: .bool)
        #expect(found.count == 1, "\(found)")
        let issue = try #require(found.first)
        #expect(issue.message == mistake.message)
        #expect(String(decoding: Array(mistake.source.utf8)[issue.range], as: UTF8.self) == mistake.about)
        #expect(issue.suggestion == mistake.suggestion)
    }

    @Test func allIssuesAreReportedInSourceOrder() {
        let found = issues("taget.id == 'a' && target.replicas == 'b' && target.enviroment == 'c'")
        #expect(found.count == 3)
        #expect(found.map(\.range.lowerBound) == found.map(\.range.lowerBound).sorted())
    }

    @Test(arguments: [
        "has(target.owner) && target.owner == 'ann'",
        "target.owner == 'ann' && has(target.owner)",
        "!has(target.owner) || target.owner == 'ann'",
        "has(target.owner) ? target.owner == 'ann' : false",
        "!(has(target.owner)) ? false : target.owner == 'ann'",
        "targets.exists(t, has(t.owner) && t.owner == 'ann')",
        "has(target.owner) && targets.all(t, t.id == target.owner)",
        "target.?owner.orValue('nobody') == 'ann'",
    ])
    func aGuardedOptionalFieldIsNoIssue(_ source: String) {
        let found = issues(source).filter { $0.message.contains("absent") }
        #expect(found.isEmpty)
    }

    @Test(arguments: [
        "has(target.owner) || target.owner == 'ann'",
        "has(target.owner) ? true : target.owner == 'ann'",
        "!has(target.owner) && target.owner == 'ann'",
        "targets.exists(t, has(target.owner) && t.owner == 'ann')",
        "targets.exists(t, has(t.owner)) && targets.all(u, u.owner == 'ann')",
    ])
    func aGuardOfSomethingElseDoesNotHelp(_ source: String) {
        #expect(issues(source).count == 1)
    }

    @Test func anOpenEnumerationAllowsOtherValues() {
        #expect(issues("severity == 'page-the-president'").isEmpty)
    }

    @Test func pathsAreListedWholeSortedAndOnce() throws {
        let program = try compiled(
            "target.labels.tier == 'gold' && has(target.owner) && target.labels['tier'] == severity && targets.exists(t, t.id == target.id)"
        )
        #expect(program.referencedPaths == ["severity", "target.id", "target.labels.tier", "target.owner", "targets"])
    }

    @Test func anUncheckedProgramFailsAtRunTimeInstead() {
        let environment = CELEnvironment(variables: [], isChecked: false)
        #expect(outcome("nobody == 1", in: environment) == "error: there is no value for `nobody`")
        #expect(outcome("1 + 'a'", in: environment) == "error: `+` does not take (int, string)")
        #expect(outcome("nobody.knows() || true", in: environment) == "true")
    }
}
