/// The entry of libFuzzer, compiled together with the module by `scripts/fuzz-cel`; no part of the package.
///
/// Whatever the bytes, the answer is a value, an error or issues. What is asserted beyond that: issues have places within the
/// source, and nothing costs more than it was estimated to.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let source = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    for environment in FuzzWorld.environments {
        switch environment.compile(source) {
        case .issues(let issues): FuzzWorld.requirePlaces(issues, in: source)
        case .program(let program): FuzzWorld.evaluate(program, in: environment)
        }
        switch CELTemplate.compile(source, in: environment) {
        case .issues(let issues): FuzzWorld.requirePlaces(issues, in: source)
        case .template(let template): _ = try? template.render(FuzzWorld.facts, costLimit: 2_000)
        }
    }
    return 0
}

enum FuzzWorld {
    static let size = CELSize(bytes: 16, elements: 3)
    static let kind = CELEnumeration(name: "kind", values: ["a", "bb", ""])
    static let target = CELObjectType(
        name: "target",
        fields: [
            CELField("id", .string, size: size, about: ""), CELField("kind", .enumeration(kind), about: ""),
            CELField("owner", .string, isOptional: true, size: size, about: ""),
            CELField("replicas", .int, about: ""),
            CELField("labels", .map(key: .string, value: .string), size: size, about: ""),
        ])
    static let variables = [
        CELVariable("target", .object(target), about: ""),
        CELVariable("targets", .list(.object(target)), size: size, about: ""),
        CELVariable("now", .timestamp, about: ""), CELVariable("span", .duration, about: ""),
        CELVariable("text", .string, size: size, about: ""), CELVariable("n", .int, about: ""),
        CELVariable("u", .uint, about: ""), CELVariable("x", .double, about: ""),
        CELVariable("raw", .bytes, size: size, about: ""), CELVariable("any", .dyn, size: size, about: ""),
    ]
    static let environments = [
        CELEnvironment(variables: variables), CELEnvironment(variables: variables, isChecked: false),
        CELEnvironment(variables: variables, costLimit: 500),
    ]
    static let facts: CELFacts = {
        let text = CELValue.string("aaaaaaaaaaaaaaaé")
        let labels = CELValue.map(strings: [("a", text), ("bb", .string("")), ("c", .string("c"))])
        let target = CELValue.map(strings: [
            ("id", text), ("kind", .string("bb")), ("replicas", .int(3)), ("labels", labels),
        ])
        return CELFacts([
            "target": target, "targets": .list([target, target, target]), "text": text, "n": .int(.min),
            "u": .uint(.max),
            "x": .double(.nan), "raw": .bytes([0, 0xFF]), "any": .list([.list([text]), .null, .optional(.int(1))]),
            "now": .timestamp(CELTimestamp(unixSeconds: 253_402_300_799, nanoseconds: 999_999_999)),
            "span": .duration(CELDuration(seconds: -1, nanoseconds: -1)),
        ])
    }()

    static func evaluate(_ program: CELProgram, in environment: CELEnvironment) {
        _ = program.referencedPaths
        for step in program.explain(facts, costLimit: 2_000).steps { _ = step.text }
        let estimate = environment.worstCaseCost(of: program)
        guard environment.isChecked, estimate <= 20_000 else { return }
        do {
            _ = try program.evaluate(facts, costLimit: estimate).description
        } catch {
            precondition(!error.isFinal, "an evaluation costs at most what was estimated")
        }
    }

    static func requirePlaces(_ issues: [CELIssue], in source: String) {
        let count = source.utf8.count
        precondition(!issues.isEmpty, "a refusal has a reason")
        precondition(
            issues.allSatisfy { $0.range.lowerBound >= 0 && $0.range.upperBound <= count }, "an issue has a place")
    }
}
