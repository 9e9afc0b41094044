internal import HandrailCore

/// From what the engine asks for to orders, and from their reports to what has happened.
extension Director {
    // MARK: - Sealing

    mutating func beginSealing(_ view: RunView) {
        guard view.run == nil, activities[view.id] == nil else { return }
        activities[view.id] = .sealing
        outbox.put(.seal(run: view.id, view.record))
    }

    mutating func sealed(_ run: Int, _ seal: Seal) {
        guard let activity = activities[run], let view = engine.runView(run) else { return }
        seals[run] = seal
        switch activity {
        case .sealing:
            activities[run] = nil
            attempt(run) { engine, emit throws(IllegalRunEvent) in
                try engine.seal(
                    run: run, digest: seal.digest, excluded: seal.excluded, obstacle: seal.obstacle, into: emit)
            }
        case .sealingAgain(let effect):
            activities[run] = nil
            begin(effect, of: run)
        case .checking(let step): decideAgain(step, view, seal)
        case .rehearsing, .capturing, .parked, .performing, .probing, .undoing: break
        }
    }

    // MARK: - Effects

    /// Carries out what an event that is durable asks for.
    mutating func begin(_ effect: RunEffect, of run: Int) {
        guard let view = engine.runView(run), let plan = view.run?.plan else { return }
        guard seals[run] != nil || !effect.needsSeal else {
            activities[run] = .sealingAgain(effect)
            outbox.put(.seal(run: run, view.record))
            return
        }
        switch effect {
        case .rehearse(let step): rehearse(step, plan, run)
        case .ask(let question): announce(Announcements.asking(question, view), view)
        case .decideAgain(let step): check(step, view)
        case .perform(let step, let permit): perform(step, permit, view)
        case .terminate: outbox.put(.terminate(run: run))
        case .probe(let step): probe(.outcome(step: step), plan, run)
        case .verify: verify(plan, run)
        case .undo(let step, let permit): undo(step, permit, view)
        case .notify(let because): announce(Announcements.ended(because, view), view)
        case .quarantine(let because): announce(Announcements.quarantined(because, view), view)
        }
    }

    /// How a run ended. Nothing else is left to be done for it.
    mutating func tell(_ effects: [RunEffect], of view: RunView) {
        for case .notify(let because) in effects { announce(Announcements.ended(because, view), view) }
    }

    mutating func announce(_ text: Announcements.Message, _ view: RunView) {
        outbox.put(.announce(Announcement(to: text.to, text: text.text, incident: view.incident, run: view.id)))
    }

    /// The engine is asked to take an event in. What does not fit any more is dropped: the run has gone on without it.
    mutating func attempt(
        _ run: Int, _ change: (inout Engine, (TimelineEntry) -> Void) throws(IllegalRunEvent) -> Void
    ) {
        let now = now
        var entries: [TimelineEntry] = []
        engine.advance(to: now) { entries.append($0) }
        do {
            try change(&engine) { entries.append($0) }
        } catch {
            // What the engine said until then has happened all the same.
        }
        for entry in entries { keep(entry) }
    }

    mutating func advance(_ run: Int, _ event: RunEvent) {
        attempt(run) { engine, emit throws(IllegalRunEvent) in try engine.advance(run: run, with: event, into: emit) }
    }

    // MARK: - Dry-runs

    private mutating func rehearse(_ step: Int, _ plan: Plan, _ run: Int) {
        activities[run] = .rehearsing(step: step)
        switch plan.steps[step].rehearsal {
        case .argv(let argv): observe(argv, plan.steps[step], run)
        case .builtIn:
            do {
                let preview = try BuiltInSteps.preview(plan.steps[step], engine)
                carriedOut(run, OrderReport(ending: .exited(code: 0), output: preview))
            } catch {
                carriedOut(run, OrderReport(ending: .notStarted(because: error.message)))
            }
        case .none: carriedOut(run, OrderReport(ending: .exited(code: 0)))
        }
    }

    // MARK: - The check before a step

