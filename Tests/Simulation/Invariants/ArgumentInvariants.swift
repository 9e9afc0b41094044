import CEL
import HandrailCore
import HandrailEngine

struct OneArgumentStaysOne: Invariant {
    static let sentence =
        "whatever an alert says, a command has the arguments that its action was written with, and none that reads as an option or hides something"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .performing(let number, let order, let argv, _) = observation, !order.isUndo,
            let run = history.runs[number],
            let action = history.workspace.actions.first(where: { $0.name == run.plan.steps[order.step].action }),
            case .command(let written) = action.operation
        else { return nil }
        guard argv.count == written.arguments.count else {
            return "run \(number) performs \(argv), and `\(action.name)` has \(written.arguments.count) arguments"
        }
        for (argument, template) in zip(argv, written.arguments) {
            if template.isLiteral, !argument.hasSameBytes(as: template.source) {
                return "run \(number) performs \(argv), and `\(action.name)` says `\(template.source)`"
            }
            guard template.source.hasPrefix("$") else { continue }
            if argument.hasPrefix("-") || argument.unicodeScalars.contains(where: isHidden) {
                return "run \(number) performs \(argv)"
            }
        }
        return nil
    }

    private func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x20 || (0x202A...0x202E).contains(scalar.value)
    }
}
