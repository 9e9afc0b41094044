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

/// What goes into the director, and what becomes of what comes out.
extension Simulation {
    mutating func feed(_ input: Director.Input) {
        guard director != nil, violation == nil else { return }
        let outputs = director?.handle(input, at: clock) ?? []
        carryOut(outputs)
    }

    mutating func carryOut(_ outputs: [Director.Output]) {
        let crashesAfter = chance.happens(weather.crashes) ? chance.number(0...outputs.count) : nil
        for (index, output) in outputs.enumerated() {
            if index == crashesAfter { return crash() }
            carryOut(output)
            guard violation == nil, director != nil else { return }
        }
        if crashesAfter == outputs.count { return crash() }
        setTick()
    }

    private mutating func carryOut(_ output: Director.Output) {
        switch output {
        case .append(let records):
            inFlight = records
            agenda.add(.appendEnds(life: life), at: clock + delay(1, 20))
        case .answer(let ticket, let answer): answered(ticket, answer)
        case .seal(let run, let record):
            agenda.add(.sealEnds(run: run, record, life: life), at: clock + delay(1, 50))
        case .carryOut(let run, let number, let order): begin(order, run, number)
        case .terminate(let run): terminate(run)
        case .kept: break
        case .announce(let announcement):
            trace.add(clock) { "tells \(announcement.to ?? "all"): \(announcement.text.prefix(160))" }
            agenda.add(.announceEnds(announcement, life: life), at: clock + delay(1, 200))
        case .save(let sequence, let snapshot):
            if chance.happens(weather.turbulence / 4) { return }
            let ahead: Int64 = sabotage == .snapshotAhead ? 3 : 0
            let saved = JournalSnapshot(sequence: sequence + ahead, records: snapshot.map { codec.record(of: $0) })
            agenda.add(.saveEnds(saved, life: life), at: clock + delay(1, 100))
        }
    }

    /// Mostly short, sometimes long.
    mutating func delay(_ least: Int, _ most: Int) -> Duration {
        chance.happens(0.05 + weather.turbulence / 10)
            ? chance.milliseconds(least...most * 100) : chance.milliseconds(least...most)
    }

    private mutating func setTick() {
        // Never a copy of it: that would cost more than anything else here.
        guard director != nil else { return }
        var at = director?.engine.nextDue
        if director?.isBusy == true || director?.storeFailure != nil {
            at = min(at ?? .distantFuture, clock + .seconds(1))
        }
        guard let at else { return }
        let due = max(at, clock + .milliseconds(1))
        if let tickAt, tickAt <= due, tickAt > clock { return }
        tickAt = due
        agenda.add(.tick(due), at: due)
    }

    mutating func tick() {
        tickAt = nil
        feed(.timePassed)
        setTick()
    }

    // MARK: - The journal

    mutating func appendEnds() {
        guard let records = inFlight else { return }
        if storeFailsUntil <= clock, chance.happens(weather.turbulence / 40) {
            storeFailsUntil = clock + chance.seconds(0...20)
        }
        guard storeFailsUntil <= clock else {
            inFlight = nil
            trace.add(clock) { "append of \(records.count) fails" }
            feed(.appendFailed(because: "the disk is full"))
            return
        }
        guard sabotage != .acknowledgesBeforeKeeping else {
            late.append(records)
            inFlight = nil
            agenda.add(.keepsLate(life: life), at: clock + .milliseconds(300))
            return feed(.appended(sequence: journal.lastSequence + Int64(late.joined().count)))
        }
        keepInFlight()
        feed(.appended(sequence: journal.lastSequence))
    }

    mutating func keepLate() {
        guard !late.isEmpty else { return }
        keep(late.removeFirst())
    }

    /// The batch becomes durable, whether anybody hears of it or not.
    mutating func keepInFlight() {
        guard let records = inFlight else { return }
        inFlight = nil
        keep(records)
    }

    private mutating func keep(_ records: [JournalRecord]) {
        journal.append(records)
        for record in records {
            guard let entry = try? codec.value(of: record) else { continue }
            trace.add(clock) { "kept \(Self.text(of: entry))" }
            history.take(entry, workspaces: workspaces)
            observe(.kept(entry))
        }
    }

    private mutating func answered(_ ticket: Int, _ answer: Director.Answer) {
        guard let asked = tickets.removeValue(forKey: ticket) else { return }
        trace.add(clock) { "answer to \(ticket): \(answer)" }
        observe(.answered(asked, answer))
        if case .delivery(let delivery) = asked, answer != .done {
            agenda.add(.deliver(delivery, attempt: 1), at: clock + .seconds(5))
        }
    }

    // MARK: - Seals

    mutating func sealEnds(_ run: Int, _ record: DecisionRecord) {
        let digest = world.digest(of: record)
        history.sealed[run] = digest
        if oldDigests.count < 32 { oldDigests.append(digest) }
        let isAbsent = chance.happens(weather.turbulence / 20)
        let names =
            ["look", "hand", "supervisorctl", "supervisor-program", "haproxy-server", "haproxy-scale"]
            + ["worker-scale", "queue-deadletter", "config-rollback", "volume-relief"]
        let executables = names.map {
            ($0, ResolvedExecutable(path: "/bin/\($0)", digest: "\(world.executablesVersion)"))
        }
        let seal = Seal(
            digest: sabotage == .sameDigest ? "always the same" : digest, excluded: run % 3 == 0 ? [Person("ada")] : [],
            executables: Dictionary(uniqueKeysWithValues: executables), obstacle: isAbsent ? "it is gone" : nil)
        trace.add(clock) { "run \(run) is sealed\(isAbsent ? ", and something is gone" : "")" }
        feed(.sealed(run: run, seal))
    }

    // MARK: - Orders

    private mutating func begin(_ order: Order, _ run: Int, _ number: Int) {
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
        let (ending, hasEffect, duration) = fate(timeout)
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
    private mutating func fate(_ timeout: Duration) -> (ExecutionEnding, hasEffect: Bool, Duration) {
        let quick = chance.milliseconds(20...2000)
        guard chance.happens(weather.turbulence / 2) else { return (.exited(code: 0), true, quick) }
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

    private mutating func terminate(_ run: Int) {
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
        case .perform, .expire, .expireMarked, .announce: return OrderReport(ending: execution.ending)
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

    mutating func announceEnds(_ announcement: Announcement) {
        let fails = chance.happens(weather.turbulence / 4)
        if let run = announcement.run {
            history.told.insert(run)
            if announcement.text.contains("was rolled back") { history.toldOfRollback.insert(run) }
        }
        feed(.announced(announcement, failure: fails ? "nobody answers" : nil))
    }
}
