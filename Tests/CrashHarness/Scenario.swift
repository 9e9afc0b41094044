import Foundation

/// An incident and what Handrail does about it, from the first process to the last.
public struct Scenario: Sendable, CustomStringConvertible {
    struct Step: Sendable {
        let name: String
        var isIdempotent = false
    }

    enum Pass: Sendable {
        /// `handrail run`, with these payloads.
        case engine([String])
        /// A person approves what is pending. The request waits for the next engine.
        case approval(by: String)
    }

    public let name: String
    public var description: String { name }
    let steps: [Step]
    let passes: [Pass]
    /// How the run may end, whenever the engine is killed; the first is how it ends undisturbed.
    let endings: [String]
    /// What the executor does undisturbed.
    let effects: [String]
    let workspace: String

    /// Several people are needed, and only root can play several people.
    public var needsRoot: Bool {
        passes.contains { if case .approval = $0 { true } else { false } }
    }

    /// The executor of all scenarios: one line a call in a file that it appends to, and the truth for the probe.
    static let executor = """
        #!/bin/sh
        # Counts what is done: `tool VERB STEP`.
        printf '%s\\n' "$1 $2" >> "$EFFECTS"
        case $1 in
          read) echo "as it was" ;;
          probe) grep -q "^do $2\\$" "$EFFECTS" ;;
          do)
            case $2 in
              broken) echo "it is worse now" >&2; exit 1 ;;
              endless) exec sleep 30 ;;
            esac ;;
        esac

        """

    /// Told of what people are told; it changes nothing.
    static let notifier = """
        #!/bin/sh
        exit 0

        """

    /// Whoever runs the engine takes over what is held; the other two approve.
    private static let people = Set([NSUserName(), "daemon", "bin"]).sorted().map { "\"\($0)\"" }.joined(
        separator: ", ")

    /// What every workspace has.
    private static let common = """
        action: shop.change
        effect: disruptive
        parameters: { name: { type: string, pattern: "[a-z]+" } }
        capture: { before: [tool, read, "${name}"] }
        dry-run: [tool, plan, "${name}"]
        run: [tool, do, "${name}"]
        undo: [tool, undo, "${name}", "${captured.before}"]
        timeout: 60s
        ---
        action: shop.set
        effect: disruptive
        idempotent: true
        parameters: { name: { type: string, pattern: "[a-z]+" } }
        dry-run: [tool, plan, "${name}"]
        run: [tool, do, "${name}"]
        undo: [tool, undo, "${name}"]
        timeout: 60s
        ---
        action: shop.hang
        effect: disruptive
        parameters: { name: { type: string, pattern: "[a-z]+" } }
        dry-run: [tool, plan, "${name}"]
        run: [tool, do, "${name}"]
        undo: [tool, undo, "${name}"]
        timeout: 300ms
        ---
        action: shop.look
        effect: none
        parameters: { name: { type: string, pattern: "[a-z]+" } }
        run: [tool, probe, "${name}"]
        dry-run: { none: it only reads }
        undo: { none: it only reads }
        timeout: 60s
        ---
        topology: shop
        services: { shop: { environment: production, replicas: 1 } }
        ---
        people: shop
        roles: { sre: [\(people)] }
        ---

        """

    /// - Parameters:
    ///   - uses: what each step uses, beside its name.
    ///   - verification: below `verify:`.
    ///   - policy: below `policy: shop`.
    init(
        _ name: String, steps: [(action: String, step: Step)], verification: String,
        policy: String = "default: automatic",
        passes: [Pass] = [.engine(["firing"])], endings: [String], effects: [String]
    ) {
        self.name = name
        self.steps = steps.map(\.step)
        self.passes = passes
        self.endings = endings
        self.effects = effects
        let uses = steps.map { "  - { action: \($0.action), with: { name: \($0.step.name) } }\n" }.joined()
        workspace =
            Self.common + """
                runbook: mend
                about: Something in the shop is broken.
                owner: shop-oncall
                signature: { when: { broken: Broken } }
                target: { kind: process, id: shop, service: shop }
                steps:
                \(uses)verify: { \(verification) }
                ---
                policy: shop
                \(policy)

                """
    }
}

extension Scenario {
    /// All of them.
    public static let all = [
        singleStep, threeStepsRolledBack, quorum, failedVerification, clearedByAlerts, overdueStep,
    ]

    static let singleStep = Scenario(
        "single step", steps: [("shop.change", Step(name: "one"))],
        verification: "probe: { action: shop.look, with: { name: one }, within: 1s }, within: 1s, otherwise: rollback",
        endings: ["succeeded", "held"], effects: ["plan one", "read one", "do one", "probe one"])

    static let threeStepsRolledBack = Scenario(
        "three steps, rolled back",
        steps: [
            ("shop.set", Step(name: "first", isIdempotent: true)), ("shop.change", Step(name: "second")),
            ("shop.change", Step(name: "broken")),
        ],
        verification: "probe: { action: shop.look, with: { name: all }, within: 1s }, within: 1s, otherwise: rollback",
        endings: ["rolledBack", "held", "stuck"],
        effects: [
            "plan first", "plan second", "plan broken", "do first", "read second", "do second", "read broken",
            "do broken", "undo broken", "undo second", "undo first",
        ])

    static let quorum = Scenario(
        "approval with quorum", steps: [("shop.change", Step(name: "one"))],
        verification: "probe: { action: shop.look, with: { name: one }, within: 1s }, within: 1s, otherwise: rollback",
        policy: """
            default: automatic
            restrict:
              - { name: production, when: 'target.environment == "production"', verdict: approval,
                  because: Customers notice, approval: { from: [sre], count: 2, expires: 30m } }
            """,
        passes: [.engine(["firing"]), .approval(by: "daemon"), .approval(by: "bin"), .engine([])],
        endings: ["succeeded", "held"], effects: ["plan one", "read one", "do one", "probe one"])

    static let failedVerification = Scenario(
        "verification fails", steps: [("shop.set", Step(name: "one", isIdempotent: true))],
        verification: "probe: { action: shop.look, with: { name: cure }, within: 1s }, within: 1s, otherwise: rollback",
        endings: ["rolledBack", "held", "stuck"], effects: ["plan one", "do one", "probe cure", "undo one"])

    static let clearedByAlerts = Scenario(
        "cleared by its alerts", steps: [("shop.set", Step(name: "one", isIdempotent: true))],
        verification: "resolved: [broken], within: 10m, otherwise: hold",
        passes: [.engine(["firing"]), .engine(["resolved"])],
        endings: ["succeeded", "held"], effects: ["plan one", "do one"])

    static let overdueStep = Scenario(
        "a step is overdue", steps: [("shop.hang", Step(name: "endless"))],
        verification:
            "probe: { action: shop.look, with: { name: endless }, within: 1s }, within: 1s, otherwise: rollback",
        endings: ["succeeded", "held"], effects: ["plan endless", "do endless", "probe endless", "probe endless"])
}