    /// What undo will need is read first, so that the decision is the last thing before the step.
    private mutating func check(_ step: Int, _ view: RunView) {
        guard let run = view.run, run.plan.steps.indices.contains(step) else { return }
        if run.captured[step] == nil, !run.plan.steps[step].capture.isEmpty {
            capture(step, [:], run.plan.steps[step], view.id)
            return
        }
        activities[view.id] = .checking(step: step)
        outbox.put(.seal(run: view.id, view.record))
    }

    private mutating func capture(_ step: Int, _ values: [String: String], _ planned: PlannedStep, _ run: Int) {
        activities[run] = .capturing(step: step, values: values)
        guard let next = planned.capture.first(where: { values[$0.name] == nil }) else {
            activities[run] = nil
            advance(run, .captured(step: step, values))
            if let view = engine.runView(run) { check(step, view) }
            return
        }
        observe(next.argv, planned, run)
    }

    private mutating func captured(
        _ step: Int, _ values: [String: String], _ planned: PlannedStep, _ run: Int, _ report: OrderReport
    ) {
        guard let name = planned.capture.first(where: { values[$0.name] == nil })?.name else { return }
        do throws(PlanRefusal) {
            guard report.isSuccess else {
                throw PlanRefusal(
                    "reading `\(name)` \(report.inWords(timeout: planned.timeout))", at: planned.location)
            }
            guard !report.isRedacted, report.droppedBytes == 0 else {
                throw PlanRefusal("what was read as `\(name)` is too long or looks like a secret", at: planned.location)
            }
            var values = values
            values[name] = try UndoArguments.captured(report.output, as: name, at: planned.location)
            capture(step, values, planned, run)
        } catch {
            activities[run] = nil
            advance(
                run, .refused(step: step, because: "step \(step + 1) could not be undone afterwards: \(error.message)"))
        }
    }

    private mutating func decideAgain(_ step: Int, _ view: RunView, _ seal: Seal) {
        activities[view.id] = nil
        guard seal.obstacle == nil else {
            advance(view.id, .refused(step: step, because: seal.obstacle ?? ""))
            return
        }
        var isPaused = false
        attempt(view.id) { engine, emit throws(IllegalRunEvent) in
            let outcome = try engine.decideAgain(run: view.id, step: step, digest: seal.digest, into: emit)
            if case .paused = outcome { isPaused = true }
        }
        if isPaused { activities[view.id] = .parked(step: step) }
    }

    mutating func unpark() {
        for (run, activity) in activities.sorted(by: { $0.key < $1.key }) {
            guard case .parked(let step) = activity, let view = engine.runView(run) else { continue }
            activities[run] = nil
            check(step, view)
        }
    }

    // MARK: - Steps and their undo

    private mutating func perform(_ step: Int, _ permit: Permit, _ view: RunView) {
        guard let planned = view.run?.plan.steps[step] else { return }
        activities[view.id] = .performing(step: step, permit)
        guard !planned.isBuiltIn else {
            do {
                if let order = try BuiltInSteps.order(planned, permit, view, engine) {
                    put(order, for: view.id)
                } else {
                    carriedOut(view.id, OrderReport(ending: .exited(code: 0), output: BuiltInSteps.note(planned)))
                }
            } catch {
                carriedOut(view.id, OrderReport(ending: .notStarted(because: error.message)))
            }
            return
        }
        carryOut(planned.argv, planned, view.id) { .perform($0, permit) }
    }

    private mutating func undo(_ step: Int, _ permit: Permit, _ view: RunView) {
        guard let run = view.run else { return }
        let planned = run.plan.steps[step]
        activities[view.id] = .undoing(step: step, permit)
        let captured = run.captured[step] ?? [:]
        do throws(PlanRefusal) {
            if case .builtIn = planned.undo {
                put(BuiltInSteps.undoing(captured, permit, view), for: view.id)
                return
            }
            carryOut(try UndoArguments.render(planned, captured: captured), planned, view.id) { .perform($0, permit) }
        } catch {
            carriedOut(view.id, OrderReport(ending: .notStarted(because: error.message)))
        }
    }

    private mutating func observe(_ argv: [String], _ planned: PlannedStep, _ run: Int) {
        carryOut(argv, planned, run) { .observe($0) }
    }

