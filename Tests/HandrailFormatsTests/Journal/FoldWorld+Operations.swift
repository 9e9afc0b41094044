import HandrailCore

/// What happens to the engine: deliveries, time, answers of a scripted driver, people.
extension FoldWorld {
    mutating func operate() {
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<40: deliver()
        case 40..<55: wait()
        case 55..<65: seal()
        case 65..<90: answer()
        case 90..<98: ask()
        default: write(.state(.announcementFailed(run: nil, because: "nobody is there")))
        }
    }

    private mutating func wait() {
        let longest: Int64 = [2000, 20_000, 90_000, 600_000].randomElement(using: &random) ?? 0
        let time = live.now + .milliseconds(Int64.random(in: 0...longest, using: &random))
        act { engine, emit in engine.advance(to: time, into: emit) }
    }

    // MARK: - Deliveries

    private mutating func deliver() {
        let isTrusted = Int.random(in: 0..<10, using: &random) > 0
        let time = live.now + .milliseconds(Int64.random(in: -1000...8000, using: &random))
        let alerts = (0..<Int.random(in: 1...4, using: &random)).map { _ in alert(at: time) }
        let delivery = Delivery(receivedAt: time, source: "am", alerts: alerts, isAuthenticated: isTrusted)
        act { engine, emit in engine.receive(delivery, into: emit) }
    }

    private mutating func alert(at time: Timestamp) -> Alert {
        var labels = alphabet.randomElement(using: &random) ?? []
        if Bool.random(using: &random) {
            labels.append(Label(name: "pod", value: Bool.random(using: &random) ? "p1" : "p2"))
        }
        let isFiring = Int.random(in: 0..<10, using: &random) < 6
        let lateness = Int64([0, 0, 5000, 40_000, -5000].randomElement(using: &random) ?? 0)
        let startsAt = time - .milliseconds(Int64.random(in: 0...2000, using: &random) + lateness)
        let life = Duration.milliseconds(Int64.random(in: -1000...180_000, using: &random))
        let endsAt = isFiring ? (Int.random(in: 0..<3, using: &random) == 0 ? time + life : nil) : time
        let text = ExactText("\(Int.random(in: 0..<3, using: &random))")
        return Alert(
            labels: LabelSet(labels, identity: setting.identity),
            annotations: Annotations([Label(name: "summary", value: text)]), status: isFiring ? .firing : .resolved,
            startsAt: startsAt, endsAt: endsAt,
            isSuppressedBySource: Int.random(in: 0..<15, using: &random) == 0)
    }

    // MARK: - The driver

    private mutating func seal() {
        guard !unsealed.isEmpty else { return }
        let run = unsealed.removeFirst()
        let obstacle = Int.random(in: 0..<12, using: &random) == 0 ? "there is no svc" : nil
        try? act { engine, emit in
            try engine.seal(
                run: run, digest: "d\(run)", excluded: [Person("linus")], obstacle: obstacle, into: emit)
        }
    }

    /// Mostly in order, and now and then not at all: answers may come late, twice or to the wrong question.
    private mutating func answer() {
        guard !open.isEmpty else { return seal() }
        let place = Bool.random(using: &random) ? 0 : Int.random(in: 0..<open.count, using: &random)
        let (run, effect) = open[place]
        if Int.random(in: 0..<20, using: &random) > 0 { open.remove(at: place) }
        switch effect {
        case .rehearse(let step): advance(run, .rehearsed(step: step, ending(often: true)))
        case .decideAgain(let step): decideAgain(run, step)
        case .perform(let step, let permit):
            report(run, step)
            advance(run, .stepEnded(step: step, attempt: permit.attempt, ending(often: false)))
        case .probe(let step):
            let answer: ProbeAnswer? = [.healthy, .unhealthy, .inconclusive].randomElement(using: &random)
            advance(run, .probed(step: step, answer ?? .healthy))
        case .verify: verify(run)
        case .undo(let step, _): advance(run, .undone(step: step, ending(often: true)))
        case .ask, .terminate, .notify, .quarantine: break
        }
    }

    private mutating func ending(often: Bool) -> StepEnding {
        switch Int.random(in: 0..<(often ? 12 : 5), using: &random) {
        case 0: .failed(because: "exited 1")
        case 1: .unknown(because: "timed out")
        case 2 where !often: .notStarted(because: "it is not there")
        case 3 where often: .outOfHand(because: "a process lives on")
        default: .succeeded
        }
    }

    private mutating func decideAgain(_ run: Int, _ step: Int) {
        if Bool.random(using: &random) {
            let value = "\(Int.random(in: 0..<9, using: &random))"
            advance(run, .captured(step: step, ["before": value, "b\u{301}": "\u{0}"]))
        }
        let digest = Int.random(in: 0..<15, using: &random) == 0 ? "other" : "d\(run)"
        let outcome = try? act { engine, emit in
            try engine.decideAgain(run: run, step: step, digest: digest, into: emit)
        }
        if case .paused = outcome { open.append((run, .decideAgain(step: step))) }
    }

    private mutating func verify(_ run: Int) {
        switch Int.random(in: 0..<8, using: &random) {
        case 0: advance(run, .verified(.failed(because: "the probe failed")))
        case 1: advance(run, .verified(.inconclusive(because: "no answer")))
        case 2: advance(run, .verified(.successful))
        default: try? act { engine, emit in try engine.watchAlerts(of: run, into: emit) }
        }
    }

    private mutating func advance(_ run: Int, _ event: RunEvent) {
        try? act { engine, emit in try engine.advance(run: run, with: event, into: emit) }
    }

    private mutating func report(_ run: Int, _ step: Int) {
        write(
            .state(
                .report(
                    StepReport(
                        run: run, step: step, purpose: .perform, attempt: 1, argv: ["svc"], ending: "exited 0",
                        isSuccess: true, duration: .milliseconds(12), output: "é\n", errorOutput: "",
                        droppedBytes: 0))))
    }

    // MARK: - People

    private mutating func ask() {
        let people = ["ada", "grace", "linus", "mallory"].map { Person($0) }
        let person = people.randomElement(using: &random) ?? people[0]
        let id = Int.random(in: 0..<3, using: &random) == 0 ? "\(Int.random(in: 0..<9, using: &random))" : nil
        let made = MadeRequest(request(), id: id)
        act { engine, emit in _ = engine.handle(made, by: person, into: emit) }
    }

    private mutating func request() -> PersonRequest {
        let views = live.runViews
        let pending = views.filter { if case .pending = $0.run?.state { true } else { false } }
        let run = (pending.randomElement(using: &random) ?? views.randomElement(using: &random))?.id ?? 1
        let any = views.randomElement(using: &random)?.id ?? 1
        switch Int.random(in: 0..<14, using: &random) {
        case 0..<5: return .approve(run: run, digest: "d\(run)")
        case 5: return .reject(run: run, because: "no")
        case 6: return .cancel(run: any, because: "stop")
        case 7, 8: return .rollBack(run: any, because: "back")
        case 9: return .takeOver(run: any, because: "mine")
        case 10: return .pause(scope(), because: "quiet")
        case 11, 12: return .resume(scope())
        default:
            let target = live.quarantinedTargets.randomElement(using: &random)?.target.description ?? "worker w1"
            return .release(target: target, because: "fine")
        }
    }

    private mutating func scope() -> PauseScope {
        [.everything, .runbook("restart-worker"), .service("q1")].randomElement(using: &random) ?? .everything
    }
}
