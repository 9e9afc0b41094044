@testable import HandrailCore

extension JournalSamples {
    static let target = Target(
        kind: "worker", id: nasty, service: "q1", environment: "staging", tier: "backend", population: 4)

    static let plan = Plan(
        runbook: nasty, targets: [target, Target(kind: "a", id: "b", service: nil)],
        steps: zip(all(undo(after:)), Effect.allCases + Effect.allCases).map { undo, effect in
            step(undo, effect, rehearsals[effect.severity % rehearsals.count])
        },
        verification: verification(.rollback))

    private static func step(_ undo: PlannedUndo, _ effect: Effect, _ rehearsal: PlannedRehearsal) -> PlannedStep {
        PlannedStep(
            action: "svc.set", target: effect == .none ? 1 : 0, effect: effect, isIdempotent: effect == .additive,
            argv: ["svc", nasty, ""], capture: [PlannedCapture(name: "before", argv: ["svc", "count"])],
            rehearsal: rehearsal, undo: undo, timeout: .milliseconds(1500), secrets: ["TOKEN"], location: place)
    }

    private static let rehearsals: [PlannedRehearsal] = all { previous in
        switch previous {
        case nil: .argv(["svc", "plan"])
        case .argv: .builtIn
        case .builtIn: PlannedRehearsal.none(because: nasty)
        case .some(.none): nil
        }
    }

    private static func undo(after previous: PlannedUndo?) -> PlannedUndo? {
        switch previous {
        case nil: .argv(all(argument(after:)), parameters: all(value(after:)).map(parameter))
        case .argv: .builtIn
        case .builtIn: .notNeeded(because: nasty)
        case .notNeeded: .impossible(because: nasty)
        case .impossible: nil
        }
    }

    private static func argument(after previous: PlannedArgument?) -> PlannedArgument? {
        switch previous {
        case nil: .text(nasty)
        case .text: .template("${captured.before}")
        case .template: nil
        }
    }

    private static func parameter(_ value: PlannedParameter.Value) -> PlannedParameter {
        PlannedParameter(name: "p", value: value)
    }

    private static func value(after previous: PlannedParameter.Value?) -> PlannedParameter.Value? {
        switch previous {
        case nil: .string(nasty)
        case .string: .integer(.min)
        case .integer: .boolean(false)
        case .boolean: nil
        }
    }

    static func verification(_ otherwise: Verification.Otherwise) -> PlannedVerification {
        PlannedVerification(
            probe: [PlannedProbe(argv: ["svc", "ok"], timeout: .seconds(10), secrets: ["TOKEN"])],
            probeWithin: .seconds(30), resolved: [alert.fingerprint], within: .seconds(120), stable: .zero,
            otherwise: otherwise)
    }

    // MARK: - Decisions

    static let record = DecisionRecord(
        at: at(5), incident: 3, run: 7, plan: plan, decision: decision, match: ["q1", nil],
        bindings: [(pattern: "stuck", alerts: [alert, other]), (pattern: "none", alerts: [])],
        nearMisses: [NearMiss(runbook: "r", because: nasty)])

    static let decision = Decision(
        verdict: .approval, reasons: sources.flatMap { source in Verdict.allCases.map { reason(source, $0) } },
        guards: [
            GuardReport(name: "gentle", text: nasty, isHolding: true),
            GuardReport(name: "g", text: "t", isHolding: false),
        ],
        approval: Approval(from: ["sre"], count: 2, expires: .seconds(300), excludesAuthor: true))

    private static func reason(_ source: Reason.Source, _ effect: Verdict) -> Reason {
        Reason(
            source: source, rule: nasty, location: source == .interlock ? nil : place, effect: effect, detail: "d")
    }

    private static let sources: [Reason.Source] = all { previous in
        switch previous {
        case nil: .default
        case .default: .allow
        case .allow: .restrict
        case .restrict: .limit
        case .limit: .freeze
        case .freeze: .breaker
        case .breaker: .protect
        case .protect: .interlock
        case .interlock: .planning
        case .planning: nil
        }
    }
}
