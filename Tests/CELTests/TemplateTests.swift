import CEL
import Testing

@Suite struct TemplateTests {
    private func rendered(_ source: String) -> String {
        switch CELTemplate.compile(source, in: World.checked) {
        case .issues(let issues): return "issues: " + issues.map { "\($0.range) \($0.message)" }.joined(separator: "; ")
        case .template(let template):
            do {
                return try template.render(World.facts)
            } catch {
                return "error: \(error.range.map(String.init(describing:)) ?? "") \(error.message)"
            }
        }
    }

    @Test(arguments: [
        ("workers:${target.id}", "workers:db-7"),
        ("${target.id}${target.replicas}/${1.5}/${true}/${2u}", "db-73/1.5/true/2"),
        ("plain", "plain"),
        ("", ""),
        ("$${target.id} costs $5 {}", "${target.id} costs $5 {}"),
        ("${ {'a': '}'}['a'] + \"}\" }!", "}}!"),
        ("a${", "issues: 1..<3 this `${` has no end"),
        ("a${target.id", "issues: 1..<12 this `${` has no end"),
        ("é${taget.id}", "issues: 4..<9 unknown name `taget`"),
        (
            "${target.idd} ${target}",
            "issues: 9..<12 target has no field `idd`; 16..<22 a value of type target cannot be part of a text"
        ),
        ("x${extra}", "error: 3..<8 a value of type null_type cannot be part of a text"),
        ("x${target.labels.zone}", "error: 3..<21 there is no `zone`"),
        ("${}", "issues: 2..<2 the expression is empty"),
    ])
    func aTemplateRenders(_ source: String, _ text: String) {
        #expect(rendered(source) == text)
    }

    @Test func whatFillsAHoleIsNotReadAgain() throws {
        guard case .template(let template) = CELTemplate.compile("<${extra}>", in: World.checked) else {
            Issue.record("the template should compile")
            return
        }
        #expect(try template.render(CELFacts(["extra": .string("${target.id}")])) == "<${target.id}>")
        #expect(!template.isLiteral)
        #expect(template.programs.map(\.source) == ["extra"])
    }
}
