import HandrailCore
import HandrailFormats
import Testing

/// What the checker finds is shown at its place in the file, however YAML wrote the expression.
@Suite("Places of expressions")
struct ExpressionPlaceTests {
    /// The rule's condition, with the words that are wrong between `«` and `»`.
    static let mistakes: [(written: String, sentence: String)] = [
        ("target.«enviroment» == 'staging'", "target has no field `enviroment`; did you mean `environment`?"),
        ("«tagret».id == 'a'", "unknown name `tagret`; did you mean `target`?"),
        ("«plan.steps == '3'»", "a value of type int is never equal to one of type string"),
        ("«target.population» > 3", "`target.population` may be absent; ask with `has(target.population)` first"),
        (
            "target.environment == «'prodution'»",
            "`prodution` is not a value of environment, which is one of `production`, `staging`, `\"\"`; did you mean `production`?"
        ),
        (
            "action.effect in ['none', «'distruptive'»]",
            "`distruptive` is not a value of effect, which is one of `none`, `additive`, `disruptive`, `destructive`; did you mean `disruptive`?"
        ),
        ("«action.name.startWith('a')»", "unknown function `startWith`; did you mean `startsWith`?"),
        ("«plan.steps»", "a value of type bool is expected here, not one of type int"),
        ("plan.steps > 3 «&» storm", "`&` is not an operator; and is `&&`; did you mean `&&`?"),
    ]

    /// Ways to write a text in YAML. Each takes the words of an expression, which may stand on lines of their own.
    static let styles: [(name: String, write: @Sendable ([Substring]) -> String)] = [
        ("plain", { "when: " + $0.joined(separator: " ") }),
        ("single quotes", { "when: '" + $0.joined(separator: " ").doubling("'") + "'" }),
        ("double quotes", { "when: \"" + $0.joined(separator: " ") + "\"" }),
        ("escapes", { "when: \"\\x20\\u0020" + $0.joined(separator: "\\t") + "\"" }),
        ("literal block", { "when: |  # why\n" + $0.map { "      \($0)" }.joined(separator: "\n") }),
        ("indented literal block", { "when: |2-\n" + $0.map { "         \($0)" }.joined(separator: "\n") }),
        ("folded block", { "when: >-\n\n" + $0.map { "      \($0)" }.joined(separator: "\n") }),
        ("folded block with gaps", { "when: >+\n" + $0.map { "       \($0)\n\n" }.joined() }),
        ("plain over lines", { "when: " + $0.joined(separator: "\n       ") }),
        (
            "single quotes over lines",
            { "when: '" + $0.map { $0.doubling("'") }.joined(separator: "\n\n       ") + "'" }
        ),
        ("double quotes over lines", { "when: \"" + $0.joined(separator: " \\\n       ") + "\"" }),
        ("carriage returns", { "when: >\r\n" + $0.map { "      \($0)" }.joined(separator: "\r\n") }),
    ]

    @Test(arguments: styles.map(\.name))
    func aMistakeIsShownWhereItStands(style: String) throws {
        let write = try #require(Self.styles.first { $0.name == style }).write
        for mistake in Self.mistakes {
            let marked = write(mistake.written.split(separator: " "))
            let file = Self.policy(rule: marked)
            let place = try #require(Self.place(of: "«", in: file), "\(file)")
            let plain = file.filter { $0 != "«" && $0 != "»" }
            let findings = SampleFiles.load([("topology.yaml", Self.topology), ("policy.yaml", plain)]).findings
            #expect(findings.map(\.sentence) == [mistake.sentence], "\(plain)")
            guard let finding = findings.first else { continue }
            #expect(finding.location.line == place.line, "\(finding.rendered)")
            #expect(finding.location.column == place.column, "\(finding.rendered)")
            let caret = finding.rendered.split(separator: "\n").last ?? ""
            let width = Self.width(of: marked)
            #expect(caret.filter { $0 == "^" || $0 == "~" }.count == width, "\(finding.rendered)")
        }
    }

    @Test func theEndOfAnExpressionIsAPlaceToo() throws {
        for (name, write) in Self.styles {
            let file = Self.policy(rule: write(["storm", "&&"]))
            let finding = try #require(
                SampleFiles.load([("policy.yaml", file)]).findings.first { $0.code == "expression" }, "\(name)")
            let place = try #require(Self.place(of: "&&", in: file))
            #expect(finding.location.line == place.line, "\(name): \(finding.rendered)")
            #expect(finding.location.column == place.column + 2, "\(name): \(finding.rendered)")
        }
    }

    private static let topology = """
        topology: shop
        services:
          a: { environment: production, replicas: 2 }
          b: { environment: staging, replicas: 2 }
        """

    private static func policy(rule: String) -> String {
        "policy: p\nallow:\n  - name: a rule\n    verdict: automatic\n    \(rule)\n"
    }

    private static func place(of word: Character, in text: String) -> (line: Int, column: Int)? {
        place(of: String(word), in: text)
    }

    private static func place(of word: String, in text: String) -> (line: Int, column: Int)? {
        for (index, line) in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let scalars = Array(line)
            let wanted = Array(word.unicodeScalars)
            for start in scalars.indices where scalars[start...].starts(with: wanted) { return (index + 1, start + 1) }
        }
        return nil
    }

    /// Of what is marked, as far as it stands on its first line.
    private static func width(of marked: String) -> Int {
        let behind = marked.split(separator: "«", maxSplits: 1).last ?? ""
        return behind.unicodeScalars.prefix { $0 != "»" && $0 != "\n" && $0 != "\r" }.count
    }
}

extension StringProtocol {
    fileprivate func doubling(_ quote: String) -> String {
        split(separator: quote, omittingEmptySubsequences: false).joined(separator: quote + quote)
    }
}
