/// Rate, cooldown, concurrency and blast radius.
///
/// Only the rate is for every plan. What spaces out and confines changes neither looks at plans without an effect nor
/// counts their runs: a note about a service is no reason to keep a hand off it.
extension Limit {
    func judge(_ facts: PolicyFacts, _ ledger: RunLedger, into draft: inout DecisionDraft) {
        let changesSomething = facts.plan.effect > .none
        guard rate != nil || changesSomething else { return }
        let groups = facts.groups(by: per)
        for fault in groups.faults { draft.add(.failed(.limit, name, at: location, because: fault)) }
        for key in groups.keys {
            let runs = ledger.entries(in: RunGroup(location: location, key: key))
            if let rate { draft.add(judge(rate, runs, at: facts.now)) }
            guard changesSomething else { continue }
            let changing = runs.filter { $0.plan.effect > .none }
            if let cooldown { draft.add(judge(cooldown: cooldown, changing, at: facts.now)) }
            if let concurrent { draft.add(judge(concurrent: concurrent, changing)) }
        }
        guard changesSomething, let percent = blastRadiusPercent else { return }
        for target in facts.targets { draft.add(judge(blastRadius: percent, around: target, facts.reach)) }
    }

    /// Counts the runs that started in (now − window, now]; the clock may have gone back, so later ones count as well.
    private func judge(_ rate: Rate, _ runs: [RunLedger.Entry], at now: Timestamp) -> GuardFinding {
        let horizon = now - rate.window
        let count = runs.filter { $0.startedAt > horizon }.count
        return finding(
            part: 0, "rate \(count) of \(rate.runs) per \(rate.window.inWords)",
            refusesBecause: count >= rate.runs
                ? "\(count) of \(rate.runs) runs have started within \(rate.window.inWords)" : nil)
    }

    /// Holds for as long as a run is in flight, and until `cooldown` has passed since the end of the last.
    private func judge(cooldown: Duration, _ runs: [RunLedger.Entry], at now: Timestamp) -> GuardFinding {
        if runs.contains(where: { $0.end == nil }) {
            let text = "cooldown \(cooldown.inWords), a run is in flight"
            return finding(part: 1, text, refusesBecause: "a run is in flight, and the cooldown begins when it ends")
        }
        guard let end = runs.compactMap(\.end?.at).max(), now - end < cooldown else {
            return finding(part: 1, "cooldown clear", refusesBecause: nil)
        }
        let ago = (now - end).inCoarseWords
        return finding(
            part: 1, "cooldown \(cooldown.inWords), last run \(ago) ago",
            refusesBecause: "the last run ended \(ago) ago, and the cooldown is \(cooldown.inWords)")
    }

    private func judge(concurrent: Int, _ runs: [RunLedger.Entry]) -> GuardFinding {
        let count = runs.filter { $0.end == nil }.count
        return finding(
            part: 2, "concurrent \(count) of \(concurrent)",
            refusesBecause: count >= concurrent ? "\(count) of \(concurrent) runs are in flight" : nil)
    }

    /// Counts the plan's own targets too, so there is always one at least.
    private func judge(blastRadius percent: Int, around target: Target, _ reach: BlastReach) -> GuardFinding {
        let count = reach.targets(with: target)
        guard let population = target.population else {
            return finding(
                part: 3, "blast radius \(count) of an unknown population (at most \(percent)%)",
                refusesBecause: "the population of \(target.populationName) is unknown")
        }
        let allowed = Self.part(percent, of: population)
        let share = population > 0 ? count * 100 / population : 100
        return finding(
            part: 3, "blast radius \(count) of \(population) (\(share)% of \(percent)%)",
            refusesBecause: count > allowed
                ? "\(percent)% of \(population) rounds down to \(allowed), and this makes \(count)" : nil)
    }

    private func finding(part: Int, _ text: String, refusesBecause detail: String?) -> GuardFinding {
        GuardFinding(
            .limit, name, at: location, part: part, text: text,
            refusal: detail.map { GuardFinding.Refusal(effect: otherwise, detail: $0) })
    }

    /// `percent` of a population, rounded down. Nothing overflows, and nonsense is none.
    private static func part(_ percent: Int, of population: Int) -> Int {
        let (population, percent) = (max(0, population), min(max(0, percent), 100))
        return population / 100 * percent + population % 100 * percent / 100
    }
}

extension Target {
    /// What a population belongs to.
    var populationName: String {
        service.map { "service `\($0)`" } ?? "`\(self)`, which has no service,"
    }
}

extension Duration {
    /// Without what is shorter than a second, where there is anything longer.
    var inCoarseWords: String {
        let whole = milliseconds / 1000 * 1000
        return whole == 0 ? inWords : Duration.milliseconds(whole).inWords
    }
}