    private mutating func carryOut(
        _ argv: [String], _ planned: PlannedStep, _ run: Int, _ order: (CommandOrder) -> Order
    ) {
        carryOut(argv, secrets: planned.secrets, timeout: planned.timeout, run, order)
    }

    mutating func carryOut(
        _ argv: [String], secrets: [String], timeout: Duration, _ run: Int, _ order: (CommandOrder) -> Order
    ) {
        guard let name = argv.first, let executable = seals[run]?.executables[name] else {
            let because = "`\(argv.first ?? "")` was not found"
            carriedOut(run, OrderReport(ending: .notStarted(because: because)))
            return
        }
        let command = CommandOrder(argv: argv, executable: executable, secrets: secrets, timeout: timeout)
        put(order(command), for: run)
    }

    /// What a run still waits for, such as a probe when it is cancelled, is ended: its answer would be taken for this one's.
    private mutating func put(_ order: Order, for run: Int) {
        if awaited[run] != nil { outbox.put(.terminate(run: run)) }
        lastOrder += 1
        awaited[run] = lastOrder
        outbox.put(.carryOut(run: run, number: lastOrder, order))
    }

    /// The run has ended, whatever was under way for it. A rollback that a person asks for later begins with a seal.
    mutating func forget(_ run: Int) {
        if awaited.removeValue(forKey: run) != nil { outbox.put(.terminate(run: run)) }
        activities[run] = nil
        seals[run] = nil
    }

    // MARK: - Reports

    mutating func carriedOut(_ run: Int, _ number: Int, _ report: OrderReport) {
        guard awaited[run] == number else { return }
        awaited[run] = nil
        carriedOut(run, report)
    }

    private mutating func carriedOut(_ run: Int, _ report: OrderReport) {
        guard let activity = activities[run], let view = engine.runView(run), let plan = view.run?.plan else { return }
        keepReport(report, of: activity, view)
        switch activity {
        case .rehearsing(let step):
            activities[run] = nil
            advance(run, .rehearsed(step: step, report.stepEnding(timeout: plan.steps[step].timeout)))
        case .capturing(let step, let values): captured(step, values, plan.steps[step], run, report)
        case .performing(let step, let permit): performed(step, permit, plan.steps[step], run, report)
        case .probing(let probing): probed(probing, plan, run, report)
        case .undoing(let step, _):
            activities[run] = nil
            advance(run, .undone(step: step, report.stepEnding(timeout: plan.steps[step].timeout)))
        case .sealing, .sealingAgain, .checking, .parked: break
        }
    }

    private mutating func performed(
        _ step: Int, _ permit: Permit, _ planned: PlannedStep, _ run: Int, _ report: OrderReport
    ) {
        activities[run] = nil
        if BuiltInSteps.makesSilence(planned), report.isSuccess {
            advance(run, .captured(step: step, BuiltInSteps.captured(from: report.output)))
        }
        advance(
            run,
            .stepEnded(step: step, attempt: permit.attempt, report.stepEnding(timeout: planned.timeout)))
    }

    private mutating func keepReport(_ report: OrderReport, of activity: Activity, _ view: RunView) {
        guard let plan = view.run?.plan, let subject = activity.subject(in: plan, captured: view.run?.captured ?? [:])
        else { return }
        let step = StepReport(
            run: view.id, step: subject.step, purpose: subject.purpose, attempt: subject.attempt, argv: subject.argv,
            ending: report.inWords(timeout: subject.timeout),
            isSuccess: report.isSuccess, duration: report.duration, output: report.output,
            errorOutput: report.errorOutput, droppedBytes: report.droppedBytes)
        keep(TimelineEntry(at: now, incident: view.incident, event: .state(.report(step))))
    }
}

extension RunEffect {
    /// Whether it starts something, for which the executables must be known.
    fileprivate var needsSeal: Bool {
        switch self {
        case .rehearse, .decideAgain, .perform, .probe, .verify, .undo: true
        case .ask, .terminate, .notify, .quarantine: false
        }
    }
}
