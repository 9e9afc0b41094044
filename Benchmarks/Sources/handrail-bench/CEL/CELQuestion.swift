internal import CEL

/// What the engines are asked: one expression, and the facts it reads.
enum CELQuestion {
    static let expression = """
        action.kind == "restart" && target.environment in ["staging","production"] && blast.fraction <= 0.1 \
        && !(incident.labels.tier == "critical" && size(incident.alerts) > 5) && has(action.rollback)
        """

    /// Every part of the expression is evaluated, and the answer is true.
    static let facts: [String: CELValue] = [
        "action": .map(strings: [
            ("name", .string("supervisor.restart")), ("kind", .string("restart")), ("effect", .string("disruptive")),
            ("idempotent", .bool(true)), ("rollback", .string("supervisorctl restart worker:2")),
        ]),
        "target": .map(strings: [
            ("kind", .string("worker")), ("id", .string("worker:2")), ("service", .string("checkout")),
            ("environment", .string("production")), ("tier", .string("critical")), ("population", .int(40)),
        ]),
        "blast": .map(strings: [("targets", .int(2)), ("fraction", .double(0.05))]),
        "incident": .map(strings: [
            ("id", .int(17)),
            ("labels", .map(strings: [("service", .string("checkout")), ("tier", .string("critical"))])),
            ("alerts", .list(["WorkerStuck", "QueueBacklog", "LatencyHigh"].map { alert(named: $0) })),
        ]),
    ]

    static let environment = CELEnvironment(
        variables: facts.keys.sorted().map { CELVariable($0, .dyn, about: "a fact of the benchmark") })

    static func program(_ expression: String) throws(BenchError) -> CELProgram {
        switch environment.compile(expression) {
        case .program(let program): return program
        case .issues(let issues): throw BenchError("`\(expression)`: \(issues[0].message)")
        }
    }

    /// Different conditions of the same shape over the same facts, of which few hold: as in a folder of policies.
    static func policies(_ count: Int) throws(BenchError) -> [CELProgram] {
        let kinds = ["restart", "scale", "drain", "failover"]
        let environments = [#"["staging","production"]"#, #"["development"]"#, #"["production"]"#]
        var programs: [CELProgram] = []
        for number in 0..<count {
            programs.append(
                try program(
                    """
                    action.kind == "\(kinds[number % 4])" && target.environment in \(environments[number % 3]) \
                    && target.service != "service-\(number)" && blast.fraction <= 0.\(number % 9 + 1) \
                    && !(incident.labels.tier == "critical" && size(incident.alerts) > \(number % 7)) \
                    && has(action.rollback)
                    """))
        }
        return programs
    }

    /// For the other engines.
    static var json: String {
        let members = facts.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(json(of: $0.value))" }
        return "{\"expression\":\(quoted(expression)),\"facts\":{\(members.joined(separator: ","))}}"
    }

    private static func alert(named name: String) -> CELValue {
        .map(strings: [("name", .string(name)), ("labels", .map(strings: [("severity", .string("critical"))]))])
    }

    private static func json(of value: CELValue) -> String {
        switch value {
        case .bool(let bool): return "\(bool)"
        case .int(let int): return "\(int)"
        case .double(let double): return "\(double)"
        case .string(let text): return quoted(text)
        case .list(let elements): return "[\(elements.map { json(of: $0) }.joined(separator: ","))]"
        case .map(let map):
            let members = map.entries.map { "\(json(of: $0.key)):\(json(of: $0.value))" }
            return "{\(members.joined(separator: ","))}"
        case .null, .uint, .bytes, .timestamp, .duration, .type, .optional:
            preconditionFailure("the facts above hold no such values")
        }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }
        return "\"\(escaped.joined())\""
    }
}
