internal import HandrailCore
internal import HandrailEngine

/// Where a run stands, in words.
enum RunStateText {
    /// One word for tools: `pending`, `rolling-back`, `succeeded`.
    static func stage(_ state: RunState) -> String {
        switch state {
        case .proposed: "proposed"
        case .rehearsing: "rehearsing"
        case .pending: "pending"
        case .checking: "checking"
        case .running: "running"
        case .probing: "probing"
        case .verifying: "verifying"
        case .rollingBack: "rolling-back"
        case .held: "held"
        case .stuck: "stuck"
        case .finished(let ending): stage(ending)
        }
    }

    private static func stage(_ ending: RunEnding) -> String {
        switch ending {
        case .advised: "advised"
        case .denied: "denied"
        case .rejected: "rejected"
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .refused: "refused"
        case .succeeded: "succeeded"
        case .rolledBack: "rolled-back"
        case .takenOver: "taken-over"
        }
    }

    static func stage(_ run: CatalogRun) -> String {
        guard run.mode == .observe else { return stage(run.state) }
        guard let outcome = run.outcome else { return "observed" }
        return "assumed-\(outcome.outcome.rawValue)"
    }

    /// For people: `running step 2`, `rolled back`.
    static func words(_ run: CatalogRun) -> String {
        guard run.mode == .observe else { return words(run.state) }
        guard let outcome = run.outcome else {
            return run.record.decision.verdict == .approval ? "observed: would be pending" : "observed: assumed to run"
        }
        return "observed: assumed \(outcome.outcome.rawValue)"
    }

    static func words(_ state: RunState) -> String {
        switch state {
        case .rehearsing(let step, _): "rehearsing step \(step + 1)"
        case .checking(let progress): "checking step \(progress.step + 1)"
        case .running(let progress, let canceller):
            "running step \(progress.step + 1)" + (canceller == nil ? "" : ", cancelled")
        case .probing(let progress): "probing after step \(progress.step + 1)"
        case .rollingBack(let step, _, _): "rolling back step \(step + 1)"
        case .proposed, .pending, .verifying, .held, .stuck, .finished:
            stage(state).replacing("-", with: " ")
        }
    }

    static func paint(_ run: CatalogRun) -> Paint {
        guard run.mode == .act else { return .faint }
        switch run.state {
        case .pending: return .caution
        case .held, .stuck: return .bad
        case .finished(.succeeded): return .good
        case .finished(.rolledBack): return .caution
        case .proposed, .rehearsing, .checking, .running, .probing, .verifying, .rollingBack: return .notice
        case .finished: return .plain
        }
    }

    /// Why it stands there; nil where the word says it all. Not escaped.
    static func reason(_ state: RunState) -> String? {
        switch state {
        case .rollingBack(_, _, let because), .held(_, _, let because), .stuck(_, let because): because
        case .finished(let ending): reason(ending)
        case .proposed, .rehearsing, .pending, .checking, .running, .probing, .verifying: nil
        }
    }

    private static func reason(_ ending: RunEnding) -> String? {
        switch ending {
        case .advised: "policy makes it advice"
        case .denied(let because), .refused(let because), .rolledBack(let because): because
        case .rejected(let person, let because): "\(person.name): \(because)"
        case .expired: "nobody answered in time"
        case .cancelled(let person): "\(person.name) cancelled it"
        case .takenOver(let person): "\(person.name) took it over"
        case .succeeded: nil
        }
    }
}
