/// Bounds what a decision rests on and asks for: nobody can look over more, and it is written down as one piece. What is too large
/// for that would be tried for ever, and keep everything behind it from being written.
///
/// Asked when a plan is decided on, and not before its steps: that its incident grows is no reason to undo what was begun.
enum PlanSize {
    static let mostTargets = 1000
    /// As it is written: of the labels of all alerts that are bound, and of all commands of the plan. Together with what else a
    /// decision says that is far from the 16 MiB that the journal takes.
    static let mostBytes = 4 << 20

    static func check(_ binding: Binding, of runbook: Runbook) throws(PlanRefusal) {
        var bytes = 0
        for group in binding.groups { for alert in group.alerts { bytes += alert.labels.writtenByteCount } }
        guard bytes > mostBytes else { return }
        let count = binding.groups.reduce(0) { $0 + $1.alerts.count }
        throw PlanRefusal(
            "its signature has bound \(count) alerts with labels of \(bytes >> 20) MiB, and nobody can look over that",
            at: runbook.target.location)
    }

    static func check(_ plan: Plan, of runbook: Runbook) throws(PlanRefusal) {
        guard plan.targets.count <= mostTargets else {
            throw PlanRefusal(
                "it has \(plan.targets.count) targets, and nobody can look over more than \(mostTargets)",
                at: runbook.target.location)
        }
        let probes = plan.verification?.probe.map { $0.argv.writtenByteCount } ?? []
        let bytes = (plan.steps.map(\.writtenByteCount) + probes).reduce(0, +)
        guard bytes <= mostBytes else {
            throw PlanRefusal(
                "its commands have \(bytes >> 20) MiB, and nobody can look over that", at: runbook.target.location)
        }
    }
}

extension PlannedStep {
    /// Nearly, and rather too many.
    fileprivate var writtenByteCount: Int {
        var texts = argv + secrets + capture.flatMap { [$0.name] + $0.argv }
        switch rehearsal {
        case .argv(let argv): texts += argv
        case .builtIn: break
        case .none(let because): texts.append(because)
        }
        switch undo {
        case .argv(let arguments, let parameters):
            texts += arguments.map(\.shown)
            for parameter in parameters {
                texts.append(parameter.name)
                if case .string(let text) = parameter.value { texts.append(text) }
            }
        case .builtIn: break
        case .notNeeded(let because), .impossible(let because): texts.append(because)
        }
        return 512 + texts.writtenByteCount
    }
}

extension [String] {
    fileprivate var writtenByteCount: Int { reduce(0) { $0 + $1.writtenByteCount + 32 } }
}
