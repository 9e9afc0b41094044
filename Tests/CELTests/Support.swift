import CEL
import Testing

/// A small world of facts, shaped like the one that Handrail declares.
enum World {
    static let environment = CELEnumeration(name: "environment", values: ["production", "staging", "development"])
    static let severity = CELEnumeration(name: "severity", values: ["critical", "warning"], isOpen: true)
    static let target = CELObjectType(
        name: "target",
        fields: [
            CELField("id", .string, about: "its name"),
            CELField("environment", .enumeration(environment), about: "where it runs"),
            CELField("owner", .string, isOptional: true, about: "who looks after it"),
            CELField("replicas", .int, about: "how many"),
            CELField("labels", .map(key: .string, value: .string), about: "labels"),
        ])
    static let variables = [
        CELVariable("target", .object(target), about: "what is acted on"),
        CELVariable("severity", .enumeration(severity), about: "how bad it is"),
        CELVariable("targets", .list(.object(target)), about: "all of them"),
        CELVariable("now", .timestamp, about: "the time of the decision"),
        CELVariable("extra", .dyn, about: "anything"),
    ]
    static let checked = CELEnvironment(variables: variables)

    static var facts: CELFacts {
        let target = CELValue.map(strings: [
            ("id", .string("db-7")), ("environment", .string("production")), ("replicas", .int(3)),
            ("labels", .map(strings: [("tier", .string("gold"))])),
        ])
        return CELFacts([
            "target": target, "severity": .string("critical"), "targets": .list([target]),
            "now": .timestamp(CELTimestamp(unixSeconds: 1_800_000_000)), "extra": .null,
        ])
    }
}

/// The program, or the issues as a test failure.
func compiled(_ source: String, in environment: CELEnvironment = World.checked) throws -> CELProgram {
    switch environment.compile(source) {
    case .program(let program): return program
    case .issues(let issues):
        Issue.record("`\(source)` has issues: \(issues)")
        throw issues[0]
    }
}

func issues(_ source: String, expecting: CELType? = nil, in environment: CELEnvironment = World.checked) -> [CELIssue] {
    switch environment.compile(source, expecting: expecting) {
    case .program: []
    case .issues(let issues): issues
    }
}

/// The value rendered as a literal, or `error: …`.
func outcome(_ source: String, in environment: CELEnvironment = World.checked, costLimit: Int = 100_000) -> String {
    switch environment.compile(source) {
    case .issues(let issues): return "issue: \(issues[0].message)"
    case .program(let program):
        do {
            return try program.evaluate(World.facts, costLimit: costLimit).description
        } catch {
            return "error: \(error.message)"
        }
    }
}
