import HandrailCore
import HandrailEngine

struct EveryRunEnds: Invariant {
    static let sentence = "once all faults are healed every run ends, or is held or stuck and waits for a person"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .quiet(let engine, let isBusy) = observation else { return nil }
        for view in engine.runViews {
            switch view.run?.state {
            case .held, .stuck, .finished: continue
            case let state:
                return
                    "run \(view.id) of `\(view.record.plan.runbook)` still is \(state.map { "\($0)" } ?? "not sealed")"
            }
        }
        for run in history.runs.values.sorted(by: { $0.number < $1.number }) where run.state == nil {
            return "run \(run.number) was decided and is not there"
        }
        return isBusy ? "no run is under way, and the director is busy" : nil
    }
}

struct EveryHeldRunIsNamed: Invariant {
    static let sentence = "of every run that waits for a person, people have been told"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .quiet(let engine, _) = observation else { return nil }
        for view in engine.runViews {
            let toldAt = history.toldAt[view.id] ?? .distantPast
            switch view.run?.state {
            case .held, .stuck:
                if toldAt >= history.runs[view.id]?.stateSince ?? .distantPast { continue }
                return "run \(view.id) waits for a person, and nobody was told"
            default: continue
            }
        }
        return nil
    }
}

struct RollbacksAreTold: Invariant {
    static let sentence = "of every run that was rolled back, people have been told"
    /// Whose end was kept in the life of the engine that runs now; one that was killed may have told nobody.
    private var rolledBack: Set<Int> = []

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        switch observation {
        case .kept(let entry):
            if case .state(.engineStarted) = entry.event { rolledBack = [] }
            guard case .state(.run(let advance)) = entry.event, case .finished(.rolledBack) = advance.state else {
                return nil
            }
            rolledBack.insert(advance.run)
            return nil
        case .quiet:
            let untold = rolledBack.subtracting(history.toldOfRollback).min()
            return untold.map { "run \($0) was rolled back, and nobody was told" }
        default: return nil
        }
    }
}

struct MemoryIsBounded: Invariant {
    static let sentence =
        "when all is quiet nothing is remembered but what waits for a person, what may be undone, and what limits count"

    mutating func objection(to observation: Observation, _ history: History) -> String? {
        guard case .quiet(let engine, _) = observation else { return nil }
        var runs = 0
        for entry in engine.snapshot() {
            guard case .state(.remembered(let memory)) = entry.event else { continue }
            switch memory {
            case .alert(let alert): return "an alert is still remembered: \(alert.labels.labels.map(\.value.string))"
            case .incident(let incident): return "incident \(incident.id) is still open"
            case .storm: return "the storm is not over"
            case .run: runs += 1
            case .assumedRun(let run): return "run \(run.run) is only assumed"
            case .mode, .members, .ledger, .paused, .quarantined, .handled: continue
            }
        }
        return runs > 256 + engine.runViews.count { $0.run?.state.isFinished == false }
            ? "\(runs) runs are remembered" : nil
    }
}
