internal import HandrailCore

/// What people are told about runs.
enum Announcements {
    struct Message {
        let to: String?
        let text: String
    }

    static func asking(_ question: Question, _ view: RunView) -> Message {
        let count = max(1, question.approval.count)
        let people = count == 1 ? "approval" : "\(count) approvals"
        return Message(
            to: question.approval.from.first,
            text: """
                \(view.record.plan.runbook) needs \(people) for \(targets(view)), incident \(view.incident)
                look:    handrail pending \(view.id)
                approve: handrail approve \(view.id)
                """)
    }

    static func ended(_ because: String, _ view: RunView) -> Message {
        let state =
            switch view.run?.state {
            case .held: "is held and waits for a person"
            case .stuck: "is stuck and waits for a person"
            case .finished(.rolledBack): "was rolled back"
            case .finished(.refused): "was refused"
            case .finished, .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying, .rollingBack,
                nil:
                "did not go on"
            }
        return Message(
            to: nil, text: "run \(view.id) of \(view.record.plan.runbook) on \(targets(view)) \(state): \(because)")
    }

    static func quarantined(_ because: String, _ view: RunView) -> Message {
        // People paste it. An alert may have chosen the target's name.
        let target = ShellWord.word(view.record.plan.targets.first?.id ?? "", limit: .max)
        return Message(
            to: nil,
            text: """
                \(targets(view)) is quarantined, nothing automatic touches it: \(because)
                when it is fine: handrail resume --target=\(target)
                """)
    }

    private static func targets(_ view: RunView) -> String {
        let targets = view.record.plan.targets
        let first = targets.first.map { "\($0.kind) \(ArgumentRule.excerpt($0.id))" } ?? "nothing"
        return targets.count > 1 ? "\(first) and \(targets.count - 1) more" : first
    }
}

extension Activity {
    /// What a report of it is about.
    func subject(in plan: Plan, captured: [Int: [String: String]]) -> ReportSubject? {
        switch self {
        case .rehearsing(let step):
            let planned = plan.steps[step]
            guard case .argv(let argv) = planned.rehearsal else {
                return ReportSubject(step: step, purpose: .rehearse, argv: planned.argv, timeout: planned.timeout)
            }
            return ReportSubject(step: step, purpose: .rehearse, argv: argv, timeout: planned.timeout)
        case .capturing(let step, let values):
            let planned = plan.steps[step]
            let next = planned.capture.first { values[$0.name] == nil }
            return ReportSubject(step: step, purpose: .capture, argv: next?.argv ?? [], timeout: planned.timeout)
        case .performing(let step, let permit):
            let planned = plan.steps[step]
            return ReportSubject(
                step: step, purpose: .perform, attempt: permit.attempt, argv: planned.argv, timeout: planned.timeout)
        case .probing(let probing):
            guard let probes = plan.verification?.probe, probes.indices.contains(probing.index) else { return nil }
            let probe = probes[probing.index]
            return ReportSubject(
                step: max(0, plan.steps.count - 1), purpose: .probe, argv: probe.argv, timeout: probe.timeout)
        case .undoing(let step, _):
            let planned = plan.steps[step]
            let argv = try? UndoArguments.render(planned, captured: captured[step] ?? [:])
            return ReportSubject(
                step: step, purpose: .undo, argv: argv ?? [planned.action], timeout: planned.timeout)
        case .sealing, .sealingAgain, .checking, .parked: return nil
        }
    }
}

struct ReportSubject {
    let step: Int
    let purpose: StepReport.Purpose
    var attempt = 1
    let argv: [String]
    let timeout: Duration
}
