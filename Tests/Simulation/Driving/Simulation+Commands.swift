import HandrailCore
import HandrailEngine

/// A command that was begun.
struct Execution {
    let run: Int
    let number: Int
    let order: Order
    let isReading: Bool
    let record: DecisionRecord
    let ending: ExecutionEnding
    /// Nil where it has none.
    let effectAt: Timestamp?
    let life: Int
    var isOver = false
}

/// What becomes of the orders that come out of the director.
extension Simulation {
    mutating func begin(_ order: Order, _ run: Int, _ number: Int) {
        guard let record = history.runs[run]?.record else { return }
        let argv: [String]
        var permit: Permit?
        switch order {
        case .observe(let command): argv = command.argv
        case .perform(let command, let given): (argv, permit) = (command.argv, given)
        case .silence(_, let given), .expire(_, let given), .expireMarked(_, let given), .announce(_, let given):
            (argv, permit) = ([], given)
        }
        let id = executions.count
        let timeout = record.plan.steps[permit?.step ?? 0].timeout
        let isUndo = if case .rollingBack = history.runs[run]?.state { permit != nil } else { false }
        let (ending, hasEffect, duration) = fate(timeout, isUndo: isUndo)
        let effectAt =
            permit != nil && hasEffect ? clock + .milliseconds(chance.number(0...Int(duration.milliseconds))) : nil
        executions.append(
            Execution(
                run: run, number: number, order: order, isReading: permit == nil, record: record, ending: ending,
                effectAt: effectAt,
                life: life))
        underWay[run] = id
        trace.add(clock) {
            "run \(run) \(permit == nil ? "reads" : "does") \(argv) … \(ending)\(effectAt == nil ? "" : ", takes effect")"
        }
        if let permit { note(permit, argv, run, id) } else { observe(.observing(run: run, argv: argv)) }
        if let effectAt { agenda.add(.takesEffect(execution: id), at: effectAt) }
        agenda.add(.commandEnds(execution: id, life: life), at: clock + duration)
    }

    private mutating func note(_ permit: Permit, _ argv: [String], _ run: Int, _ id: Int) {
        let intents = history.runs[run]?.openIntents ?? []
        let found = intents.firstIndex { effect in
            switch effect {
            case .perform(let step, let other), .undo(let step, let other): step == permit.step && other == permit
            default: false
            }
        }
        let intent = found.map { intents[$0] }
        if let found { history.runs[run]?.openIntents.remove(at: found) }
        var isUndo = false
        if case .undo = intent { isUndo = true }
        let order = PerformedOrder(
            execution: id, isUndo: isUndo, step: permit.step, attempt: permit.attempt, at: clock, permit: permit)
        history.runs[run]?.orders.append(order)
        if isUndo { counts.undone += 1 } else { counts.performed += 1 }
        observe(.performing(run: run, order, argv: argv, intent: intent))
    }

    /// How a command ends, whether it takes effect, and how long it takes.
    ///
    /// What undoes something is tried less often than what does it, and fails more often.
    private mutating func fate(_ timeout: Duration, isUndo: Bool) -> (ExecutionEnding, hasEffect: Bool, Duration) {
        let quick = chance.milliseconds(20...2000)
        guard chance.happens(weather.turbulence * (isUndo ? 0.8 : 0.5)) else { return (.exited(code: 0), true, quick) }
        switch chance.number(0...9) {
        case 0, 1: return (.exited(code: 1), false, quick)
        case 2: return (.exited(code: 2), true, quick)
        case 3: return (.timedOut, true, timeout)
        case 4: return (.timedOut, false, timeout)
        case 5: return (.killed(signal: 9), chance.happens(0.5), quick)
        case 6, 7: return (.notStarted(because: "fork failed"), false, .milliseconds(5))
        default: return (.exited(code: 0), false, quick)
        }
    }

    mutating func takesEffect(_ id: Int) {
        let execution = executions[id]
        let run = execution.run
        guard let index = history.runs[run]?.orders.firstIndex(where: { $0.execution == id }),
            let order = history.runs[run]?.orders[index]
        else { return }
        history.runs[run]?.orders[index].tookEffect = true
        trace.add(clock) { "run \(run) step \(order.step) \(order.isUndo ? "undo " : "")takes effect" }
        if order.isUndo {
            if case .perform(let command, _) = execution.order {
                world.undo(order.step, of: execution.record, command.argv)
            }
            return
        }
        for fault in world.take(order.step, of: execution.record) {
            agenda.add(.faultHeals(fault: fault), at: clock + chance.milliseconds(10...5000))
        }
    }

    mutating func terminate(_ run: Int) {
        guard let id = underWay[run], !executions[id].isOver else { return }
        agenda.add(.commandEnds(execution: id, life: life), at: clock + chance.milliseconds(1...2000))
    }

    mutating func commandEnds(_ id: Int) {
        guard !executions[id].isOver else { return }
        executions[id].isOver = true
        let execution = executions[id]
        let report = report(on: execution)
        if let index = history.runs[execution.run]?.orders.firstIndex(where: { $0.execution == id }) {
            history.runs[execution.run]?.orders[index].ending = report.ending
            history.runs[execution.run]?.orders[index].livesOn = report.stillLiving > 0
        }
        note(report, on: execution)
        trace.add(clock) { "run \(execution.run) … \(report.ending)" }
        feed(.carriedOut(run: execution.run, number: execution.number, report))
    }

    private mutating func report(on execution: Execution) -> OrderReport {
        let plan = execution.record.plan
        switch execution.order {
        case .observe(let command):
            for step in plan.steps where step.capture.contains(where: { $0.argv == command.argv }) {
                let level = world.level(of: plan.targets[step.target])
                return OrderReport(ending: execution.ending, output: "\(level)\n")
            }
            let isProbe = plan.verification?.probe.contains { $0.argv == command.argv } ?? false
            guard isProbe, execution.ending == .exited(code: 0) else { return OrderReport(ending: execution.ending) }
            let lies = chance.happens(weather.turbulence / 10)
            return OrderReport(ending: .exited(code: world.isHealthy(for: execution.record) != lies ? 0 : 3))
        case .silence:
            return OrderReport(
                ending: execution.ending, output: execution.ending == .exited(code: 0) ? world.makeSilence() : "")
        case .perform:
            // Something of it is in the kernel's hands, and takes no signal.
            let livesOn = chance.happens(weather.turbulence / 10)
            return OrderReport(ending: execution.ending, stillLiving: livesOn ? 1 : 0)
        case .expire, .expireMarked, .announce: return OrderReport(ending: execution.ending)
        }
    }

    private mutating func note(_ report: OrderReport, on execution: Execution) {
        guard case .observe(let command) = execution.order, report.isSuccess else { return }
        let plan = execution.record.plan
        for (index, step) in plan.steps.enumerated() {
            if case .argv(let argv) = step.rehearsal, argv == command.argv {
                history.runs[execution.run]?.rehearsedAt[index] = clock
            }
        }
        if plan.verification?.probe.last?.argv == command.argv { history.runs[execution.run]?.probedHealthyAt = clock }
    }
}
