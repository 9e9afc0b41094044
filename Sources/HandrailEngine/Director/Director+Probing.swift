internal import HandrailCore

/// Healthy first, then cleared: probes with a deadline of their own, and then the alerts.
extension Director {
    mutating func verify(_ plan: Plan, _ run: Int) {
        guard let verification = plan.verification else {
            // Policy has judged that nothing verifies it.
            advance(run, .verified(.successful))
            return
        }
        guard verification.probe.isEmpty else {
            probe(.verification, plan, run)
            return
        }
        watchAlerts(verification, run)
    }

    mutating func probe(_ purpose: Probing.Purpose, _ plan: Plan, _ run: Int) {
        guard let verification = plan.verification, !verification.probe.isEmpty else {
            answer(purpose, run, .inconclusive, "there is no probe")
            return
        }
        let probing = Probing(purpose: purpose, deadline: now + verification.probeWithin)
        ask(probing, verification, run)
    }

    private mutating func ask(_ probing: Probing, _ verification: PlannedVerification, _ run: Int) {
        var probing = probing
        probing.nextAt = nil
        activities[run] = .probing(probing)
        let probe = verification.probe[probing.index]
        carryOut(probe.argv, secrets: probe.secrets, timeout: probe.timeout, run) { .observe($0) }
    }

    mutating func probed(_ probing: Probing, _ plan: Plan, _ run: Int, _ report: OrderReport) {
        guard let verification = plan.verification, verification.probe.indices.contains(probing.index) else { return }
        var probing = probing
        guard report.isSuccess else {
            probing.lastAnswer = report.inWords(timeout: verification.probe[probing.index].timeout)
            if now + Self.pauseBetweenProbes < probing.deadline {
                probing.nextAt = now + Self.pauseBetweenProbes
                activities[run] = .probing(probing)
            } else {
                giveUp(probing, report, run)
            }
            return
        }
        probing.index += 1
        guard probing.index == verification.probe.count else {
            ask(probing, verification, run)
            return
        }
        activities[run] = nil
        healthy(probing.purpose, verification, run)
    }

    /// A probe that says no is an answer; one that gives none is not.
    private mutating func giveUp(_ probing: Probing, _ report: OrderReport, _ run: Int) {
        activities[run] = nil
        switch report.ending {
        case .exited where report.stillLiving == 0:
            answer(probing.purpose, run, .unhealthy, "the probe \(probing.lastAnswer)")
        case .exited, .killed, .timedOut, .terminated, .unanswered, .notStarted:
            answer(probing.purpose, run, .inconclusive, "the probe \(probing.lastAnswer)")
        }
    }

    private mutating func answer(_ purpose: Probing.Purpose, _ run: Int, _ answer: ProbeAnswer, _ because: String) {
        switch (purpose, answer) {
        case (.outcome(let step), _): advance(run, .probed(step: step, answer))
        case (_, .healthy): advance(run, .verified(.successful))
        case (_, .unhealthy): advance(run, .verified(.failed(because: because)))
        case (_, .inconclusive): advance(run, .verified(.inconclusive(because: because)))
        }
    }

    private mutating func healthy(_ purpose: Probing.Purpose, _ verification: PlannedVerification, _ run: Int) {
        switch purpose {
        case .outcome(let step): advance(run, .probed(step: step, .healthy))
        case .stability: advance(run, .verified(.successful))
        case .verification: watchAlerts(verification, run)
        }
    }

    /// Where no alert can say that it stays well, the probes are asked once more after `stable`.
    private mutating func watchAlerts(_ verification: PlannedVerification, _ run: Int) {
        guard verification.resolved.isEmpty else {
            attempt(run) { engine, emit throws(IllegalRunEvent) in try engine.watchAlerts(of: run, into: emit) }
            return
        }
        guard !verification.probe.isEmpty, verification.stable > .zero else {
            advance(run, .verified(.successful))
            return
        }
        let again = now + verification.stable
        var probing = Probing(purpose: .stability, deadline: again + verification.probeWithin)
        probing.nextAt = again
        activities[run] = .probing(probing)
    }

    mutating func probeAgain() {
        for (run, activity) in activities.sorted(by: { $0.key < $1.key }) {
            guard case .probing(let probing) = activity, let nextAt = probing.nextAt, nextAt <= now,
                let verification = engine.runView(run)?.run?.plan.verification
            else { continue }
            ask(probing, verification, run)
        }
    }
}
